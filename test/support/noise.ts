/** Standard normal numbers from a small generator of the tests' own (mulberry32, Box–Muller), the same for a seed. */
export function noise(n: number, seed: number): Float32Array<ArrayBuffer> {
  const next = uniforms(seed)
  return Float32Array.from(
    { length: n },
    () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  )
}

/** Uniform numbers in [0, 1). */
export function uniforms(seed: number): () => number {
  let state = (seed * 0x9e3779b9) >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
