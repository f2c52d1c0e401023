import type { NumericArray } from '../column.ts'
import { type NumericType, isBigType, isNumericArray, isNumericType } from '../column.ts'
import type { ColumnSpec } from '../schema.ts'

/** The name that a map's list of entries has in our specs. */
export const MAP_ENTRIES = 'entries'

type Cells = NumericArray | readonly unknown[]

/** The Parquet reader gives maps as objects with text keys; as columns they are lists of (key, value) records. */
export function entriesOfMaps(spec: ColumnSpec, cells: Cells): Cells {
  if (isNumericArray(cells) || !hasMap(spec)) return cells
  return cells.map((cell) => convert(spec, cell))
}

const hasMap = (spec: ColumnSpec): boolean =>
  isMap(spec) || (spec.items !== undefined && hasMap(spec.items)) || (spec.fields ?? []).some(hasMap)

const isMap = ({ type, items }: ColumnSpec): boolean => type === 'list' && items?.name === MAP_ENTRIES

function convert(spec: ColumnSpec, cell: unknown): unknown {
  if (cell === null || cell === undefined || !hasMap(spec)) return cell
  if (isMap(spec)) {
    const [key, value] = spec.items?.fields ?? []
    if (key === undefined || value === undefined || Array.isArray(cell)) return cell
    return Object.entries(cell).map(([k, v]) => ({
      [key.name]: keyOf(key, k),
      [value.name]: convert(value, v),
    }))
  }
  if (spec.items !== undefined) return (cell as readonly unknown[]).map((c) => convert(spec.items!, c))
  const record = cell as Readonly<Record<string, unknown>>
  return Object.fromEntries((spec.fields ?? []).map((f) => [f.name, convert(f, record[f.name])]))
}

function keyOf({ type }: ColumnSpec, text: string): string | number | bigint {
  if (!isNumericType(type as NumericType)) return text
  return isBigType(type) ? BigInt(text) : Number(text)
}
