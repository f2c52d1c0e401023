import { defineConfig, type InstanceOf, listField, rangeField, field } from '#config'
import { applyApCorr, measureApCorr } from '#algo'
import type { ApCorrMap, Exposure } from '#image'
import { defineTask } from '#pipeline'
import type { Catalog } from '#table'

export const MeasureApCorrConfig = defineConfig({
  name: 'lsst.meas.algorithms.measureApCorr.MeasureApCorrConfig',
  fields: {
    refFluxName: field('str', {
      default: 'base_CircularApertureFlux_12_0',
      doc: 'Flux to which the others are made to agree; in the stack slot_CalibFlux',
    }),
    fields: listField('str', {
      default: ['base_GaussianFlux', 'base_PsfFlux', 'ext_photometryKron_KronFlux'],
      doc: 'Fluxes to correct, of those that were measured',
    }),
    signalToNoiseMin: field('float', {
      default: 200.0,
      doc: 'PSF stars must have this signal-to-noise; when too few have, all PSF stars are used',
    }),
    orderX: rangeField('int', {
      min: 0,
      default: 2,
      doc: 'Order of the Chebyshev field; lowered when there are too few stars',
    }),
    numIter: rangeField('int', { min: 0, default: 4, doc: 'Number of iterations for sigma clipping' }),
    numSigmaClip: field('float', { default: 3.0, doc: 'Number of standard devisations to clip at' }),
    minDegreesOfFreedom: rangeField('int', {
      min: 1,
      default: 1,
      doc: 'Minimum number of degrees of freedom (# of valid data points - # of parameters)',
    }),
    allowFailure: listField('str', {
      default: [],
      doc: 'Allow these measurement algorithms to fail without an exception',
    }),
  },
})
export type MeasureApCorrConfig = InstanceOf<typeof MeasureApCorrConfig>

/** Fewest stars above the signal-to-noise limit that do without the others. */
const ENOUGH = 5

/** Measure aperture corrections. @see lsst.meas.algorithms.MeasureApCorrTask */
export const MeasureApCorrTask = defineTask({
  className: 'lsst.meas.algorithms.measureApCorr.MeasureApCorrTask',
  defaultName: 'measureApCorr',
  config: MeasureApCorrConfig,
  make: ({ config, log }) => ({
    run(
      exposure: Exposure,
      sources: Catalog,
    ): { readonly map: ApCorrMap; readonly fields: readonly string[]; readonly sources: Catalog } {
      const fields = config.fields.filter((name) => sources.has(`${name}_instFlux`)).sort()
      log.info(`Measuring aperture corrections for ${fields.length} flux fields`)
      const stars = selectStars(sources, config.signalToNoiseMin)
      log.child('sourceSelector').info(`Selected ${stars.length}/${sources.numRows} sources`)
      const result = measureApCorr(sources, stars, fields, exposure.bbox, {
        referenceFlux: config.refFluxName,
        order: config.orderX,
        rounds: config.numIter,
        nSigmaClip: config.numSigmaClip,
        minDegreesOfFreedom: config.minDegreesOfFreedom,
        allowFailure: config.allowFailure,
      })
      for (const { name, rms, used } of result.fields)
        if (rms === undefined)
          log.warn(`Unable to measure aperture correction for '${name}' from ${used} stars`)
        else log.info(`Aperture correction for ${name}: RMS ${rms.toFixed(6)} from ${used}`)
      const flagged = fields.reduce((all, name) => {
        const used = new Uint8Array(sources.numRows)
        for (const row of result.usedRows.get(name) ?? []) used[row] = 1
        return all.withColumn(
          {
            name: `apcorr_${name}_used`,
            type: 'bool',
            doc: `set if source was used in measuring aperture correction of ${name}`,
          },
          used,
        )
      }, sources)
      return { map: result.map, fields, sources: flagged }
    },
  }),
})

function selectStars(sources: Catalog, signalToNoise: number): Int32Array {
  const used = sources.bool('calib_psf_used')
  const flux = sources.f64('base_PsfFlux_instFlux')
  const error = sources.f64('base_PsfFlux_instFluxErr')
  const all = Int32Array.from([...used.keys()].filter((row) => used[row] === 1))
  const bright = all.filter((row) => flux[row]! > signalToNoise * error[row]!)
  return bright.length >= Math.min(ENOUGH, all.length) ? bright : all
}

/** Apply aperture corrections. @see lsst.meas.base.ApplyApCorrTask */
export const ApplyApCorrTask = defineTask({
  className: 'lsst.meas.base.applyApCorr.ApplyApCorrTask',
  defaultName: 'applyApCorr',
  config: defineConfig({ name: 'lsst.meas.base.applyApCorr.ApplyApCorrConfig', fields: {} }),
  make: ({ log }) => ({
    run(sources: Catalog, map: ApCorrMap, fields: readonly string[]): Catalog {
      log.info(`Applying aperture corrections to ${fields.length} instFlux fields`)
      return applyApCorr(sources, map, fields)
    },
  }),
})
