/** Everything of the process that a command touches; tests and notebooks give their own. */
export interface CommandIo {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  readonly env: (name: string) => string | undefined
  readonly cwd: string
  /** Ask a yes-or-no question; undefined when there is nobody to ask. */
  readonly confirm: (question: string) => Promise<boolean | undefined>
  /** Aborts at the first Ctrl-C. */
  readonly signal: AbortSignal
}
