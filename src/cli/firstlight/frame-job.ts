import { type Context, FirstlightError } from '#core'
import { type FitsFile, openFits } from '#fits'
import { readGenericFrame } from '#obs'
import { nodeFiles } from '#platform/node'
import {
  type Frame,
  type FrameSummary,
  makeMasters,
  measureFrame,
  type MeasureFrameOptions,
  type Masters,
  readFrame,
  reduceFrame,
  writeFrameResults,
} from '#tasks'

/** Raw frames that a light frame is reduced with. */
export interface CalibrationFiles {
  readonly bias: readonly string[]
  readonly dark: readonly string[]
  readonly flat: readonly string[]
}

/** What is known better than the headers. */
export interface CameraNumbers {
  readonly gain?: number
  readonly readNoise?: number
  readonly saturation?: number
}

/** One image to measure, reduced before when it has calibrations: plain data, so that it can go to a worker thread. */
export interface FrameJob {
  readonly path: string
  /** Folder for exposure.fits and sources.parquet. */
  readonly dir: string
  readonly hdu?: string | number
  readonly weight?: string
  readonly mask?: string
  readonly reduce?: { readonly files: CalibrationFiles; readonly camera: CameraNumbers }
  readonly options: Partial<
    Pick<MeasureFrameOptions, 'threshold' | 'gain' | 'saturation' | 'zeroPoint' | 'cosmicRays' | 'binSize'>
  >
}

/** Read, reduce, measure, write. Nothing is written when anything before fails. */
export async function runFrameJob(job: FrameJob, context: Context): Promise<FrameSummary> {
  const frame =
    job.reduce === undefined ? await readCalibrated(job) : await readReduced(job, job.reduce, context)
  for (const note of frame.notes) context.log.info(note)
  const { gain = job.options.gain, saturation = job.options.saturation } = { ...frame, ...job.options }
  if (gain === undefined && job.reduce === undefined)
    context.log.warn(
      'No gain in the header and none given: errors are those of the sky alone, too small for bright sources. Give --gain.',
    )
  const result = measureFrame(
    frame.exposure,
    {
      ...job.options,
      ...(gain !== undefined && { gain }),
      ...(saturation !== undefined && { saturation }),
      relativeVariance: frame.relativeVariance,
    },
    context,
  )
  context.signal.throwIfAborted()
  await writeFrameResults(nodeFiles, job.dir, result)
  return result.summary
}

async function readCalibrated({ path, hdu, weight, mask }: FrameJob): Promise<Frame> {
  return readFrame(await openImage(path), {
    ...(hdu !== undefined && { hdu }),
    ...(weight !== undefined && { weight: await openImage(weight) }),
    ...(mask !== undefined && { mask: await openImage(mask) }),
  })
}

async function readReduced(
  { path }: FrameJob,
  { files, camera }: NonNullable<FrameJob['reduce']>,
  context: Context,
): Promise<Frame> {
  const masters = await mastersOf(files, camera, context)
  const raw = await readGenericFrame(await openImage(path), path, camera)
  const notes = raw.metadata
    .all('COMMENT')
    .map(String)
    .filter((text) => text.startsWith(NOTE))
  const exposure = reduceFrame(raw, masters, context)
  return { exposure, relativeVariance: false, notes: notes.map((text) => text.slice(NOTE.length)) }
}

/** How readGenericFrame marks what it had to assume. */
const NOTE = 'firstlight: '

/** Masters are made once a thread, however many light frames it reduces with them. */
const made = new Map<string, Promise<Masters>>()

function mastersOf(files: CalibrationFiles, camera: CameraNumbers, context: Context): Promise<Masters> {
  const key = JSON.stringify([files, camera])
  const known = made.get(key)
  if (known !== undefined) return known
  const making = makeMastersFrom(files, camera, context)
  made.set(key, making)
  return making
}

async function makeMastersFrom(
  files: CalibrationFiles,
  camera: CameraNumbers,
  context: Context,
): Promise<Masters> {
  const read = (paths: readonly string[]) =>
    Promise.all(paths.map(async (path) => readGenericFrame(await openImage(path), path, camera)))
  const [bias, dark, flat] = [await read(files.bias), await read(files.dark), await read(files.flat)]
  return makeMasters({ bias, dark, flat }, context)
}

async function openImage(path: string): Promise<FitsFile> {
  if ((await nodeFiles.stat(path)) === undefined)
    throw new FirstlightError('measure/no-file', `There is no file ${path}.`)
  return openFits(await nodeFiles.open(path), { name: path })
}
