import { Header, type HduData } from '#fits'
import { Angle, Box2I, SpherePoint } from '#geom'
import {
  type ApCorrMap,
  type BoundedField,
  ChebyshevField,
  type FilterLabel,
  PhotoCalib,
  type Polygon,
  type RotType,
  type SummaryStats,
  type VisitInfo,
} from '#image'
import { Chebyshev2D } from '#math'
import { Instant } from '#time'
import { formatError } from '../errors.ts'
import { RecordReader, RecordTable } from './record-table.ts'

/** [x0, y0, width, height]. */
export const boxNumbers = (b: Box2I): readonly number[] => [b.x0, b.y0, b.width, b.height]

export function boxOf(numbers: ArrayLike<number>): Box2I {
  return new Box2I(numbers[0]!, numbers[1]!, numbers[2]!, numbers[3]!)
}

function chebyshev(field: BoundedField, what: string): ChebyshevField {
  if (field instanceof ChebyshevField) return field
  throw formatError(
    'unsupported',
    `The ${what} is a ${field.constructor.name}, which has no file form; a ChebyshevField has.`,
  )
}

const addField = <R>(table: RecordTable<R>, get: (row: R) => ChebyshevField): RecordTable<R> =>
  table
    .i32s('bbox', (r) => boxNumbers(get(r).bbox), 'pixel')
    .i32('order_x', (r) => get(r).series.orderX)
    .i32('order_y', (r) => get(r).series.orderY)
    .f64s('domain', (r) => domainNumbers(get(r)))
    .f64s('coefficients', (r) => get(r).series.coefficients)

const domainNumbers = ({ series: { domain } }: ChebyshevField): number[] => [
  domain.xMin,
  domain.xMax,
  domain.yMin,
  domain.yMax,
]

function fieldAt(reader: RecordReader, row: number): ChebyshevField {
  const [xMin, xMax, yMin, yMax] = reader.numbers('domain', row) as unknown as [
    number,
    number,
    number,
    number,
  ]
  const orders = [reader.number('order_x', row), reader.number('order_y', row)] as const
  const series = new Chebyshev2D(reader.numbers('coefficients', row), ...orders, { xMin, xMax, yMin, yMax })
  return new ChebyshevField(boxOf(reader.numbers('bbox', row)), series)
}

export function writeApCorrMap(map: ApCorrMap): HduData {
  const rows = [...map].map(([name, field]) => ({
    name,
    field: chebyshev(field, `aperture correction ${name}`),
  }))
  return addField(new RecordTable(rows), (r) => r.field)
    .text('name', (r) => r.name)
    .hdu('APCORR')
}

export function readApCorrMap(reader: RecordReader): ApCorrMap {
  return new Map(
    Array.from({ length: reader.table.numRows }, (_, i) => [reader.text('name', i), fieldAt(reader, i)]),
  )
}

export function writePhotoCalib(calib: PhotoCalib): HduData {
  const table = new RecordTable([calib]).f64('mean', (c) => c.mean, 'nJy').f64('error', (c) => c.error, 'nJy')
  const { field } = calib
  return (field ? addField(table, () => chebyshev(field, 'photometric calibration')) : table).hdu(
    'PHOTOCALIB',
  )
}

export function readPhotoCalib(reader: RecordReader): PhotoCalib {
  const field = reader.has('coefficients') ? fieldAt(reader, 0) : undefined
  return new PhotoCalib(reader.number('mean'), reader.number('error'), field)
}

type NumberField = { [K in keyof VisitInfo]-?: number extends VisitInfo[K] ? K : never }[keyof VisitInfo]
type TextField = { [K in keyof VisitInfo]-?: string extends VisitInfo[K] ? K : never }[keyof VisitInfo]
type AngleField = { [K in keyof VisitInfo]-?: Angle extends VisitInfo[K] ? K : never }[keyof VisitInfo]
type IdField = { [K in keyof VisitInfo]-?: bigint extends VisitInfo[K] ? K : never }[keyof VisitInfo]

const NUMBERS: Readonly<Record<NumberField, string | undefined>> = {
  exposureTime: 's',
  darkTime: 's',
  ut1: undefined,
  airmass: undefined,
  airTemperature: 'deg_C',
  airPressure: 'Pa',
  humidity: undefined,
  focusZ: 'mm',
}
const TEXTS: readonly TextField[] = [
  'instrument',
  'observationType',
  'scienceProgram',
  'observationReason',
  'object',
]
const ANGLES: readonly AngleField[] = ['era', 'boresightAzimuth', 'boresightAltitude', 'rotator']
const IDS: readonly IdField[] = ['id', 'exposureId']

