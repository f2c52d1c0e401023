import type { Catalog } from '#table'

/** What makes a source good for matching. */
export interface SourceSelection {
  /** `Calib`, `Ap`, `Psf`: which slot's flux. */
  readonly sourceFluxType: string
  readonly minSnr: number
  readonly badFlags: readonly string[]
}

/**
 * Rows of the sources with a good centre, a flux above the signal-to-noise limit, none of the flags and no parent; brightest
 * first. Flags that the catalog does not have reject nothing. @see lsst.meas.algorithms.MatcherSourceSelectorTask
 */
export function selectSources(
  sources: Catalog,
  { sourceFluxType, minSnr, badFlags }: SourceSelection,
): Int32Array {
  const slot = `slot_${sourceFluxType}Flux`
  const [x, y] = [sources.f64('slot_Centroid_x'), sources.f64('slot_Centroid_y')]
  const [flux, error] = [sources.f64(`${slot}_instFlux`), sources.f64(`${slot}_instFluxErr`)]
  const flags = ['slot_Centroid_flag', `${slot}_flag`, 'sky_source', ...badFlags]
    .filter((name) => sources.has(name))
    .map((name) => sources.bool(name))
  const parent = sources.i64('parent')
  const good = (row: number) =>
    parent[row] === 0n &&
    Number.isFinite(x[row]! + y[row]!) &&
    flags.every((flag) => flag[row] === 0) &&
    (minSnr <= 0 ? flux[row]! > 0 : flux[row]! > minSnr * error[row]!)
  const rows = [...x.keys()].filter(good).sort((a, b) => flux[b]! - flux[a]!)
  return Int32Array.from(rows)
}
