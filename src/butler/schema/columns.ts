import type { SqlColumn, SqlColumnType, SqlForeignKey } from '#sql'
import type { DimensionElement, FieldSpec } from '../dimensions/element.ts'
import { hasTable } from '../dimensions/element.ts'
import type { DimensionUniverse } from '../dimensions/universe.ts'

export const bigint = (name: string, nullable = false): SqlColumn => ({
  name,
  type: { kind: 'bigint' },
  nullable,
})
export const integer = (name: string): SqlColumn => ({ name, type: { kind: 'integer' }, nullable: false })
export const smallint = (name: string): SqlColumn => ({ name, type: { kind: 'smallint' }, nullable: false })
export const uuid = (name: string): SqlColumn => ({ name, type: { kind: 'uuid' }, nullable: false })
export const text = (name: string, nullable = false, length?: number): SqlColumn => ({
  name,
  type: length === undefined ? { kind: 'string' } : { kind: 'string', length },
  nullable,
})

/** A timespan is two integers in SQLite: ns TAI, unbounded as the smallest and largest time. */
export const timespanColumns = (): readonly SqlColumn[] => [
  bigint('timespan_begin', true),
  bigint('timespan_end', true),
]

export function fieldColumn(field: FieldSpec, nullable = true, name = field.name): SqlColumn {
  return { name, type: fieldType(field), nullable }
}

function fieldType(field: FieldSpec): SqlColumnType {
  switch (field.type) {
    case 'string':
      return { kind: 'string', ...(field.length !== undefined && { length: field.length }) }
    case 'int':
      return { kind: 'bigint' }
    case 'float':
      return { kind: 'float' }
    case 'bool':
      return { kind: 'boolean' }
    case 'hash':
      return { kind: 'hash' }
  }
}

/** The column that holds a dimension's value in another table, named after the dimension. */
export const dimensionColumn = (element: DimensionElement): SqlColumn =>
  fieldColumn(element.keys[0]!, false, element.name)

/** Foreign keys from a table that has columns for these dimensions to the dimensions' own tables. */
export const dimensionForeignKeys = (
  universe: DimensionUniverse,
  dimensions: readonly string[],
): readonly SqlForeignKey[] =>
  dimensions
    .map((d) => universe.get(d))
    .filter(hasTable)
    .map((e) => ({ columns: e.required, table: e.name, targets: keyColumns(e) }))

/** Columns of an element's primary key in its own table. */
export const keyColumns = (element: DimensionElement): readonly string[] =>
  element.required.map((d) => (d === element.name ? element.keyField : d))
