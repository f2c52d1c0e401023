import { FirstlightError } from '#core'
import { writeExposureFits } from '#formats'
import { writeParquet } from '#table'
import { makeCalib } from './calibs.ts'
import { SIM_HSC, SIM_TINY } from './cameras.ts'
import { CI_HSC, type SurveyVisit, TINY_SURVEY } from './ci-hsc.ts'
import { rawFileBytes, simulateFrame } from './frame.ts'
import { makeSensor } from './sensor.ts'
import type { SimCamera } from './sim-camera.ts'
import { truthCatalog } from './truth-catalog.ts'

/** One file (two for a raw) to simulate: plain data, fit to be sent to a worker. */
export type SimJob =
  | {
      readonly kind: 'raw'
      readonly instrument: string
      readonly seed: string
      readonly visit: number
      readonly detector: number
      readonly path: string
      readonly truthPath: string
    }
  | {
      readonly kind: 'bias' | 'dark' | 'flat'
      readonly instrument: string
      readonly seed: string
      readonly detector: number
      readonly date: string
      readonly filter?: string
      readonly path: string
    }

export interface SimFile {
  readonly path: string
  readonly bytes: Uint8Array
}

/** Do a job: the files and where they go. Pure: the same job gives the same bytes in any thread. */
export function runSimJob(job: SimJob): readonly SimFile[] {
  const camera = simCamera(job.instrument)
  if (job.kind === 'raw') {
    const spec = {
      camera,
      visit: surveyVisit(job.instrument, job.visit),
      detector: job.detector,
      seed: job.seed,
    }
    const { raw, truth } = simulateFrame(spec)
    return [
      { path: job.truthPath, bytes: writeParquet(truthCatalog(truth.sources)) },
      { path: job.path, bytes: rawFileBytes(spec, raw) },
    ]
  }
  const sensor = makeSensor(camera, job.detector, job.seed)
  const { kind, date, filter, seed } = job
  const exposure = makeCalib({ camera, sensor, kind, date, seed, ...(filter !== undefined && { filter }) })
  return [{ path: job.path, bytes: writeExposureFits(exposure, { compression: 'lossy', quantizeLevel: 4 }) }]
}

/** What is known of a camera's simulation, by instrument name. */
export function simCamera(instrument: string): SimCamera {
  const found = [SIM_HSC, SIM_TINY].find((c) => c.instrument.name === instrument)
  if (found !== undefined) return found
  throw new FirstlightError('sim/no-camera', `The simulator has no camera '${instrument}'.`, {
    hint: 'It has HSC and TinyCam.',
  })
}

/** The visits that are simulated with a camera. */
export const surveyOf = (instrument: string): readonly SurveyVisit[] =>
  instrument === 'TinyCam' ? TINY_SURVEY : CI_HSC

/** @throws 'sim/no-visit' naming those there are */
export function surveyVisit(instrument: string, id: number): SurveyVisit {
  const survey = surveyOf(instrument)
  const found = survey.find((visit) => visit.id === id)
  if (found !== undefined) return found
  throw new FirstlightError('sim/no-visit', `The simulated survey of ${instrument} has no visit ${id}.`, {
    hint: `It has ${survey.map((visit) => visit.id).join(', ')}.`,
    data: { visit: id },
  })
}
