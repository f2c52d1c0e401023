import {
  configChoiceField,
  configField,
  defineConfig,
  field,
  type InstanceOf,
  listField,
  rangeField,
} from '#config'
import { cutCandidate, DEFAULT_OBJECT_SIZE, determinePsf, selectStarsBySize } from '#algo'
import type { Exposure, Footprint, Psf } from '#image'
import { Random } from '#math'
import { defineTask } from '#pipeline'
import type { Catalog } from '#table'

export const ObjectSizeStarSelectorConfig = defineConfig({
  name: 'lsst.meas.algorithms.objectSizeStarSelector.ObjectSizeStarSelectorConfig',
  fields: {
    doFluxLimit: field('bool', { default: true, doc: 'Apply flux limit to PSF candidate selection?' }),
    fluxMin: field('float', {
      default: 12500.0,
      doc: 'specify the minimum psfFlux for good PSF Candidates; lower takes more and noisier stars',
    }),
    fluxMax: field('float', {
      default: 0.0,
      doc: 'specify the maximum psfFlux for good PSF Candidates (ignored if == 0)',
    }),
    doSignalToNoiseLimit: field('bool', {
      default: false,
      doc: 'Apply signal-to-noise (i.e. flux/fluxErr) limit?',
    }),
    signalToNoiseMin: field('float', {
      default: 20.0,
      doc: 'specify the minimum signal-to-noise for good PSF Candidates',
    }),
    widthMin: field('float', { default: 0.0, doc: 'minimum width to include in histogram, pixels' }),
    widthMax: field('float', { default: 10.0, doc: 'maximum width to include in histogram, pixels' }),
    sourceFluxField: field('str', {
      default: 'base_GaussianFlux_instFlux',
      doc: 'Name of field in Source to use for flux measurement',
    }),
    widthStdAllowed: field('float', {
      default: 0.15,
      doc: 'Standard deviation of width allowed to be interpreted as good stars',
    }),
    nSigmaClip: field('float', { default: 2.0, doc: 'Keep objects within this many sigma of cluster 0' }),
    badFlags: listField('str', {
      default: DEFAULT_OBJECT_SIZE.badFlags,
      doc: 'List of flags which cause a source to be rejected as bad',
    }),
  },
})

export const MakePsfCandidatesConfig = defineConfig({
  name: 'lsst.meas.algorithms.makePsfCandidates.MakePsfCandidatesConfig',
  fields: {
    kernelSize: rangeField('int', { min: 5, default: 21, doc: 'Size of the postage stamps, pixels, odd.' }),
  },
})

export const ReserveSourcesConfig = defineConfig({
  name: 'lsst.meas.algorithms.reserveSourcesTask.ReserveSourcesConfig',
  fields: {
    fraction: rangeField('float', {
      min: 0,
      max: 1,
      default: 0.0,
      doc: 'Fraction of candidates to reserve from fitting; none if <= 0',
    }),
    seed: field('int', {
      default: 1,
      doc: 'This number will be added to the exposure ID to set the random seed',
    }),
  },
})

export const PsfexPsfDeterminerConfig = defineConfig({
  name: 'lsst.meas.extensions.psfex.psfexPsfDeterminer.PsfexPsfDeterminerConfig',
  fields: {
    kernelSize: rangeField('int', { min: 5, default: 41, doc: 'Size of the PSF model, pixels, odd.' }),
    spatialOrder: rangeField('int', {
      min: 0,
      default: 2,
      doc: 'Order of the variation over the image; lowered when there are too few stars.',
    }),
  },
})

export const MeasurePsfConfig = defineConfig({
  name: 'lsst.pipe.tasks.measurePsf.MeasurePsfConfig',
  fields: {
    starSelector: configChoiceField(
      { objectSize: ObjectSizeStarSelectorConfig },
      { default: 'objectSize', doc: 'Star selection algorithm' },
    ),
    makePsfCandidates: configField(MakePsfCandidatesConfig, { doc: 'Making of PSF candidates' }),
    psfDeterminer: configChoiceField(
      { psfex: PsfexPsfDeterminerConfig },
      {
        default: 'psfex',
        doc: 'PSF determination algorithm: images of the polynomial terms, as PSFEx has them',
      },
    ),
    reserve: configField(ReserveSourcesConfig, { doc: 'Reserve sources from fitting' }),
  },
})
export type MeasurePsfConfig = InstanceOf<typeof MeasurePsfConfig>

