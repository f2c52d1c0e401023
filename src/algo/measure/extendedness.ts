import type { Catalog } from '#table'

/**
 * base_ClassificationExtendedness_value: 0 where fluxRatio·modelFlux < psfFlux (a point source), else 1; NaN and flagged
 * where a flux is bad. Run after aperture corrections.
 * @see lsst.meas.base.ClassificationExtendednessPlugin
 */
export function classifyExtendedness(
  sources: Catalog,
  { psfFlux = 'base_PsfFlux', modelFlux = 'base_GaussianFlux', fluxRatio = 0.95 } = {},
): Catalog {
  const psf = sources.f64(`${psfFlux}_instFlux`)
  const model = sources.f64(`${modelFlux}_instFlux`)
  const bad = sources
    .bool(`${psfFlux}_flag`)
    .map((v, i) => (v | sources.bool(`${modelFlux}_flag`)[i]! ? 1 : 0))
  const value = Float64Array.from(psf, (f, i) =>
    bad[i] === 1 || !Number.isFinite(f + model[i]!) ? Number.NaN : fluxRatio * model[i]! < f ? 0 : 1,
  )
  const name = 'base_ClassificationExtendedness'
  return sources
    .withColumn({ name: `${name}_value`, type: 'f64', doc: '0: point source, 1: extended' }, value)
    .withColumn(
      { name: `${name}_flag`, type: 'bool', doc: 'set when it could not be decided' },
      Uint8Array.from(value, (v) => (Number.isNaN(v) ? 1 : 0)),
    )
}
