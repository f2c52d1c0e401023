import { type Context, FirstlightError } from '#core'
import { openFits } from '#fits'
import { nodeFiles } from '#platform/node'
import {
  type FrameSummary,
  measureFrame,
  type MeasureFrameOptions,
  readFrame,
  writeFrameResults,
} from '#tasks'

/** One image to measure: plain data, so that it can go to a worker thread. */
export interface MeasureJob {
  readonly path: string
  /** Folder for exposure.fits and sources.parquet. */
  readonly dir: string
  readonly hdu?: string | number
  readonly weight?: string
  readonly mask?: string
  readonly options: Partial<
    Pick<MeasureFrameOptions, 'threshold' | 'gain' | 'saturation' | 'zeroPoint' | 'cosmicRays' | 'binSize'>
  >
}

/** Read, measure, write. Nothing is written when anything before fails. */
export async function runMeasureJob(job: MeasureJob, context: Context): Promise<FrameSummary> {
  const { path, dir, hdu, weight, mask, options } = job
  const frame = await readFrame(await openImage(path), {
    ...(hdu !== undefined && { hdu }),
    ...(weight !== undefined && { weight: await openImage(weight) }),
    ...(mask !== undefined && { mask: await openImage(mask) }),
  })
  for (const note of frame.notes) context.log.info(note)
  const { gain = options.gain, saturation = options.saturation } = { ...frame, ...options }
  if (gain === undefined)
    context.log.info('no gain in the header and none given: the noise of bright sources is that of the sky')
  const result = measureFrame(
    frame.exposure,
    {
      ...options,
      ...(gain !== undefined && { gain }),
      ...(saturation !== undefined && { saturation }),
      relativeVariance: frame.relativeVariance,
    },
    context,
  )
  context.signal.throwIfAborted()
  await writeFrameResults(nodeFiles, dir, result)
  return result.summary
}

async function openImage(path: string) {
  if ((await nodeFiles.stat(path)) === undefined)
    throw new FirstlightError('measure/no-file', `There is no file ${path}.`)
  return openFits(await nodeFiles.open(path), { name: path })
}
