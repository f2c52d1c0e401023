import { classifyExtendedness, sampleStatistics, withSlotColumns } from '#algo'
import { BackgroundList, type Exposure, type Footprint, GaussianPsf, type Psf } from '#image'
import type { TaskContext } from '#pipeline'
import type { Catalog } from '#table'
import type { CharacterizeImageConfig } from './config.ts'
import { slotsOf } from './measurement.task.ts'

export interface Characterized {
  /** The exposure without background and cosmic rays, with PSF and aperture corrections. */
  readonly characterized: Exposure
  readonly sourceCat: Catalog
  readonly backgroundModel: BackgroundList
  /** Footprint of each row of the catalog. */
  readonly footprints: readonly Footprint[]
}

export interface SourceIds {
  /** Number of the exposure on this detector; seeds of random streams come from it. */
  readonly expId: bigint
  /** Bits of a source's id that count sources; the exposure's number lies above them. */
  readonly bits: number
}

/** Id of the k-th source (from 1 on): expId · 2^bits + k. */
export const sourceIdOf = ({ expId, bits }: SourceIds, index: number): bigint =>
  (expId << BigInt(bits)) | BigInt(index + 1)

/**
 * Background, cosmic rays, PSF, a first catalog of bright sources and aperture corrections of one exposure. The input is
 * not changed. Footprints are those of the last PSF iteration; they are measured again after the last repair.
 * @see lsst.pipe.tasks.characterizeImage.CharacterizeImageTask, October 2020
 */
export function characterizeImage(
  input: Exposure,
  ids: SourceIds,
  context: TaskContext<CharacterizeImageConfig>,
): Characterized {
  const { config, log, progress } = context
  const bar = progress.start(context.name, config.psfIterations + 2)
  let exposure = input.clone()
  let backgrounds = context.subtask('background').run(exposure.maskedImage, new BackgroundList())
  let footprints: readonly Footprint[] = []
  let sources: Catalog | undefined
  const iterations = config.doMeasurePsf ? config.psfIterations : 1
  bar.advance(1, 'background')
  for (let iteration = 1; iteration <= iterations; iteration++) {
    const step = detectMeasureAndEstimatePsf(exposure, backgrounds, ids, context)
    ;({ exposure, backgrounds, footprints, sources } = step)
    const psf = psfOf(exposure)
    const { width, height } = psf.kernelBox
    log.info(
      `iter ${iteration}; PSF sigma=${psf.sigmaAt().toFixed(2)}, dimensions=(${width}, ${height}); median background=${medianOf(backgrounds).toFixed(2)}`,
    )
    bar.advance(1, `PSF iteration ${iteration}`)
  }
  const psf = psfOf(exposure)
  context.subtask('repair').run(exposure.maskedImage, psf, { seed: ids.expId })
  const measured = context.subtask('measurement').run(exposure, footprints, psf, idsOf(ids))
  let catalog = keepCalibFlags(measured, sources)
  if (config.doApCorr && config.doMeasurePsf) {
    const corrections = context.subtask('measureApCorr').run(exposure, catalog)
    catalog = context.subtask('applyApCorr').run(corrections.sources, corrections.map, corrections.fields)
    exposure = exposure.with({ apCorrMap: corrections.map })
  }
  catalog = classifyExtendedness(catalog, { fluxRatio: config.catalogCalculation.fluxRatio })
  bar.advance(1, 'measured')
  bar.end()
  return {
    characterized: exposure,
    sourceCat: withSlotColumns(catalog, slotsOf(config.measurement.value)),
    backgroundModel: backgrounds,
    footprints,
  }
}

const idsOf = (ids: SourceIds) => ({ idOf: (k: number) => sourceIdOf(ids, k), seed: ids.expId })

interface Iteration {
  readonly exposure: Exposure
  readonly backgrounds: BackgroundList
  readonly footprints: readonly Footprint[]
  readonly sources: Catalog
}

/** One round: placeholder PSF, mark cosmic rays, detect, measure, model the PSF. Pixels are worked on in place. */
function detectMeasureAndEstimatePsf(
  before: Exposure,
  backgrounds: BackgroundList,
  ids: SourceIds,
  context: TaskContext<CharacterizeImageConfig>,
): Iteration {
  const { config, log } = context
  let exposure = before
  if (exposure.psf === undefined || (config.doMeasurePsf && config.useSimplePsf)) {
    log.warn('Source catalog detected and measured with placeholder or default PSF')
    exposure = exposure.with({ psf: simplePsf(exposure.psf, config) })
  }
  const psf = psfOf(exposure)
  context.subtask('repair').run(exposure.maskedImage, psf, { keepCRs: true, seed: ids.expId })
  const detected = context.subtask('detection').run(exposure, psf.sigmaAt(), backgrounds)
  const footprints = detected.found.positive
  const sources = context.subtask('measurement').run(exposure, footprints, psf, idsOf(ids))
  if (!config.doMeasurePsf) return { exposure, backgrounds: detected.backgrounds, footprints, sources }
  const measured = context.subtask('measurePsf').run(exposure, sources, footprints, ids.expId)
  return {
    exposure: exposure.with({ psf: measured.psf }),
    backgrounds: detected.backgrounds,
    footprints,
    sources: measured.sources,
  }
}

/** A Gaussian as wide as the PSF there is, or as the config says. */
function simplePsf(psf: Psf | undefined, { installSimplePsf }: CharacterizeImageConfig): GaussianPsf {
  const sigma = psf?.sigmaAt() ?? installSimplePsf.fwhm / (2 * Math.sqrt(2 * Math.LN2))
  const width =
    psf === undefined ? installSimplePsf.width : Math.max(installSimplePsf.width, psf.kernelBox.width)
  return new GaussianPsf(width | 1, sigma)
}

function psfOf({ psf }: Exposure): Psf {
  if (psf === undefined) throw new Error('Broken invariant: the exposure has no PSF')
  return psf
}

function medianOf(backgrounds: BackgroundList): number {
  const image = backgrounds.image()
  return image === undefined ? 0 : sampleStatistics(image.data, image).median
}

/** The flags that say what each source was used for, from the catalog the PSF was modelled with. */
function keepCalibFlags(measured: Catalog, before: Catalog | undefined): Catalog {
  const names = (before?.schema.names ?? []).filter((name) => name.startsWith('calib_psf_'))
  return names.reduce((all, name) => all.withColumn(before!.schema.get(name), before!.bool(name)), measured)
}
