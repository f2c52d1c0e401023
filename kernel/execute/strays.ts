import type { CellError, FromExecution } from '../protocol/threads.ts'
import { insist } from './builtins.ts'
import { currentRun, runOf } from './run-context.ts'

/** Show errors nobody awaited under the cell that caused them, told by its stack or by its async context; live on. */
export function reportStrays(
  post: (message: FromExecution) => void,
  tell: { cellOf(error: unknown): string | undefined; toCellError(error: unknown): CellError },
): void {
  const report = (error: unknown): void =>
    insist(() => {
      const run = runOf(tell.cellOf(error)) ?? currentRun().run
      post({ kind: 'stray', run, error: tell.toCellError(error) })
    })
  process.on('uncaughtException', report)
  process.on('unhandledRejection', report)
}
