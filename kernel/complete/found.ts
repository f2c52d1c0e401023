import type { CompletionMatch } from '../protocol/threads.ts'

/** What may stand between two offsets (UTF-16) of a cell. */
export interface Found {
  readonly start: number
  readonly end: number
  readonly entries: readonly Omit<CompletionMatch, 'start' | 'end'>[]
}
