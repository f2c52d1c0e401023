import type { RunListener, RunResult, TaskRegistry } from '#pipeline'

/** Everything of the process that the command touches; tests give their own. */
export interface CommandIo {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  readonly env: (name: string) => string | undefined
  readonly cwd: string
  /** Columns of the terminal on stderr; undefined when it is none. */
  readonly columns: number | undefined
  /** Ask a yes-or-no question; answers no where nobody can be asked. */
  readonly confirm: (question: string) => Promise<boolean>
  /** Aborts at the first Ctrl-C. */
  readonly signal: AbortSignal
  /** Further tasks, besides those that ship with us. */
  readonly tasks?: TaskRegistry
  /** Command line as typed, for graph headers. */
  readonly commandLine: string
  /** The same by words, where `runPipetask` was given it. */
  readonly words?: readonly string[]
  /** A pipeline that is no file, as in a notebook cell; errors call it by its name. */
  readonly pipelineText?: { readonly text: string; readonly name: string }
  /** Shows a run in its own way instead of the terminal's line of progress. */
  readonly watch?: RunWatch
}

/** Who is told how a run goes, and what came of it. */
export interface RunWatch {
  readonly onEvent: RunListener
  readonly ended: (result: RunResult) => void
}
