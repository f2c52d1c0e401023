/** Largest block of a Zstandard frame. */
const BLOCK = 128 * 1024

/** Bytes as a Zstandard frame of uncompressed blocks (RFC 8878): every reader takes it, and no compressor is needed. */
export function storedZstd(bytes: Uint8Array): Uint8Array {
  const blocks = Math.max(1, Math.ceil(bytes.length / BLOCK))
  const frame = new Uint8Array(9 + blocks * 3 + bytes.length)
  const view = new DataView(frame.buffer)
  view.setUint32(0, 0xfd2fb528, true)
  frame[4] = 0xa0 // one segment, content size in four bytes
  view.setUint32(5, bytes.length, true)
  let at = 9
  for (let b = 0; b < blocks; b++) {
    const part = bytes.subarray(b * BLOCK, (b + 1) * BLOCK)
    const head = (part.length << 3) | (b === blocks - 1 ? 1 : 0)
    frame[at] = head & 0xff
    frame[at + 1] = (head >> 8) & 0xff
    frame[at + 2] = head >> 16
    frame.set(part, at + 3)
    at += 3 + part.length
  }
  return frame
}
