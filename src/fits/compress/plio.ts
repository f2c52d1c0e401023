/**
 * Decode one tile of IRAF's pixel lists (FITS 4.0 §10.4.3): 16-bit instructions, the operation in the high four bits.
 * @param src big-endian 16-bit words
 * @param out receives `n` non-negative pixels; must be zero
 * @throws Error when runs go beyond the last pixel or words are missing
 */
export function plioDecode(src: Uint8Array, out: Int32Array, n: number): void {
  const words = src.length >> 1
  const word = (i: number): number => {
    if (i >= words) throw new Error('the PLIO data end before the last instruction')
    return (((src[2 * i]! << 8) | src[2 * i + 1]!) << 16) >> 16
  }
  const short = word(2) > 0
  const end = short ? word(2) : (word(4) << 15) + word(3)
  let value = 1
  let x = 0
  for (let i = short ? 3 : word(1); i < end; i++) {
    const instruction = word(i) & 0xffff
    const operand = instruction & 0xfff
    switch (instruction >> 12) {
      case 0:
        x = advance(x, operand, n)
        break
      case 1:
        value = (word(++i) << 12) + operand
        break
      case 2:
        value += operand
        break
      case 3:
        value -= operand
        break
      case 4:
        out.fill(value, x, advance(x, operand, n))
        x += operand
        break
      case 5:
        x = advance(x, operand, n)
        if (operand > 0) out[x - 1] = value
        break
      case 6:
      case 7:
        value += instruction >> 12 === 6 ? operand : -operand
        x = advance(x, 1, n)
        out[x - 1] = value
        break
      default:
        throw new Error(`unknown PLIO instruction ${instruction >> 12}`)
    }
  }
}

function advance(x: number, by: number, n: number): number {
  if (x + by > n) throw new Error('the PLIO runs go beyond the last pixel')
  return x + by
}
