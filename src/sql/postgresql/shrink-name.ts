import { toHex } from '#core'
import { blake2b } from './blake2b.ts'

/** PostgreSQL cuts names silently at 63 bytes. */
const LONGEST = 63
const HASH_BYTES = 4

/** A name that fits: long ones keep their beginning and end in a hash, as lsst-daf-butler shortens them. */
export function shrinkName(name: string): string {
  if (name.length <= LONGEST) return name
  const hash = toHex(blake2b(new TextEncoder().encode(name), HASH_BYTES))
  return `${name.slice(0, LONGEST - 2 * HASH_BYTES - 1)}_${hash}`
}
