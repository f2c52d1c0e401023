import { type Logger, silentLog } from './log.ts'
import { type Progress, silentProgress } from './progress.ts'

/** What long work is given as its last argument: how it is stopped, how it tells where it is, where it logs. */
export interface Context {
  readonly signal: AbortSignal
  readonly progress: Progress
  readonly log: Logger
}

/** A context that never aborts and says nothing, with the given parts replaced. */
export const defaultContext = (parts: Partial<Context> = {}): Context => ({
  signal: new AbortController().signal,
  progress: silentProgress,
  log: silentLog,
  ...parts,
})