export interface MeasuredPsf {
  readonly psf: Psf
  /** The catalog with calib_psf_candidate, calib_psf_used and calib_psf_reserved. */
  readonly sources: Catalog
}

/** Choose stars and model the PSF from them. @see lsst.pipe.tasks.measurePsf.MeasurePsfTask */
export const MeasurePsfTask = defineTask({
  className: 'lsst.pipe.tasks.measurePsf.MeasurePsfTask',
  defaultName: 'measurePsf',
  config: MeasurePsfConfig,
  make: ({ config, log, metadata }) => ({
    run(exposure: Exposure, sources: Catalog, footprints: readonly Footprint[], expId: bigint): MeasuredPsf {
      log.info('Measuring PSF')
      const stars = selectStarsBySize(sources, selectorOptions(config))
      const { kernelSize, spatialOrder } = config.psfDeterminer.get('psfex')
      const [x, y] = [sources.f64('base_SdssCentroid_x'), sources.f64('base_SdssCentroid_y')]
      const candidates = [...stars].flatMap((row) => {
        const about = { row, x: x[row]!, y: y[row]!, footprint: footprints[row]! }
        return cutCandidate(exposure.maskedImage, about, kernelSize) ?? []
      })
      log.info(`PSF star selector found ${candidates.length} candidates`)
      const reserved = reserve(
        candidates.length,
        config.reserve.fraction,
        expId + BigInt(config.reserve.seed),
      )
      if (reserved.size > 0)
        log.child('reserve').info(`Reserved ${reserved.size}/${candidates.length} sources`)
      const sent = candidates.filter((_, k) => !reserved.has(k))
      log.info(`Sending ${sent.length} candidates to PSF determiner`)
      const model = determinePsf(sent, exposure.bbox, { spatialOrder })
      log.info(`PSF determination using ${model.used.length}/${sent.length} stars.`)
      metadata.set('numAvailStars', sent.length)
      metadata.set('numGoodStars', model.used.length)
      const kept = candidates.filter((_, k) => reserved.has(k))
      let flagged = withFlag(sources, 'calib_psf_candidate', 'a candidate for the PSF model', candidates)
      flagged = withFlag(flagged, 'calib_psf_used', 'used in the PSF model', model.used)
      flagged = withFlag(flagged, 'calib_psf_reserved', 'kept from the PSF model to test it', kept)
      return { psf: model.psf, sources: flagged }
    },
  }),
})

function selectorOptions(config: MeasurePsfConfig) {
  const c = config.starSelector.get('objectSize')
  return {
    sourceFluxField: c.sourceFluxField,
    fluxMin: c.doFluxLimit ? c.fluxMin : Number.NEGATIVE_INFINITY,
    fluxMax: c.doFluxLimit ? c.fluxMax : 0,
    signalToNoiseMin: c.doSignalToNoiseLimit ? c.signalToNoiseMin : 0,
    widthMin: c.widthMin,
    widthMax: c.widthMax,
    widthStdAllowed: c.widthStdAllowed,
    nSigmaClip: c.nSigmaClip,
    badFlags: c.badFlags,
  }
}

/** Places of a random fraction of `n` candidates. */
function reserve(n: number, fraction: number, seed: bigint): ReadonlySet<number> {
  const random = new Random(seed)
  const order = Array.from({ length: n }, (_, i) => i)
  for (let i = n - 1; i > 0; i--) {
    const j = random.integer(0, i)
    ;[order[i], order[j]] = [order[j]!, order[i]!]
  }
  return new Set(order.slice(0, fraction > 0 ? Math.floor(n * fraction) : 0))
}

function withFlag(
  sources: Catalog,
  name: string,
  doc: string,
  list: readonly { readonly row: number }[],
): Catalog {
  const values = new Uint8Array(sources.numRows)
  for (const { row } of list) values[row] = 1
  return sources.withColumn({ name, type: 'bool', doc: `set for sources that are ${doc}` }, values)
}
