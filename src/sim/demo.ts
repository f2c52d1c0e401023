import type { Context } from '#core'

export interface DemoOptions {
  /** Visits to make; default all of ci_hsc's eleven. */
  readonly visits?: readonly number[]
  readonly detectors?: readonly number[]
  /** The small test camera instead of HSC. */
  readonly tiny?: boolean
  readonly seed?: string
}

/** What was made and what was there already. */
export interface DemoSummary {
  readonly root: string
  readonly raws: number
  readonly calibs: number
  readonly skipped: number
}

export type { Context }
