import { CommanderError } from 'commander'
import { FirstlightError, isFirstlightError, messageOf } from '#core'
import type { CommandIo } from './io.ts'

/** Thrown to end with a code after everything has been said. */
export class ExitCode extends Error {
  readonly exitCode: number

  constructor(exitCode: number) {
    super(`exit ${exitCode}`)
    this.exitCode = exitCode
  }
}

/** Code of errors that are the command line's own. */
const USAGE = 'cli/usage'

export const usageError = (
  message: string,
  options: { readonly hint?: string; readonly cause?: unknown } = {},
): FirstlightError => new FirstlightError(USAGE, message, options)

const FILE_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is no folder',
  EACCES: 'that is not allowed',
  EPERM: 'that is not allowed',
  EROFS: 'its file system is read-only',
  ENOSPC: 'the disk is full',
}

/** What the system says of a file that a command line names: `Cannot open /x/y: there is no such file or folder.` */
function fileProblem(error: unknown): string | undefined {
  const { code, syscall, path } = (error ?? {}) as { code?: unknown; syscall?: unknown; path?: unknown }
  const problem = typeof code === 'string' && typeof syscall === 'string' ? FILE_PROBLEMS[code] : undefined
  if (problem === undefined) return undefined
  return typeof path === 'string'
    ? `Cannot ${syscall} ${path}: ${problem}.`
    : `A file cannot be ${syscall}: ${problem}.`
}

/** Say what went wrong and give the exit code: 2 for a wrong command line, 1 for anything else. The stack only on demand. */
export function reportError(error: unknown, io: CommandIo, withStack: boolean): number {
  if (error instanceof ExitCode) return error.exitCode
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  const file = fileProblem(error)
  if (file !== undefined && !withStack) {
    io.err(`Error: ${file}\n`)
    return 1
  }
  io.err(`Error: ${messageOf(error)}\n`)
  if (isFirstlightError(error) && error.hint !== undefined) io.err(`${error.hint}\n`)
  if ((withStack || !isFirstlightError(error)) && error instanceof Error) io.err(`${error.stack ?? ''}\n`)
  return isFirstlightError(error) && error.code === USAGE ? 2 : 1
}
