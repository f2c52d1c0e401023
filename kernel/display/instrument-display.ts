import { type Defects, type Detector, Image, type NdArray, type VisitInfo } from '#image'
import type { RecordFact } from '#protocol'
import type { DisplayData } from '../protocol/threads.ts'
import { boxText, fact, pictureOf, rangeOf } from './facts.ts'
import { recordData } from './record.ts'
import { degreesText, positionText } from './sky-text.ts'
import { htmlTable, numberText, textTable } from './text.ts'

export function showDefects(defects: Defects): DisplayData {
  const { boxes } = defects
  const area = boxes.reduce((sum, { width, height }) => sum + width * height, 0)
  const tree = boxes.slice(0, 200).map((box, i) => ({ label: String(i), value: boxText(box) }))
  const rest = boxes.length > 200 ? [{ label: '…', value: `${boxes.length - 200} more` }] : []
  const facts = [...fact('boxes', String(boxes.length)), ...fact('pixels', String(area))]
  return recordData({
    title: 'Defects',
    facts,
    tree: tree.length > 0 ? [{ label: 'boxes', note: `${boxes.length}`, children: [...tree, ...rest] }] : [],
  })
}

export function showNdArray({ shape, data }: NdArray): DisplayData {
  const type = data.constructor.name.replace(/Array$/, '').toLowerCase()
  const numbers = Array.from(data.subarray(0, 8) as ArrayLike<number | bigint>, String)
  const facts = [
    ...fact('shape', shape.join(' × ')),
    ...fact('type', type),
    ...(data.length === 0 ? [] : rangeFacts(data)),
    ...fact('values', `${numbers.join(', ')}${data.length > 8 ? ', …' : ''}`),
  ]
  const [height, width] = shape.length === 2 ? (shape as [number, number]) : [0, 0]
  const isPlane =
    width > 1 && height > 1 && !(data instanceof BigInt64Array) && !(data instanceof BigUint64Array)
  if (!isPlane) return recordData({ title: 'Array', facts })
  const image = new Image(width, height)
  image.data.set(data as ArrayLike<number>)
  return recordData({ title: 'Array', facts, picture: pictureOf(image, 'Array') })
}

function rangeFacts(data: NdArray['data']): RecordFact[] {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return []
  const { low, high } = rangeOf(data)
  return fact('range', `${numberText(low)} to ${numberText(high)}`)
}

export function showVisitInfo(info: VisitInfo): DisplayData {
  const number = (value: number | undefined, unit: string) =>
    value === undefined || Number.isNaN(value) ? undefined : `${numberText(value)} ${unit}`.trimEnd()
  const facts = [
    ...fact('instrument', info.instrument),
    ...fact('visit', info.id === undefined ? undefined : String(info.id)),
    ...fact('exposure', info.exposureId === undefined ? undefined : String(info.exposureId)),
    ...fact('object', info.object),
    ...fact('program', info.scienceProgram),
    ...fact('type', info.observationType),
    ...fact('date', info.date && `${info.date.toIso('utc', 3)} UTC`, 'Middle of the exposure'),
    ...fact('exposure time', number(info.exposureTime, 's')),
    ...fact('dark time', number(info.darkTime, 's')),
    ...fact('boresight', info.boresight && positionText(info.boresight)),
    ...fact('rotator', info.rotator && `${degreesText(info.rotator)} (${info.rotType ?? 'unknown'})`),
    ...fact('azimuth', info.boresightAzimuth && degreesText(info.boresightAzimuth)),
    ...fact('altitude', info.boresightAltitude && degreesText(info.boresightAltitude)),
    ...fact('airmass', number(info.airmass, '')),
    ...fact('focus', number(info.focusZ, 'mm')),
    ...fact(
      'air',
      [number(info.airTemperature, '°C'), number(info.airPressure, 'Pa'), number(info.humidity, '% humidity')]
        .filter((t) => t !== undefined)
        .join(', ') || undefined,
    ),
  ]
  return recordData({ title: 'Visit', ...(info.object !== undefined && { subtitle: info.object }), facts })
}

export function showDetector(detector: Detector): DisplayData {
  const { id, name, serial, type, bbox, pixelSize, amplifiers, orientation } = detector
  const facts = [
    ...fact('serial', serial),
    ...fact('type', type.toLowerCase()),
    ...fact('pixels', boxText(bbox)),
    ...fact('pixel size', `${numberText(pixelSize.x * 1000)} × ${numberText(pixelSize.y * 1000)} µm`),
    ...fact(
      'position',
      `(${numberText(orientation.fpPosition.x)}, ${numberText(orientation.fpPosition.y)}) mm, yaw ${degreesText(orientation.yaw, 2)}`,
    ),
    ...fact(
      'crosstalk',
      detector.crosstalk === undefined
        ? undefined
        : `${detector.crosstalk.length} × ${detector.crosstalk.length} coefficients`,
    ),
  ]
  const heads = ['amplifier', 'gain [e⁻/adu]', 'read noise [e⁻]', 'saturation [adu]', 'linearity', 'pixels']
  const rows = amplifiers.map((a) => [
    a.name,
    numberText(a.gain),
    numberText(a.readNoise),
    numberText(a.saturation),
    a.linearityType,
    boxText(a.bbox),
  ])
  const numeric = [false, true, true, true, false, false]
  const made = recordData({
    title: `Detector ${id}`,
    subtitle: name,
    facts,
    tree: amplifierTree(heads, rows),
  })
  const { data, metadata } = made
  const plain = recordText(`Detector ${id}: ${name}`, facts, textTable(heads, rows, { numeric }))
  const html = `${String(recordData({ title: `Detector ${id}`, subtitle: name, facts }).data['text/html'])}${htmlTable(heads, rows, numeric)}`
  return { data: { ...data, 'text/plain': plain, 'text/html': html }, metadata }
}

const amplifierTree = (heads: readonly string[], rows: readonly (readonly string[])[]) => [
  {
    label: 'amplifiers',
    note: String(rows.length),
    open: rows.length <= 4,
    children: rows.map((row) => ({
      label: row[0] ?? '',
      value: row
        .slice(1)
        .map((cell, i) => `${(heads[i + 1] ?? '').replace(/ \[.*/, '')} ${cell}`)
        .join(', '),
    })),
  },
]

function recordText(title: string, facts: readonly RecordFact[], table: string): string {
  const width = Math.max(...facts.map(({ label }) => label.length))
  return [title, ...facts.map(({ label, value }) => `  ${label.padEnd(width)}  ${value}`), table].join('\n')
}
