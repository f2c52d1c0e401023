import { CommanderError } from 'commander'
import { isFirstlightError, messageOf } from '#core'
import type { CommandIo } from './io.ts'

/** Thrown to end with a code after everything has been said. */
export class ExitCode extends Error {
  readonly exitCode: number

  constructor(exitCode: number) {
    super(`exit ${exitCode}`)
    this.exitCode = exitCode
  }
}

/** Say what went wrong and give the exit code: 2 for a wrong command line, 1 for anything else. The stack only on demand. */
export function reportError(error: unknown, io: CommandIo, withStack: boolean): number {
  if (error instanceof ExitCode) return error.exitCode
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  io.err(`Error: ${messageOf(error)}\n`)
  if (isFirstlightError(error) && error.hint !== undefined) io.err(`${error.hint}\n`)
  if ((withStack || !isFirstlightError(error)) && error instanceof Error) io.err(`${error.stack ?? ''}\n`)
  return 1
}
