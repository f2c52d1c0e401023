import type { Butler } from '#butler'
import type { Files } from '#core'
import type { SimJob } from '../jobs.ts'

export interface DemoOptions {
  /** Visits to make; all of the survey by default. */
  readonly visits?: readonly number[]
  /** Detectors to make; all that the visits have by default. */
  readonly detectors?: readonly number[]
  /** The small test camera instead of HSC. */
  readonly tiny?: boolean
  /** Another seed gives another sky and other noise; the default is `firstlight`. */
  readonly seed?: string
}

/** What the maker works with; a platform provides it. */
export interface DemoEnvironment {
  /** Writeable, on an existing repository. */
  readonly butler: Butler
  readonly files: Files
  /** A folder of its own on the repository's file system for files on their way in. */
  readonly staging: string
  /** Simulate the files of a job and write them where it says, here or in another thread. */
  readonly run: (job: SimJob) => Promise<void>
  /** Jobs to have running at once. */
  readonly workers: number
}

/** What was made and what was there already. */
export interface DemoSummary {
  readonly raws: number
  readonly calibs: number
  readonly refcatShards: number
  /** Raws and calibrations of an earlier run. */
  readonly kept: number
}

export const DEFAULT_SEED = 'firstlight'
