/** Makes version-7 UUIDs from small integers, so that a graph of millions of datasets need not store them. */
export interface IdSource {
  /** Milliseconds since 1970, the time of the ids. */
  readonly time: number
  /** 42 random bits, as 11 hexadecimal digits (the first is 0 to 3). */
  readonly seed: string
}

export function makeIdSource(time: number): IdSource {
  const random = crypto.getRandomValues(new Uint32Array(2))
  const high = (random[0] ?? 0) & 0x3ff
  return { time, seed: high.toString(16).padStart(3, '0') + (random[1] ?? 0).toString(16).padStart(8, '0') }
}

/** The `n`-th id of a source: time, version, 12 seed bits, variant, 30 seed bits, the counter. */
export function idOf({ time, seed }: IdSource, n: number): string {
  const stamp = time.toString(16).padStart(12, '0')
  const bits = BigInt(`0x${seed}`)
  const a = (bits >> 30n) & 0xfffn
  const b = bits & 0x3fffffffn
  const tail = ((0b10n << 62n) | (b << 32n) | BigInt(n)).toString(16).padStart(16, '0')
  return `${stamp.slice(0, 8)}-${stamp.slice(8)}-7${a.toString(16).padStart(3, '0')}-${tail.slice(0, 4)}-${tail.slice(4)}`
}

/** Which number of a source an id is; undefined for ids from elsewhere. */
export function numberOf(source: IdSource, id: string): number | undefined {
  const n = Number.parseInt(id.slice(-8), 16)
  return Number.isInteger(n) && idOf(source, n) === id ? n : undefined
}
