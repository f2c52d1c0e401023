import type { CompletionMatch } from '../protocol/threads.ts'

/** A completion, before it is known which text it replaces. */
export type Entry = Omit<CompletionMatch, 'start' | 'end'>

/** What stands before a cursor, and what may take its place. */
export interface Offer {
  /** UTF-16 offset in the cell where the replaced text begins. */
  readonly start: number
  readonly entries: readonly Entry[]
}
