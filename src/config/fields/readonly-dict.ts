import { FirstlightError } from '#core'

/** The map that reading a dict field gives: a Map that cannot be changed behind the config's back. */
export function readonlyDict<K, V>(entries: Iterable<readonly [K, V]>): ReadonlyMap<K, V> {
  const map = new Map(entries)
  return Object.defineProperties(map, {
    set: { value: refuse },
    delete: { value: refuse },
    clear: { value: refuse },
  })
}

function refuse(): never {
  throw new FirstlightError('config/read-only', 'The value of a dict field cannot be changed in place.', {
    hint: 'Assign a new one: config.field = new Map([...config.field, [key, value]]).',
  })
}
