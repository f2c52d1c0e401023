import {
  configurableField,
  configField,
  defineConfig,
  field,
  type InstanceOf,
  listField,
  rangeField,
} from '#config'
import { fitZeroPoint, matchNearest, type MatchedPair } from '#algo'
import { AB_ZERO_NJY, type Exposure, PhotoCalib } from '#image'
import { defineTask } from '#pipeline'
import type { Catalog } from '#table'
import { noWcs } from './errors.ts'
import type { ReferenceObjects } from './reference-objects.task.ts'

export const PhotoSourceSelectionConfig = defineConfig({
  name: 'lsst.meas.algorithms.sourceSelector.ScienceSourceSelectorConfig',
  fields: {
    doFlags: field('bool', { default: true, doc: 'Apply flag limitation?' }),
    bad: listField('str', {
      default: [
        'base_PixelFlags_flag_edge',
        'base_PixelFlags_flag_interpolated',
        'base_PixelFlags_flag_saturated',
      ],
      doc: 'List of source flag fields that must NOT be set for a source to be used.',
    }),
    doUnresolved: field('bool', { default: true, doc: 'Apply unresolved limitation?' }),
    unresolvedMaximum: field('float', {
      default: 0.5,
      doc: 'Select objects with base_ClassificationExtendedness_value less than this.',
    }),
  },
})

export const MagnitudeLimitConfig = defineConfig({
  name: 'lsst.meas.algorithms.sourceSelector.MagnitudeLimit',
  fields: {
    minimum: field('float', {
      default: null,
      optional: true,
      doc: 'Select objects with value greater than this, mag',
    }),
    maximum: field('float', {
      default: null,
      optional: true,
      doc: 'Select objects with value less than this, mag',
    }),
    fluxField: field('str', { default: 'flux', doc: 'Name of the source flux field to use.' }),
  },
})

export const ReferenceSelectionConfig = defineConfig({
  name: 'lsst.meas.algorithms.sourceSelector.ReferenceSourceSelectorConfig',
  fields: {
    doMagLimit: field('bool', { default: false, doc: 'Apply magnitude limit?' }),
    magLimit: configField(MagnitudeLimitConfig, { doc: 'Magnitude limit to apply' }),
  },
})

export const DirectMatchConfig = defineConfig({
  name: 'lsst.meas.astrom.directMatch.DirectMatchConfig',
  fields: {
    matchRadius: rangeField('float', { min: 0, default: 0.25, doc: 'Matching radius, arcsec' }),
    sourceSelection: configField(PhotoSourceSelectionConfig, { doc: 'Selection of science sources' }),
    referenceSelection: configField(ReferenceSelectionConfig, { doc: 'Selection of reference sources' }),
  },
})

const DirectMatchTask = defineTask({
  className: 'lsst.meas.astrom.directMatch.DirectMatchTask',
  defaultName: 'directMatch',
  config: DirectMatchConfig,
  make: ({ config, log }) => ({
    /** Pairs of good sources and references within the radius: rows of the catalog, places among the references. */
    run({ wcs, bbox }: Exposure, sources: Catalog, references: ReferenceObjects): readonly MatchedPair[] {
      if (wcs === undefined) throw noWcs()
      const rows = goodSources(sources, config)
      log.child('sourceSelection').info(`Selected ${rows.length}/${sources.numRows} sources`)
      const places = goodReferences(references, config)
      log.child('referenceSelection').info(`Selected ${places.length}/${references.id.length} references`)
      const at = (name: string) => {
        const values = sources.f64(name)
        return rows.map((row) => values[row]!)
      }
      const sky = (values: Float64Array) => Float64Array.from(places, (i) => values[i]!)
      const { x0, x1, y0, y1 } = bbox
      const scale = wcs.pixelScaleAt((x0 + x1) / 2, (y0 + y1) / 2).arcseconds
      const pairs = matchNearest(
        { x: at('slot_Centroid_x'), y: at('slot_Centroid_y') },
        wcs.skyToPixelArrays(sky(references.ra), sky(references.dec)),
        config.matchRadius / scale,
      )
      return pairs.map((p) => ({ ...p, source: rows[p.source]!, reference: places[p.reference]! }))
    },
  }),
})

