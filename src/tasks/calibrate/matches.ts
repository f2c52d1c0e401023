import { Catalog, type ColumnSpec } from '#table'
import type { SkyWcs } from '#wcs'
import type { AstrometryResult } from './astrometry.task.ts'
import type { ReferenceObjects } from './reference-objects.task.ts'

const COLUMNS: readonly ColumnSpec[] = [
  { name: 'first', type: 'i64', doc: 'id of the reference object' },
  { name: 'second', type: 'i64', doc: 'id of the source' },
  { name: 'distance', type: 'f64', unit: 'rad', doc: 'distance of the two on the sky, by the fitted WCS' },
]

/** Who was matched with whom. @see lsst.afw.table.packMatches */
export function matchTable(
  { matches }: Pick<AstrometryResult, 'matches'>,
  sources: Catalog,
  references: ReferenceObjects,
  wcs: SkyWcs,
): Catalog {
  const ids = sources.i64('id')
  const [x, y] = [sources.f64('slot_Centroid_x'), sources.f64('slot_Centroid_y')]
  return Catalog.fromColumns(COLUMNS, {
    first: BigInt64Array.from(matches, (m) => references.id[m.reference]!),
    second: BigInt64Array.from(matches, (m) => ids[m.row]!),
    distance: Float64Array.from(matches, (m) => m.distance * wcs.pixelScaleAt(x[m.row]!, y[m.row]!).radians),
  })
}

/** The same with all columns of both, as `ref_…` and `src_…`. @see lsst.meas.astrom.denormalizeMatches */
export function denormalizedMatches(
  result: Pick<AstrometryResult, 'matches'>,
  sources: Catalog,
  references: ReferenceObjects,
  wcs: SkyWcs,
): Catalog {
  const { matches } = result
  const parts = [
    ['ref_', references.catalog.take(Int32Array.from(matches, (m) => m.reference))],
    ['src_', sources.take(Int32Array.from(matches, (m) => m.row))],
  ] as const
  const distance = matchTable(result, sources, references, wcs).select(['distance'])
  return parts.reduce(
    (all, [prefix, part]) =>
      part.schema.columns.reduce((table, spec) => {
        const { values } = part.columnData(spec.name)
        return table.withColumn({ ...spec, name: prefix + spec.name }, values as Float64Array)
      }, all),
    distance,
  )
}
