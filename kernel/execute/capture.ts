import type { CellError, DisplayData } from '../protocol/threads.ts'

/** One output as notebooks store it, fields named as in the file. */
export type StoredOutput =
  | { readonly output_type: 'stream'; readonly name: 'stdout' | 'stderr'; readonly text: string }
  | {
      readonly output_type: 'display_data'
      readonly data: DisplayData['data']
      readonly metadata: DisplayData['metadata']
    }
  | ({ readonly output_type: 'error' } & CellError)

/** Takes what a stretch of code shows, also late, instead of its cell. */
export interface Capture {
  add(output: StoredOutput): void
  clear(wait: boolean): void
}
