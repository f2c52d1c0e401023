import { classifyExtendedness, applyApCorr, measureSources, withSlotColumns } from '#algo'
import { GaussianPsf, MaskedImage } from '#image'
import { Box2I } from '#geom'
import type { TaskContext } from '#pipeline'
import type { Schema } from '#table'
import type { CharacterizeImageConfig } from './config.ts'
import { pluginsOf, slotsOf } from './measurement.task.ts'

const CALIB_FLAGS = {
  calib_psf_candidate: 'a candidate for the PSF model',
  calib_psf_used: 'used in the PSF model',
  calib_psf_reserved: 'kept from the PSF model to test it',
} as const

/** The columns that a run with this config writes: those of a run on no sources at all. */
export function icSrcSchema({ config }: Pick<TaskContext<CharacterizeImageConfig>, 'config'>): Schema {
  const empty = MaskedImage.ofBox(new Box2I(0, 0, 8, 8))
  const measurement = config.measurement.value
  let catalog = measureSources(empty, [], {
    psf: new GaussianPsf(11, 1.5),
    plugins: pluginsOf(measurement),
    slots: slotsOf(measurement),
  })
  const flag = (name: string, doc: string) => {
    catalog = catalog.withColumn({ name, type: 'bool', doc }, new Uint8Array(0))
  }
  if (config.doMeasurePsf)
    for (const [name, doc] of Object.entries(CALIB_FLAGS)) flag(name, `set for sources that are ${doc}`)
  if (config.doMeasurePsf && config.doApCorr) {
    const fields = config.measureApCorr.value.fields.filter((f) => catalog.has(`${f}_instFlux`)).sort()
    for (const f of fields)
      flag(`apcorr_${f}_used`, `set if source was used in measuring aperture correction of ${f}`)
    catalog = applyApCorr(catalog, new Map(), fields)
  }
  return withSlotColumns(classifyExtendedness(catalog), slotsOf(measurement)).schema
}
