import type { Butler, Collections } from '#butler'

/** What a list of names was asked of. */
const given = new WeakMap<readonly string[], Collections>()

/** From now on the names that this butler's `collections.query` gives are shown with what they name; to a program they stay a list. */
export function rememberNames<B extends Butler>(butler: B): B {
  const { collections } = butler
  const query = collections.query.bind(collections)
  collections.query = async (...asked) => {
    const names = await query(...asked)
    given.set(names, collections)
    return names
  }
  return butler
}

/** The collections that a list of names was asked of. */
export const collectionsOf = (value: unknown): Collections | undefined =>
  Array.isArray(value) ? given.get(value as readonly string[]) : undefined
