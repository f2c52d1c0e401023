// FITS is big-endian; every machine that runs us (x86, ARM, WebAssembly hosts) is little-endian.

/** Reverse the bytes of each 2-byte element in place. */
export function swap16(a: Uint16Array): void {
  for (let i = 0; i < a.length; i++) {
    const v = a[i]!
    a[i] = (v << 8) | (v >>> 8)
  }
}

/** Reverse the bytes of each 4-byte element in place. */
export function swap32(a: Uint32Array): void {
  for (let i = 0; i < a.length; i++) {
    const v = a[i]!
    a[i] = (v << 24) | ((v & 0xff00) << 8) | ((v >>> 8) & 0xff00) | (v >>> 24)
  }
}

/** Reverse the bytes of each 8-byte element in place, given as pairs of 4-byte halves. */
export function swap64(a: Uint32Array): void {
  swap32(a)
  for (let i = 0; i + 1 < a.length; i += 2) {
    const v = a[i]!
    a[i] = a[i + 1]!
    a[i + 1] = v
  }
}

/** Turn whole elements of `size` bytes between big-endian and native order, in place. `buffer` is whole elements. */
export function swapElements(buffer: ArrayBuffer, size: number): void {
  if (size === 2) swap16(new Uint16Array(buffer))
  else if (size === 4) swap32(new Uint32Array(buffer))
  else if (size === 8) swap64(new Uint32Array(buffer))
}

/** A big-endian copy of any numeric array's bytes. */
export function toBigEndian(values: ArrayBufferView, size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(values.byteLength)
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
  swapElements(bytes.buffer, size)
  return bytes
}

/** A native-order copy of big-endian bytes, in a buffer of its own. */
export function fromBigEndian(bytes: Uint8Array, size: number): ArrayBuffer {
  const copy = new Uint8Array(bytes.length)
  copy.set(bytes)
  swapElements(copy.buffer, size)
  return copy.buffer
}
