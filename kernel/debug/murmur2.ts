const M = 0x5bd1e995

/**
 * MurmurHash2, 32 bits, over the UTF-8 bytes of a text: how front ends name a cell's source to the debugger.
 * @see Austin Appleby, MurmurHash2 (public domain); JupyterLab and ipykernel use the same form
 */
export function murmur2(text: string, seed: number): number {
  const bytes = new TextEncoder().encode(text)
  const view = new DataView(bytes.buffer)
  const whole = bytes.length & ~3
  let h = seed ^ bytes.length
  for (let i = 0; i < whole; i += 4) {
    let k = Math.imul(view.getUint32(i, true), M)
    k = Math.imul(k ^ (k >>> 24), M)
    h = Math.imul(h, M) ^ k
  }
  if (whole < bytes.length) {
    for (let i = bytes.length - 1; i >= whole; i--) h ^= (bytes[i] ?? 0) << (8 * (i - whole))
    h = Math.imul(h, M)
  }
  h = Math.imul(h ^ (h >>> 13), M)
  return (h ^ (h >>> 15)) >>> 0
}
