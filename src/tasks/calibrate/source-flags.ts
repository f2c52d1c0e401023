import { matchNearest } from '#algo'
import type { Catalog, ColumnSpec } from '#table'

const flagColumn = (name: string, doc: string): ColumnSpec => ({ name, type: 'bool', doc })

/** With a flag that is set on some rows. */
export function withRows(sources: Catalog, name: string, doc: string, rows: Iterable<number>): Catalog {
  const values = new Uint8Array(sources.numRows)
  for (const row of rows) values[row] = 1
  return sources.withColumn(flagColumn(name, doc), values)
}

/** `sky_source` and `detect_isPrimary`: the last `skyCount` rows are sky, the others sources without children. */
export function withKindFlags(sources: Catalog, skyCount: number): Catalog {
  const n = sources.numRows
  const sky = Uint8Array.from({ length: n }, (_, row) => (row >= n - skyCount ? 1 : 0))
  return sources.withColumn(flagColumn('sky_source', 'set for objects on empty sky'), sky).withColumn(
    flagColumn('detect_isPrimary', 'set for sources that have no children and are no sky objects'),
    sky.map((v) => 1 - v),
  )
}

/**
 * Flags of an earlier catalog of the same image on the sources at the same places, and `calib_detected` where it has any.
 * @param fields must all be flags of the earlier catalog @throws FirstlightError 'table/no-such-column'
 * @see lsst.pipe.tasks.calibrate.CalibrateTask.copyIcSourceFields
 */
export function copyFlags(
  sources: Catalog,
  before: Catalog,
  fields: readonly string[],
  radiusPx: number,
): Catalog {
  const at = (catalog: Catalog) => ({ x: catalog.f64('slot_Centroid_x'), y: catalog.f64('slot_Centroid_y') })
  const sky = sources.bool('sky_source')
  const pairs = matchNearest(at(sources), at(before), radiusPx).filter(({ source }) => sky[source] === 0)
  const detected = withRows(
    sources,
    'calib_detected',
    'Source was detected as an icSource',
    pairs.map(({ source }) => source),
  )
  return fields.reduce((all, name) => {
    const flags = before.bool(name)
    const set = pairs.filter(({ reference }) => flags[reference] === 1)
    return withRows(
      all,
      name,
      before.schema.get(name).doc ?? name,
      set.map(({ source }) => source),
    )
  }, detected)
}
