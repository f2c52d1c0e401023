export interface ErrorOptions {
  readonly cause?: unknown
  /** What the user can do now, one sentence; the terminal prints it on a line of its own. */
  readonly hint?: string
  /** Plain data for the wire and for tests: file, field, line, values. */
  readonly data?: Readonly<Record<string, unknown>>
}

/**
 * An error that a user can cause. `code` is stable (`fits/truncated`, `butler/missing-collection`): tests, the wire and
 * the docs rely on it. The message says what was wanted and what was found; `hint` says what can be done.
 */
export class FirstlightError extends Error {
  readonly code: string
  readonly hint: string | undefined
  readonly data: Readonly<Record<string, unknown>>

  constructor(code: string, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = new.target.name
    this.code = code
    this.hint = options.hint
    this.data = options.data ?? {}
  }

  toJSON(): {
    code: string
    name: string
    message: string
    hint?: string
    data: Readonly<Record<string, unknown>>
  } {
    const { code, name, message, hint, data } = this
    return { code, name, message, ...(hint !== undefined && { hint }), data }
  }
}

/** True also for errors of another copy of this module (a worker, a bundled front end): they are told by their code. */
export const isFirstlightError = (error: unknown): error is FirstlightError =>
  error instanceof Error && typeof (error as Partial<FirstlightError>).code === 'string' && 'hint' in error

/** The message of anything that was thrown, be it a thing that cannot be asked for one. */
export function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? String(error.message) : String(error)
  } catch {
    return 'something was thrown that has no text'
  }
}
