import type { DimensionConfig } from '../universe-config.ts'
import { camera } from './camera.ts'
import { observations } from './observations.ts'
import { relations } from './relations.ts'
import { sky } from './sky.ts'
import { ssp } from './ssp.ts'

/**
 * Dimension universe 8 of namespace `daf_butler`, exactly as a repository stores it (its documentation texts are lsst-daf-butler's,
 * BSD-3-Clause): a real Butler compares what it finds with its own.
 */
export const canonicalUniverse: DimensionConfig = {
  version: 8,
  namespace: 'daf_butler',
  skypix: {
    common: 'htm7',
    htm: {
      class: 'lsst.sphgeom.HtmPixelization',
      max_level: 24,
    },
    healpix: {
      class: 'lsst.sphgeom.HealpixPixelization',
      max_level: 17,
    },
  },
  elements: { ...camera, ...observations, ...sky, ...relations, ...ssp },
  topology: {
    spatial: {
      observation_regions: ['visit_detector_region', 'visit'],
      skymap_regions: ['patch', 'tract'],
    },
    temporal: {
      observation_timespans: ['exposure', 'visit', 'day_obs'],
    },
  },
  packers: {
    visit_detector: {
      fixed: ['instrument'],
      dimensions: ['instrument', 'visit', 'detector'],
      cls: 'lsst.daf.butler.instrument.ObservationDimensionPacker',
    },
    exposure_detector: {
      fixed: ['instrument'],
      dimensions: ['instrument', 'exposure', 'detector'],
      cls: 'lsst.daf.butler.instrument.ObservationDimensionPacker',
    },
    tract_patch: {
      fixed: ['skymap'],
      dimensions: ['skymap', 'tract', 'patch'],
      cls: 'lsst.skymap.packers.SkyMapDimensionPacker',
    },
    tract_patch_band: {
      fixed: ['skymap'],
      dimensions: ['skymap', 'tract', 'patch', 'band'],
      cls: 'lsst.skymap.packers.SkyMapDimensionPacker',
    },
  },
}