export const PhotoCalConfig = defineConfig({
  name: 'lsst.pipe.tasks.photoCal.PhotoCalConfig',
  fields: {
    match: configurableField(DirectMatchTask, { doc: 'Match to reference catalog' }),
    fluxField: field('str', {
      default: 'slot_CalibFlux_instFlux',
      doc: 'Name of the source instFlux field to use. The associated flag field is also checked.',
    }),
    sigmaMax: field('float', { default: 0.25, doc: 'maximum sigma to use when clipping, mag' }),
    nSigma: field('float', { default: 3.0, doc: 'clip at nSigma' }),
    useMedian: field('bool', { default: true, doc: 'use median instead of mean to compute zeropoint' }),
    nIter: rangeField('int', { min: 1, default: 20, doc: 'number of iterations' }),
    magErrFloor: rangeField('float', {
      min: 0,
      default: 0.0,
      doc: 'Additional magnitude uncertainty to be added in quadrature with measurement errors, mag.',
    }),
  },
})
export type PhotoCalConfig = InstanceOf<typeof PhotoCalConfig>

export interface PhotoCalResult {
  readonly photoCalib: PhotoCalib
  /** Magnitude of one count, its standard error, and the scatter of the stars. */
  readonly zeroPoint: number
  readonly error: number
  readonly sigma: number
  /** Rows of the stars that were used. */
  readonly rows: Int32Array
}

/** Magnitudes per relative flux. */
const MAG = 2.5 / Math.LN10

/** Zero point from stars that the reference catalog knows. @see lsst.pipe.tasks.photoCal.PhotoCalTask; colour terms are still to come */
export const PhotoCalTask = defineTask({
  className: 'lsst.pipe.tasks.photoCal.PhotoCalTask',
  defaultName: 'photoCal',
  config: PhotoCalConfig,
  make: (context) => ({
    /** @throws FirstlightError 'algo/no-photometric-stars' */
    run(exposure: Exposure, sources: Catalog, references: ReferenceObjects): PhotoCalResult {
      const { config, log, metadata } = context
      const flux = sources.f64(config.fluxField)
      const fluxErr = sources.f64(`${config.fluxField}Err`)
      const flag = sources.bool(config.fluxField.replace(/_instFlux$/, '_flag'))
      const pairs = context
        .subtask('match')
        .run(exposure, sources, references)
        .filter(({ source }) => flag[source] === 0 && flux[source]! > 0)
      const differences = pairs.map(
        ({ source, reference }) =>
          AB_ZERO_NJY - 2.5 * Math.log10(references.flux[reference]! / flux[source]!),
      )
      const errors = pairs.map(({ source, reference }) =>
        Math.hypot(
          (MAG * fluxErr[source]!) / flux[source]!,
          (MAG * references.fluxErr[reference]!) / references.flux[reference]!,
          config.magErrFloor,
        ),
      )
      const fit = fitZeroPoint(differences, errors, config)
      log.info(
        `Magnitude zero point: ${fit.value.toFixed(6)} +/- ${fit.error.toFixed(6)} from ${fit.used.length} stars`,
      )
      metadata.set('zeroPoint', fit.value)
      metadata.set('numStars', fit.used.length)
      const fluxMag0 = 10 ** (0.4 * fit.value)
      return {
        photoCalib: PhotoCalib.fromFluxMag0(fluxMag0, (fluxMag0 * fit.error) / MAG),
        zeroPoint: fit.value,
        error: fit.error,
        sigma: fit.sigma,
        rows: fit.used.map((k) => pairs[k]!.source),
      }
    },
  }),
})

function goodSources(
  sources: Catalog,
  { sourceSelection: s }: InstanceOf<typeof DirectMatchConfig>,
): number[] {
  const flags = ['slot_Centroid_flag', 'sky_source', ...(s.doFlags ? s.bad : [])]
    .filter((name) => sources.has(name))
    .map((name) => sources.bool(name))
  const extended = sources.f64('base_ClassificationExtendedness_value')
  return [...extended.keys()].filter(
    (row) =>
      flags.every((flag) => flag[row] === 0) && (!s.doUnresolved || extended[row]! < s.unresolvedMaximum),
  )
}

function goodReferences(
  references: ReferenceObjects,
  { referenceSelection }: InstanceOf<typeof DirectMatchConfig>,
): number[] {
  const all = [...references.id.keys()]
  if (!referenceSelection.doMagLimit) return all
  const { minimum, maximum, fluxField } = referenceSelection.magLimit
  const flux = references.catalog.has(fluxField) ? references.catalog.f64(fluxField) : references.flux
  const magnitude = (i: number) => AB_ZERO_NJY - 2.5 * Math.log10(flux[i]!)
  return all.filter((i) => magnitude(i) > (minimum ?? -Infinity) && magnitude(i) < (maximum ?? Infinity))
}