/** One row; what is unknown has no column. */
export function writeVisitInfo(info: VisitInfo): HduData {
  const table = new RecordTable([info])
  for (const name of IDS) addKnown(info[name], (v) => table.i64(name, () => v))
  for (const [name, unit] of Object.entries(NUMBERS))
    addKnown(info[name as NumberField], (v) => table.f64(name, () => v, unit))
  for (const name of TEXTS) addKnown(info[name], (v) => table.text(name, () => v))
  for (const name of ANGLES) addKnown(info[name], (v) => table.f64(name, () => v.radians, 'rad'))
  addKnown(info.date, (v) => table.i64('date', () => v.ns, 'ns'))
  addKnown(info.boresight, (v) => table.f64s('boresight', () => [v.ra.radians, v.dec.radians], 'rad'))
  addKnown(info.rotType, (v) => table.text('rotType', () => v))
  addKnown(info.observatory, (v) =>
    table.f64s('observatory', () => [v.longitude.radians, v.latitude.radians, v.elevation]),
  )
  addKnown(info.hasSimulatedContent, (v) => table.bool('hasSimulatedContent', () => v))
  // A table must have a column even when nothing is known.
  return table.i32('version', () => 1).hdu('VISITINFO')
}

function addKnown<T>(value: T | undefined, add: (value: T) => void): void {
  if (value !== undefined) add(value)
}

export function readVisitInfo(reader: RecordReader): VisitInfo {
  const known = <T>(name: string, read: (name: string) => T): readonly (readonly [string, T])[] =>
    reader.has(name) ? [[name, read(name)]] : []
  const pair = (name: string): Float64Array => reader.numbers(name)
  const entries = [
    ...IDS.flatMap((name) => known(name, (n) => reader.bigint(n))),
    ...Object.keys(NUMBERS).flatMap((name) => known(name, (n) => reader.number(n))),
    ...TEXTS.flatMap((name) => known(name, (n) => reader.text(n))),
    ...ANGLES.flatMap((name) => known(name, (n) => new Angle(reader.number(n)))),
    ...known('date', (n) => new Instant(reader.bigint(n))),
    ...known('boresight', (n) => SpherePoint.fromRadians(pair(n)[0]!, pair(n)[1]!)),
    ...known('rotType', (n) => reader.text(n) as RotType),
    ...known('observatory', (n) => ({
      longitude: new Angle(pair(n)[0]!),
      latitude: new Angle(pair(n)[1]!),
      elevation: pair(n)[2]!,
    })),
    ...known('hasSimulatedContent', (n) => reader.bool(n)),
  ]
  return Object.fromEntries(entries) as VisitInfo
}

export function writeFilter(filter: FilterLabel): HduData {
  const table = new RecordTable([filter])
  addKnown(filter.band, (v) => table.text('band', () => v))
  addKnown(filter.physical, (v) => table.text('physical', () => v))
  return table.i32('version', () => 1).hdu('FILTER')
}

export const readFilter = (reader: RecordReader): FilterLabel => ({
  ...(reader.has('band') && { band: reader.text('band') }),
  ...(reader.has('physical') && { physical: reader.text('physical') }),
})

export const writePolygon = (polygon: Polygon): HduData =>
  new RecordTable(polygon)
    .f64('x', (p) => p.x, 'pixel')
    .f64('y', (p) => p.y, 'pixel')
    .hdu('VALIDPOLYGON')

export const readPolygon = (reader: RecordReader): Polygon =>
  Array.from({ length: reader.table.numRows }, (_, i) => ({
    x: reader.number('x', i),
    y: reader.number('y', i),
  }))

/** A row a number; lists are told apart by a flag. */
export const writeSummaryStats = (stats: SummaryStats): HduData =>
  new RecordTable(Object.entries(stats))
    .text('name', ([name]) => name)
    .bool('list', ([, value]) => typeof value !== 'number')
    .f64s('value', ([, value]) => (typeof value === 'number' ? [value] : value))
    .hdu('SUMMARYSTATS', new Header())

export const readSummaryStats = (reader: RecordReader): SummaryStats =>
  Object.fromEntries(
    Array.from({ length: reader.table.numRows }, (_, i) => {
      const values = reader.numbers('value', i)
      return [reader.text('name', i), reader.bool('list', i) ? Array.from(values) : values[0]!] as const
    }),
  )
