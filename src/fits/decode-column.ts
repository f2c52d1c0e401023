import { allocate } from './byte-range.ts'
import type { FitsColumnType } from './table-types.ts'
import { flipSign, scalingRule, type StoredArray, storedView } from './pixel-format.ts'
import type { PixelArray } from './image-types.ts'
import { type BinaryColumn, ELEMENT_BYTES, type FormCode, STORED_TYPE } from './table-format.ts'

/** Gathers the elements of one column, rows one after the other, in native byte order. */
export interface ColumnDecoder {
  /** Take `count` elements that begin at byte `at` of `bytes`. */
  add(bytes: Uint8Array, at: number, count: number): void
  /** Physical values and which of them are undefined. */
  finish(): { type: FitsColumnType; data: PixelArray | readonly string[]; nulls?: Uint8Array }
}

/** A decoder with room for `total` elements (characters count as one element a string). */
export function makeDecoder(column: BinaryColumn, total: number, where: string): ColumnDecoder {
  if (column.code === 'A') return stringDecoder(column)
  if (column.code === 'X') return bitDecoder(total, where)
  if (column.code === 'L') return logicalDecoder(total, where)
  return numberDecoder(column, total, where)
}

function stringDecoder({ stringWidth, descriptor }: BinaryColumn): ColumnDecoder {
  const data: string[] = []
  return {
    add(bytes, at, count) {
      if (descriptor !== undefined) data.push(textAt(bytes, at, count))
      else for (let i = 0; i < count; i++) data.push(textAt(bytes, at + i * stringWidth, stringWidth))
    },
    finish: () => ({ type: 'string', data }),
  }
}

/** Characters up to the first NUL, without trailing blanks. */
export function textAt(bytes: Uint8Array, at: number, width: number): string {
  let end = at
  while (end < at + width && bytes[end] !== 0) end++
  while (end > at && bytes[end - 1] === 0x20) end--
  let text = ''
  for (let i = at; i < end; i += 1024)
    text += String.fromCharCode(...bytes.subarray(i, Math.min(end, i + 1024)))
  return text
}

function bitDecoder(total: number, where: string): ColumnDecoder {
  const data = new Uint8Array(allocate(total, where))
  let n = 0
  return {
    add(bytes, at, count) {
      for (let i = 0; i < count; i++) data[n++] = (bytes[at + (i >> 3)]! >> (7 - (i & 7))) & 1
    },
    finish: () => ({ type: 'bit', data }),
  }
}

function logicalDecoder(total: number, where: string): ColumnDecoder {
  const data = new Uint8Array(allocate(total, where))
  const nulls = new Uint8Array(total)
  let n = 0
  let anyNull = false
  return {
    add(bytes, at, count) {
      for (let i = 0; i < count; i++, n++) {
        const byte = bytes[at + i]
        if (byte === 0x54) data[n] = 1
        else if (byte !== 0x46) {
          nulls[n] = 1
          anyNull = true
        }
      }
    },
    finish: () => ({ type: 'bool', data, ...(anyNull && { nulls }) }),
  }
}

const PARTS: Partial<
  Record<FormCode, { size: number; parts: number; bitpix: 8 | 16 | 32 | 64 | -32 | -64 }>
> = {
  B: { size: 1, parts: 1, bitpix: 8 },
  I: { size: 2, parts: 1, bitpix: 16 },
  J: { size: 4, parts: 1, bitpix: 32 },
  K: { size: 8, parts: 1, bitpix: 64 },
  E: { size: 4, parts: 1, bitpix: -32 },
  D: { size: 8, parts: 1, bitpix: -64 },
  C: { size: 4, parts: 2, bitpix: -32 },
  M: { size: 8, parts: 2, bitpix: -64 },
}

function numberDecoder(column: BinaryColumn, total: number, where: string): ColumnDecoder {
  const { size, parts, bitpix } = PARTS[column.code]!
  const buffer = allocate(total * ELEMENT_BYTES[column.code], where)
  const out = new Uint8Array(buffer)
  let o = 0
  return {
    add(bytes, at, count) {
      const end = at + count * parts * size
      if (size === 1) for (let p = at; p < end; p++) out[o++] = bytes[p]!
      else
        for (let p = at + size; p <= end; p += size) for (let k = 1; k <= size; k++) out[o++] = bytes[p - k]!
    },
    finish: () => physical(column, storedView(buffer, bitpix)),
  }
}

function physical(column: BinaryColumn, stored: StoredArray): ReturnType<ColumnDecoder['finish']> {
  const { scale, zero, nullValue, code } = column
  const integer = 'BIJK'.includes(code)
  const nulls = integer && nullValue !== undefined ? nullsOf(stored, nullValue) : undefined
  const found = nulls === undefined ? {} : { nulls }
  const bits = { B: 8, I: 16, J: 32, K: 64 }[code as 'B' | 'I' | 'J' | 'K'] ?? -32
  const rule = scalingRule(bits, scale, zero)
  if (rule === 'as-is') return { type: STORED_TYPE[code], data: stored, ...found }
  if (rule === 'flip-sign') {
    const flipped = ({ B: 'i8', I: 'u16', J: 'u32', K: 'u64' } as const)[code as 'B' | 'I' | 'J' | 'K']
    return { type: flipped, data: flipSign(stored), ...found }
  }
  const data = new Float64Array(stored.length)
  for (let i = 0; i < data.length; i++)
    data[i] = nulls?.[i] === 1 ? Number.NaN : Number(stored[i]) * scale + zero
  return { type: code === 'C' || code === 'M' ? 'c128' : 'f64', data, ...found }
}

function nullsOf(stored: StoredArray, nullValue: bigint): Uint8Array | undefined {
  const nulls = new Uint8Array(stored.length)
  const nothing = stored instanceof BigInt64Array ? nullValue : Number(nullValue)
  let any = false
  for (let i = 0; i < nulls.length; i++)
    if (stored[i] === nothing) {
      nulls[i] = 1
      any = true
    }
  return any ? nulls : undefined
}
