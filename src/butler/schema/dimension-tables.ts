import type { SqlTable } from '#sql'
import { type DimensionElement, hasTable } from '../dimensions/element.ts'
import type { DimensionUniverse } from '../dimensions/universe.ts'
import {
  bigint,
  dimensionColumn,
  dimensionForeignKeys,
  fieldColumn,
  keyColumns,
  smallint,
  text,
  timespanColumns,
} from './columns.ts'

/** The table of one element, its columns in record order. */
export function elementTable(universe: DimensionUniverse, element: DimensionElement): SqlTable {
  const foreign = element.required.filter((d) => d !== element.name)
  const [own, ...alternates] = element.keys
  return {
    name: element.name,
    columns: [
      ...foreign.map((d) => dimensionColumn(universe.get(d))),
      ...(own === undefined ? [] : [fieldColumn(own, false)]),
      ...element.directImplied.map((d) => dimensionColumn(universe.get(d))),
      ...[...alternates, ...element.metadata].map((f) => fieldColumn(f)),
      ...(element.spatialFamily === undefined
        ? []
        : [{ name: 'region', type: { kind: 'region' }, nullable: true } as const]),
      ...(element.temporalFamily === undefined ? [] : timespanColumns()),
    ],
    primaryKey: keyColumns(element),
    unique: alternates.map((a) => [...foreign, a.name]),
    foreignKeys: dimensionForeignKeys(universe, [...foreign, ...element.directImplied]),
  }
}

export const hasSpatialTable = (element: DimensionElement): boolean =>
  hasTable(element) && element.spatialFamily !== undefined

export const overlapTableName = (element: string): string => `${element}_skypix_overlap`

/** Which pixels of the common skypix each row's region touches, and which levels were written for which governor value. */
export function skypixOverlapTables(
  universe: DimensionUniverse,
  element: DimensionElement,
): readonly SqlTable[] {
  const governor = element.governor!
  const level = [text('skypix_system', false, 16), smallint('skypix_level')]
  const others = element.required.filter((d) => d !== governor)
  const summary = `${overlapTableName(element.name)}_summary`
  const place = ['skypix_system', 'skypix_level']
  return [
    {
      name: summary,
      columns: [...level, dimensionColumn(universe.get(governor))],
      primaryKey: [...place, governor],
      foreignKeys: dimensionForeignKeys(universe, [governor]),
    },
    {
      name: overlapTableName(element.name),
      columns: [
        ...level,
        ...[governor, ...others].map((d) => dimensionColumn(universe.get(d))),
        bigint('skypix_index'),
      ],
      primaryKey: [...place, governor, ...others, 'skypix_index'],
      foreignKeys: [
        { columns: [...place, governor], table: summary, targets: [...place, governor], cascade: true },
        ...dimensionForeignKeys(universe, element.required),
      ],
      indexes: [[...place, 'skypix_index', governor, ...others]],
    },
  ]
}

/** Tables for overlaps of two elements of different families. The anchor makes them and leaves them empty. */
export function pairOverlapTables(universe: DimensionUniverse): readonly SqlTable[] {
  const spatial = universe.elements.filter(hasSpatialTable)
  return spatial.flatMap((a) =>
    spatial
      .filter((b) => a.index < b.index && a.spatialFamily !== b.spatialFamily)
      .flatMap((b) => pairTables(universe, a, b)),
  )
}

function pairTables(
  universe: DimensionUniverse,
  a: DimensionElement,
  b: DimensionElement,
): readonly SqlTable[] {
  const governors = [a.governor!, b.governor!]
  const own = (e: DimensionElement) => e.required.filter((d) => d !== e.governor)
  const all = [...governors, ...own(a), ...own(b)]
  const columns = (names: readonly string[]) => names.map((d) => dimensionColumn(universe.get(d)))
  const table = `${a.name}_${b.name}_overlap`
  return [
    {
      name: `${table}_summary`,
      columns: columns(governors),
      primaryKey: governors,
      foreignKeys: dimensionForeignKeys(universe, governors),
    },
    { name: table, columns: columns(all), primaryKey: all, foreignKeys: dimensionForeignKeys(universe, all) },
  ]
}
