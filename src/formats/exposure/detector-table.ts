import { Header, floatCard, type HduData } from '#fits'
import { Angle } from '#geom'
import type { Amplifier, Detector, DetectorType, ReadoutCorner } from '#image'
import { boxNumbers, boxOf } from './parts.ts'
import { RecordReader, RecordTable } from './record-table.ts'

const BOXES = [
  'bbox',
  'rawBBox',
  'rawDataBBox',
  'rawSerialOverscanBBox',
  'rawParallelOverscanBBox',
  'rawPrescanBBox',
] as const
const NUMBERS = ['gain', 'readNoise', 'saturation', 'suspectLevel'] as const
const OPTIONAL = ['linearityThreshold', 'linearityMaximum'] as const

/** A detector: its own values are cards, one row an amplifier. */
export function writeDetector(detector: Detector): HduData {
  const table = new RecordTable(detector.amplifiers).text('name', (a) => a.name)
  for (const box of BOXES) table.i32s(box, (a) => boxNumbers(a[box]), 'pixel')
  for (const number of NUMBERS) table.f64(number, (a) => a[number])
  for (const number of OPTIONAL) table.f64s(number, (a) => (a[number] === undefined ? [] : [a[number]]))
  table
    .bool('rawFlipX', (a) => a.rawFlipX)
    .bool('rawFlipY', (a) => a.rawFlipY)
    .f64('rawOffsetX', (a) => a.rawXYOffset.x, 'pixel')
    .f64('rawOffsetY', (a) => a.rawXYOffset.y, 'pixel')
    .text('readoutCorner', (a) => a.readoutCorner)
    .text('linearityType', (a) => a.linearityType)
    .f64s('linearityCoeffs', (a) => a.linearityCoeffs)
  if (detector.amplifiers.some((a) => a.linearityUnits !== undefined))
    table.text('linearityUnits', (a) => a.linearityUnits ?? '')
  const { crosstalk } = detector
  if (crosstalk) {
    const rowOf = new Map(detector.amplifiers.map((a, i) => [a, crosstalk[i]!]))
    table.f64s('crosstalk', (a) => rowOf.get(a)!)
  }
  return table.hdu('DETECTOR', detectorCards(detector))
}

function detectorCards({
  id,
  name,
  serial,
  type,
  physicalType,
  bbox,
  pixelSize,
  orientation: o,
}: Detector): Header {
  const header = new Header([
    ['DETID', id],
    ['DETNAME', name],
    ['DETSER', serial],
    ['DETTYPE', type],
    ['DETPHYS', physicalType],
    ...['X0', 'Y0', 'WIDTH', 'HEIGHT'].map((key, i) => [`DET${key}`, boxNumbers(bbox)[i]!] as const),
  ])
  const numbers = [
    ['PIXSIZEX', pixelSize.x],
    ['PIXSIZEY', pixelSize.y],
    ['FPX', o.fpPosition.x],
    ['FPY', o.fpPosition.y],
    ['FPHEIGHT', o.height],
    ['REFX', o.referencePoint.x],
    ['REFY', o.referencePoint.y],
    ['YAW', o.yaw.radians],
    ['PITCH', o.pitch.radians],
    ['ROLL', o.roll.radians],
    ['NQUARTER', o.nQuarter],
  ] as const
  return header.appendAll(numbers.map(([key, value]) => floatCard(key, value)))
}

export function readDetector(reader: RecordReader): Detector {
  const { header, numRows } = reader.table
  const number = (key: string): number => header.requireNumber(key)
  const text = (key: string): string => header.requireString(key)
  return {
    id: number('DETID'),
    name: text('DETNAME'),
    serial: text('DETSER'),
    type: text('DETTYPE') as DetectorType,
    physicalType: text('DETPHYS'),
    bbox: boxOf(['X0', 'Y0', 'WIDTH', 'HEIGHT'].map((key) => number(`DET${key}`))),
    pixelSize: { x: number('PIXSIZEX'), y: number('PIXSIZEY') },
    orientation: {
      fpPosition: { x: number('FPX'), y: number('FPY') },
      height: number('FPHEIGHT'),
      referencePoint: { x: number('REFX'), y: number('REFY') },
      yaw: new Angle(number('YAW')),
      pitch: new Angle(number('PITCH')),
      roll: new Angle(number('ROLL')),
      nQuarter: number('NQUARTER'),
    },
    amplifiers: Array.from({ length: numRows }, (_, i) => amplifier(reader, i)),
    ...(reader.has('crosstalk') && {
      crosstalk: Array.from({ length: numRows }, (_, i) => Array.from(reader.numbers('crosstalk', i))),
    }),
  }
}

function amplifier(reader: RecordReader, i: number): Amplifier {
  const boxes = Object.fromEntries(BOXES.map((key) => [key, boxOf(reader.numbers(key, i))]))
  const numbers = Object.fromEntries(NUMBERS.map((key) => [key, reader.number(key, i)]))
  const optional = OPTIONAL.flatMap((key) => Array.from(reader.numbers(key, i), (v) => [key, v] as const))
  const units = reader.has('linearityUnits') ? reader.text('linearityUnits', i) : ''
  return {
    ...(boxes as Pick<Amplifier, (typeof BOXES)[number]>),
    ...(numbers as Pick<Amplifier, (typeof NUMBERS)[number]>),
    ...Object.fromEntries(optional),
    name: reader.text('name', i),
    rawFlipX: reader.bool('rawFlipX', i),
    rawFlipY: reader.bool('rawFlipY', i),
    rawXYOffset: { x: reader.number('rawOffsetX', i), y: reader.number('rawOffsetY', i) },
    readoutCorner: reader.text('readoutCorner', i) as ReadoutCorner,
    linearityType: reader.text('linearityType', i),
    linearityCoeffs: Array.from(reader.numbers('linearityCoeffs', i)),
    ...(units !== '' && { linearityUnits: units }),
  }
}
