import type { ApCorrMap } from '#image'
import type { Catalog } from '#table'

/**
 * Multiply fluxes and their errors by the corrections at the sources; the correction's own error is not added (the stack's
 * "naive" mode). Adds `<field>_apCorr`, `_apCorrErr` and `_flag_apCorr`. A correction that is not positive, or none, sets the flags
 * and leaves the flux NaN.
 * @see lsst.meas.base.ApplyApCorrTask
 */
export function applyApCorr(sources: Catalog, map: ApCorrMap, fields: readonly string[]): Catalog {
  const x = sources.f64('base_SdssCentroid_x')
  const y = sources.f64('base_SdssCentroid_y')
  let out = sources
  for (const name of fields) {
    const field = map.get(`${name}_instFlux`)
    const errorField = map.get(`${name}_instFluxErr`)
    const factor = Float64Array.from(x, (cx, i) => field?.evaluate(cx, y[i]!) ?? Number.NaN)
    const error = Float64Array.from(x, (cx, i) => errorField?.evaluate(cx, y[i]!) ?? Number.NaN)
    const failed = Uint8Array.from(factor, (v) => (v > 0 ? 0 : 1))
    const flag = sources.bool(`${name}_flag`).map((v, i) => v | failed[i]!)
    const scaled = (column: string) =>
      sources.f64(column).map((v, i) => (failed[i] === 1 ? Number.NaN : v * factor[i]!))
    const spec = (column: string) => sources.schema.get(column)
    out = out
      .withColumn(spec(`${name}_instFlux`), scaled(`${name}_instFlux`))
      .withColumn(spec(`${name}_instFluxErr`), scaled(`${name}_instFluxErr`))
      .withColumn(spec(`${name}_flag`), flag)
      .withColumn(
        { name: `${name}_apCorr`, type: 'f64', doc: `aperture correction applied to ${name}` },
        factor,
      )
      .withColumn(
        { name: `${name}_apCorrErr`, type: 'f64', doc: 'standard deviation of the aperture correction' },
        error,
      )
      .withColumn(
        { name: `${name}_flag_apCorr`, type: 'bool', doc: 'set when the aperture correction failed' },
        failed,
      )
  }
  return out
}
