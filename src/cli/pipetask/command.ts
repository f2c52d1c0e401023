import type { LogSink } from '#core'

/** What a subcommand gets of the options before it. */
export interface Globals {
  readonly sink: LogSink
  readonly progress: boolean
}

/** Thrown to end with a code after everything has been said. */
export class ExitCode extends Error {
  readonly exitCode: number
  constructor(exitCode: number) {
    super(`exit ${exitCode}`)
    this.exitCode = exitCode
  }
}

/** Ctrl-C: what was finished stays. */
export class AbortedError extends ExitCode {
  constructor() {
    super(130)
  }
}
