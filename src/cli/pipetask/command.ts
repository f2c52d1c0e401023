import type { LogSink } from '#core'
import { ExitCode } from '../shared/report.ts'

export { ExitCode }

/** What a subcommand gets of the options before it. */
export interface Globals {
  readonly sink: LogSink
  readonly progress: boolean
}

/** Ctrl-C: what was finished stays. */
export class AbortedError extends ExitCode {
  constructor() {
    super(130)
  }
}
