import type { DataId } from '../dimensions/data-id.ts'
import type { DatasetType } from './dataset-type.ts'

/** How dataset ids are made: random version 7, or version 5 from type and data ID, or also from the run. */
export type IdMode = 'UNIQUE' | 'DATAID_TYPE' | 'DATAID_TYPE_RUN'

/** uuid5 of the DNS name "lsst.org". */
const NAMESPACE = '840b31d9-05cd-5161-b2c8-00d32b280d0f'

/** Makes ids, texts of 36 characters; the library of version 5 is loaded at its first use. */
export async function idMaker(
  mode: IdMode,
): Promise<(type: DatasetType, run: string, dataId: DataId) => string> {
  if (mode === 'UNIQUE') return uniqueId
  v5Library ??= import('uuid')
  const { v5 } = await v5Library
  return (type, run, dataId) => {
    const items = [...type.dimensions.required].sort().map((d) => `${d}=${String(dataId[d])}`)
    const head =
      mode === 'DATAID_TYPE_RUN' ? [`dataset_type=${type.name}`, `run=${run}`] : [`dataset_type=${type.name}`]
    return v5([...head, ...items].join(','), NAMESPACE)
  }
}

let v5Library: Promise<typeof import('uuid')> | undefined

/** Random bytes for many ids, ten each. */
const random = new Uint8Array(10 * 256)
let used = random.length
let lastTime = 0
let counter = 0

/**
 * A UUID of version 7: milliseconds, a counter of 26 bits that begins anew at a random number each millisecond, 48 random bits. Ids of
 * one process ascend, so that tables grow at their ends.
 * @see RFC 9562 §5.7 and §6.2, method 1
 */
export function uniqueId(): string {
  if (used === random.length) {
    crypto.getRandomValues(random)
    used = 0
  }
  const at = used
  used += 10
  const now = Date.now()
  if (now > lastTime) {
    lastTime = now
    counter = (random[at]! << 16) | (random[at + 1]! << 8) | random[at + 2]!
  } else if (++counter >= 1 << 26) {
    lastTime++
    counter = 0
  }
  const time = lastTime.toString(16).padStart(12, '0')
  let node = ''
  for (let i = at + 4; i < at + 10; i++) node += HEX[random[i]!]!
  const high = HEX[0x70 | (counter >>> 22)]! + HEX[(counter >>> 14) & 0xff]!
  const low = HEX[0x80 | ((counter >>> 8) & 0x3f)]! + HEX[counter & 0xff]!
  return `${time.slice(0, 8)}-${time.slice(8)}-${high}-${low}-${node}`
}

const HEX = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'))

/** 32 hexadecimal digits, as tables hold ids. */
export const toHexId = (id: string): string => {
  const isUsual = id.length === 36 && id.charCodeAt(8) === DASH
  const digits = isUsual
    ? `${id.slice(0, 8)}${id.slice(9, 13)}${id.slice(14, 18)}${id.slice(19, 23)}${id.slice(24)}`
    : id.replaceAll('-', '')
  return digits.toLowerCase()
}

const DASH = 0x2d

/** The usual form with dashes. */
export const fromHexId = (hex: string): string =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
