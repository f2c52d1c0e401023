import type { ByteSource } from '#core'

/** Reading ahead: a header and what follows it come in one request. */
const BLOCK = 64 * 1024
const MOST_BLOCKS = 64

/**
 * Bytes of something far away, fetched in blocks that are kept for a while, since formats read their headers in many small pieces.
 * `fetchRange` gives exactly the bytes [offset, offset + length).
 */
export function rangedSource(
  name: string,
  size: number,
  fetchRange: (offset: number, length: number) => Promise<Uint8Array>,
): ByteSource {
  const blocks = new Map<number, Promise<Uint8Array>>()
  const block = (index: number): Promise<Uint8Array> => {
    const known = blocks.get(index)
    if (known !== undefined) return known
    if (blocks.size >= MOST_BLOCKS) blocks.delete(blocks.keys().next().value!)
    const offset = index * BLOCK
    const fetched = fetchRange(offset, Math.min(BLOCK, size - offset))
    blocks.set(index, fetched)
    fetched.catch(() => blocks.delete(index))
    return fetched
  }
  return {
    name,
    size,
    async read(offset, length) {
      const wanted = Math.max(0, Math.min(length, size - offset))
      if (wanted === 0) return new Uint8Array(0)
      const [first, last] = [Math.floor(offset / BLOCK), Math.floor((offset + wanted - 1) / BLOCK)]
      if (last - first > 1) return fetchRange(offset, wanted)
      const parts = await Promise.all(first === last ? [block(first)] : [block(first), block(last)])
      const from = offset - first * BLOCK
      if (parts.length === 1) return parts[0]!.subarray(from, from + wanted)
      const out = new Uint8Array(wanted)
      const head = parts[0]!.subarray(from)
      out.set(head)
      out.set(parts[1]!.subarray(0, wanted - head.length), head.length)
      return out
    },
  }
}
