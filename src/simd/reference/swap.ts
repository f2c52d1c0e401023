/** Twin of the byte swap. */
export function swapBytes(bytes: Uint8Array, elementSize: number): void {
  const length = bytes.length - (bytes.length % elementSize)
  for (let at = 0; at < length; at += elementSize) {
    for (let i = 0, j = elementSize - 1; i < j; i++, j--) {
      const low = bytes[at + i]!
      bytes[at + i] = bytes[at + j]!
      bytes[at + j] = low
    }
  }
}
