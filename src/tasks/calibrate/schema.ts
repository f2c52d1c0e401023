import { applyApCorr, classifyExtendedness, measureSources, withSlotColumns } from '#algo'
import { Box2I } from '#geom'
import { GaussianPsf, MaskedImage } from '#image'
import { Catalog, type Schema } from '#table'
import { MeasureApCorrConfig } from '../characterize/ap-corr.task.ts'
import { pluginsOf, slotsOf } from '../characterize/measurement.task.ts'
import type { CalibrateConfig } from './config.ts'
import { copyFlags, withKindFlags, withRows } from './source-flags.ts'

/** Fluxes of a catalog that have aperture corrections. */
export const correctedFields = (columns: readonly string[]): readonly string[] =>
  MeasureApCorrConfig.make()
    .fields.filter((name) => columns.includes(`${name}_instFlux`))
    .sort()

/** The columns that a run with this config writes: those of a run on no sources. @param icSrc what it takes flags from */
export function srcSchema(config: CalibrateConfig, icSrc: Schema): Schema {
  const measurement = config.measurement.value
  const measured = measureSources(MaskedImage.ofBox(new Box2I(0, 0, 8, 8)), [], {
    psf: new GaussianPsf(11, 1.5),
    plugins: pluginsOf(measurement),
    slots: slotsOf(measurement),
  })
  let catalog = withKindFlags(measured, 0)
  if (config.doApCorr) catalog = applyApCorr(catalog, new Map(), correctedFields(catalog.schema.names))
  catalog = withSlotColumns(classifyExtendedness(catalog), slotsOf(measurement))
  catalog = copyFlags(catalog, Catalog.empty(icSrc), config.icSourceFieldsToCopy, config.matchRadiusPix)
  catalog = withRows(catalog, ...ASTROMETRY_USED, [])
  return withRows(catalog, ...PHOTOMETRY_USED, []).schema
}

export const ASTROMETRY_USED = [
  'calib_astrometry_used',
  'set if source was used in astrometric calibration',
] as const
export const PHOTOMETRY_USED = [
  'calib_photometry_used',
  'set if source was used in photometric calibration',
] as const
