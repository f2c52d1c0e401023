import { readExactly } from './byte-range.ts'
import type { Hdu } from './hdu.ts'

/**
 * The ones'-complement sum of big-endian 32-bit words (FITS 4.0 §4.4.2.7), continued from `sum`.
 * A last incomplete word counts as filled with zeros, which is what padding does.
 */
export function sumWords(bytes: Uint8Array, sum = 0): number {
  const whole = bytes.length - (bytes.length % 4)
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice(0, whole)
  const words = new Uint32Array(aligned.buffer, aligned.byteOffset, whole / 4)
  let high = sum >>> 16
  let low = sum & 0xffff
  // Little-endian words: their first byte is the highest of the sum.
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!
    high += ((word & 0xff) << 8) | ((word >>> 8) & 0xff)
    low += ((word >>> 8) & 0xff00) | (word >>> 24)
  }
  if (whole < bytes.length) {
    high += (bytes[whole]! << 8) | (bytes[whole + 1] ?? 0)
    low += (bytes[whole + 2] ?? 0) << 8
  }
  return foldCarries(high, low)
}

function foldCarries(high: number, low: number): number {
  let h = high
  let l = low
  while (h > 0xffff || l > 0xffff) {
    const carryHigh = Math.floor(h / 65536)
    const carryLow = Math.floor(l / 65536)
    h = (h % 65536) + carryLow
    l = (l % 65536) + carryHigh
  }
  return h * 65536 + l
}

/** The sum of pieces of any length, as if they lay one behind the other. */
export function sumParts(parts: readonly Uint8Array[]): number {
  let sum = 0
  let offset = 0
  for (const part of parts) {
    const skew = offset % 4
    const head = skew === 0 ? 0 : Math.min(part.length, 4 - skew)
    if (head > 0) {
      const word = new Uint8Array(4)
      word.set(part.subarray(0, head), skew)
      sum = sumWords(word, sum)
    }
    sum = sumWords(part.subarray(head), sum)
    offset += part.length
  }
  return sum
}

const EXCLUDED = new Set([...':;<=>?@[\\]^_`'].map((c) => c.charCodeAt(0)))

/** The 16 characters of CHECKSUM that bring the sum of an HDU to zero (FITS 4.0, appendix J). */
export function encodeChecksum(sum: number): string {
  const value = ~sum >>> 0
  const ascii = new Uint8Array(16)
  for (let i = 0; i < 4; i++) {
    const byte = (value >>> (24 - 8 * i)) & 0xff
    const digits = [
      Math.floor(byte / 4) + (byte % 4) + 0x30,
      ...Array<number>(3).fill(Math.floor(byte / 4) + 0x30),
    ]
    while (digits.some((d) => EXCLUDED.has(d)))
      for (let k = 0; k < 4; k += 2)
        if (EXCLUDED.has(digits[k]!) || EXCLUDED.has(digits[k + 1]!)) {
          digits[k]!++
          digits[k + 1]!--
        }
    digits.forEach((d, k) => {
      ascii[4 * k + i] = d
    })
  }
  const text = String.fromCharCode(...ascii)
  return text.slice(-1) + text.slice(0, -1)
}

export interface ChecksumReport {
  readonly data: 'right' | 'wrong' | 'absent'
  readonly hdu: 'right' | 'wrong' | 'absent'
}

/** Compare DATASUM and CHECKSUM of an HDU with its bytes. */
export async function verifyChecksum(hdu: Hdu): Promise<ChecksumReport> {
  const { storedHeader: header, source } = hdu
  const headerSum = sumWords(
    await readExactly(source, hdu.headerOffset, hdu.dataOffset - hdu.headerOffset, hdu.where),
  )
  let dataSum = 0
  const end = hdu.dataOffset + Math.ceil(hdu.dataSize / 2880) * 2880
  for (let at = hdu.dataOffset; at < end; at += 1 << 22)
    dataSum = sumWords(await source.read(at, Math.min(1 << 22, end - at)), dataSum)
  const total = foldCarries((headerSum >>> 16) + (dataSum >>> 16), (headerSum & 0xffff) + (dataSum & 0xffff))
  const announced = header.get('DATASUM')
  return {
    data: announced === undefined ? 'absent' : Number(announced) === dataSum ? 'right' : 'wrong',
    hdu: !header.has('CHECKSUM') ? 'absent' : total === 0xffffffff || total === 0 ? 'right' : 'wrong',
  }
}
