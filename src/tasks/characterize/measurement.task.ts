import { defineConfig, dictField, field, type InstanceOf, listField } from '#config'
import {
  circularApertureFlux,
  DEFAULT_APERTURES,
  DEFAULT_SLOTS,
  gaussianFlux,
  kronFlux,
  type MeasurementPlugin,
  measureSources,
  pixelFlags,
  psfFlux,
  sdssCentroid,
  sdssShape,
} from '#algo'
import { FirstlightError } from '#core'
import type { Exposure, Footprint, Psf } from '#image'
import { defineTask } from '#pipeline'
import type { Catalog } from '#table'

export const SingleFrameMeasurementConfig = defineConfig({
  name: 'lsst.meas.base.sfm.SingleFrameMeasurementConfig',
  fields: {
    names: listField('str', {
      default: [
        'base_PixelFlags',
        'base_SdssCentroid',
        'base_SdssShape',
        'base_GaussianFlux',
        'base_PsfFlux',
        'base_CircularApertureFlux',
      ],
      doc: 'Plugins to be run. ext_photometryKron_KronFlux may be added.',
    }),
    radii: listField('float', {
      default: DEFAULT_APERTURES.radii,
      doc: 'Radii of the circular apertures, pixels.',
    }),
    maxSincRadius: field('float', {
      default: DEFAULT_APERTURES.maxSincRadius,
      doc: 'Largest circular aperture measured by sinc photometry, pixels: exact for band-limited images, slower.',
    }),
    doReplaceWithNoise: field('bool', {
      default: true,
      doc: 'When measuring, replace other detected footprints with noise?',
    }),
    slots: dictField('str', 'str', {
      default: DEFAULT_SLOTS,
      doc: 'Mapping from algorithms to special aliases in Source: slot_Centroid, slot_Shape, slot_PsfFlux …',
    }),
  },
})
export type SingleFrameMeasurementConfig = InstanceOf<typeof SingleFrameMeasurementConfig>

/** The plug-ins a config names. @throws FirstlightError 'tasks/no-such-plugin' */
export function pluginsOf(config: SingleFrameMeasurementConfig): MeasurementPlugin[] {
  const known: Readonly<Record<string, () => MeasurementPlugin>> = {
    base_PixelFlags: () => pixelFlags(),
    base_SdssCentroid: () => sdssCentroid(),
    base_SdssShape: () => sdssShape(),
    base_GaussianFlux: () => gaussianFlux(),
    base_PsfFlux: () => psfFlux(),
    base_CircularApertureFlux: () =>
      circularApertureFlux({ radii: config.radii, maxSincRadius: config.maxSincRadius }),
    ext_photometryKron_KronFlux: () => kronFlux(),
  }
  return config.names.map((name) => {
    const make = known[name]
    if (make === undefined)
      throw new FirstlightError('tasks/no-such-plugin', `No measurement plug-in is named '${name}'.`, {
        hint: `Plug-ins: ${Object.keys(known).join(', ')}.`,
      })
    return make()
  })
}

export const slotsOf = ({ slots }: SingleFrameMeasurementConfig): Readonly<Record<string, string>> =>
  Object.fromEntries(slots)

/** Measure every source with the neighbours replaced by noise. @see lsst.meas.base.SingleFrameMeasurementTask */
export const SingleFrameMeasurementTask = defineTask({
  className: 'lsst.meas.base.sfm.SingleFrameMeasurementTask',
  defaultName: 'measurement',
  config: SingleFrameMeasurementConfig,
  make: ({ config, log, signal, progress }) => ({
    run(
      exposure: Exposure,
      footprints: readonly Footprint[],
      psf: Psf,
      ids: { readonly idOf: (index: number) => bigint; readonly seed: bigint },
    ): Catalog {
      const n = footprints.length
      log.info(`Measuring ${n} sources (${n} parents, 0 children) `)
      return measureSources(
        exposure.maskedImage,
        footprints,
        {
          psf,
          plugins: pluginsOf(config),
          slots: slotsOf(config),
          replaceNeighbours: config.doReplaceWithNoise,
          ...ids,
          ...(exposure.wcs && { wcs: exposure.wcs }),
        },
        { signal, progress },
      )
    },
  }),
})
