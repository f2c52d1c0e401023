import type { SqlValue } from './driver.ts'

/** Rows of parameters made one at a time, anew for each pass: a hundred thousand at once are work for the garbage collector. */
export const eachRow = <T>(
  items: readonly T[],
  row: (item: T) => readonly SqlValue[],
): Iterable<readonly SqlValue[]> => ({
  *[Symbol.iterator]() {
    for (const item of items) yield row(item)
  },
})
