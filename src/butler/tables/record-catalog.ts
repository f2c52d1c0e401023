import { regionToIvoaPos } from '#geom'
import { Catalog, type ColumnSpec, type ColumnType as TableType } from '#table'
import type { ColumnType, DimensionElement } from '../dimensions/element.ts'
import type { DimensionRecord } from '../dimensions/record.ts'
import type { DimensionUniverse } from '../dimensions/universe.ts'

interface RecordColumn {
  readonly spec: ColumnSpec
  readonly valueOf: (record: DimensionRecord) => unknown
}

/** Elements whose records are rows; pixelisations are computed and have none. */
export const hasRecordTable = ({ kind, name }: DimensionElement): boolean =>
  kind !== 'skypix' && !name.startsWith('ssp_')

/** Columns of an element's table. The key stands under the dimension's name; times are TAI, a region is IVOA POS text. */
export const recordColumns = (
  element: DimensionElement,
  universe: DimensionUniverse,
): readonly ColumnSpec[] => columnsOf(element, universe).map(({ spec }) => spec)

/** Dimension records as a catalog, a row each. */
export function recordCatalog(
  element: DimensionElement,
  records: readonly DimensionRecord[],
  universe: DimensionUniverse,
): Catalog {
  const columns = columnsOf(element, universe)
  const values = columns.map(({ spec, valueOf }) => [spec.name, records.map(valueOf)] as const)
  return Catalog.fromColumns(
    columns.map(({ spec }) => spec),
    Object.fromEntries(values),
  )
}

function columnsOf(element: DimensionElement, universe: DimensionUniverse): readonly RecordColumn[] {
  const keyOf = (name: string): RecordColumn => {
    const dimension = universe.get(name)
    const key = dimension.keys[0] ?? universe.get(dimension.viewOf ?? name).keys[0]
    return {
      spec: { name, type: TYPES[key?.type ?? 'string'], doc: oneLine(dimension.doc) },
      valueOf: (record) => record.fields[name === element.name ? element.keyField : name],
    }
  }
  const fields = [...element.keys.slice(1), ...element.metadata].map((field): RecordColumn => {
    const unit = UNITS[field.name]
    return {
      spec: {
        name: field.name,
        type: TYPES[field.type],
        doc: oneLine(field.doc),
        ...(unit !== undefined && { unit }),
      },
      valueOf: (record) => record.fields[field.name],
    }
  })
  return [
    ...[...element.required, ...element.directImplied].map(keyOf),
    ...fields,
    ...(element.temporalFamily === undefined ? [] : TIMESPAN),
    ...(element.spatialFamily === undefined ? [] : REGION),
  ]
}

const TIMESPAN: readonly RecordColumn[] = [
  {
    spec: { name: 'timespan_begin', type: 'timestamp', doc: 'Begin, TAI; null when unbounded.' },
    valueOf: (record) => record.timespan?.begin?.ns,
  },
  {
    spec: { name: 'timespan_end', type: 'timestamp', doc: 'End, exclusive, TAI; null when unbounded.' },
    valueOf: (record) => record.timespan?.end?.ns,
  },
]

const REGION: readonly RecordColumn[] = [
  {
    spec: { name: 'region', type: 'string', doc: 'Region on the sky, ICRS degrees, as IVOA POS text.' },
    valueOf: (record) => posText(record),
  },
]

/** Boxes, circles and polygons have such a text; other shapes have none. */
function posText({ region }: DimensionRecord): string | null {
  if (region === undefined) return null
  try {
    return regionToIvoaPos(region)
  } catch {
    return null
  }
}

const TYPES: Readonly<Record<ColumnType, TableType>> = {
  string: 'string',
  int: 'i64',
  float: 'f64',
  bool: 'bool',
  hash: 'binary',
}

const UNITS: Readonly<Record<string, string>> = {
  exposure_time: 's',
  dark_time: 's',
  azimuth: 'deg',
  zenith_angle: 'deg',
  tracking_ra: 'deg',
  tracking_dec: 'deg',
  sky_angle: 'deg',
}

const oneLine = (doc: string): string => doc.replace(/\s+/g, ' ').trim()
