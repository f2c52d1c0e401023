import { selectInPlace } from './select.ts'

/** Below this, selecting in place is faster than two counting passes. */
export const RADIX_MIN = 1 << 14

/**
 * Order statistics of a large Float32 sample: value number k (0-based) of the sorted samples, for each k. Samples are counted by the upper
 * half of their bits, which sort as the numbers do once the sign is folded in; only the bins that hold a wanted number are looked into.
 * @param samples finite; left as they are
 */
export function orderStatistics(samples: Float32Array, ranks: readonly number[]): readonly number[] {
  const bits = new Int32Array(samples.buffer, samples.byteOffset, samples.length)
  const counts = new Uint32Array(1 << 16)
  for (let i = 0; i < bits.length; i++) counts[binOf(bits[i]!)]!++
  const places = ranks.map((rank) => binAt(counts, rank))
  const bins = new Map<number, Float32Array>()
  for (const { bin } of places) if (!bins.has(bin)) bins.set(bin, new Float32Array(counts[bin]!))
  gather(samples, bits, bins)
  return places.map(({ bin, within }) => selectInPlace(bins.get(bin)!, within))
}

/** 0 … 65535, in the order of the numbers: negative ones have all bits turned, the others only the sign. */
const binOf = (bits: number): number => ((bits ^ ((bits >> 31) | 0x80000000)) >>> 16) & 0xffff

function binAt(counts: Uint32Array, rank: number): { readonly bin: number; readonly within: number } {
  let below = 0
  let bin = 0
  while (below + counts[bin]! <= rank) below += counts[bin++]!
  return { bin, within: rank - below }
}

function gather(samples: Float32Array, bits: Int32Array, bins: ReadonlyMap<number, Float32Array>): void {
  const [first, second, ...more] = [...bins]
  if (first === undefined) return
  // Two bins at a time, so that the inner loop compares numbers only.
  const [binA, a] = first
  const [binB, b] = second ?? [-1, first[1]]
  let [nA, nB] = [0, 0]
  for (let i = 0; i < bits.length; i++) {
    const bin = binOf(bits[i]!)
    if (bin === binA) a[nA++] = samples[i]!
    else if (bin === binB) b[nB++] = samples[i]!
  }
  if (more.length > 0) gather(samples, bits, new Map(more))
}
