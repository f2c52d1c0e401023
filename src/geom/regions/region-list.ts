import { geomError } from '../errors.ts'
import { decodeRegion } from './decode.ts'
import type { Region } from './region.ts'

/**
 * Many regions in two arrays, as sphgeom's bytes one after the other: region `i` is `bytes` from `offsets[i]` up to, not including,
 * `offsets[i + 1]`. An object is made only for a region that somebody looks at. No bytes: no region.
 */
export class RegionList {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly offsets: Int32Array

  constructor(bytes: Uint8Array<ArrayBuffer>, offsets: Int32Array) {
    this.bytes = bytes
    this.offsets = offsets
  }

  static fromRegions(regions: readonly (Region | undefined)[]): RegionList {
    return RegionList.fromBytes(regions.map((region) => region?.encode() ?? new Uint8Array()))
  }

  static fromBytes(parts: readonly Uint8Array[]): RegionList {
    const offsets = new Int32Array(parts.length + 1)
    parts.forEach((part, i) => {
      offsets[i + 1] = offsets[i]! + part.length
    })
    const bytes = new Uint8Array(offsets[parts.length]!)
    parts.forEach((part, i) => {
      bytes.set(part, offsets[i])
    })
    return new RegionList(bytes, offsets)
  }

  /** From the texts of registry tables (base 64). @throws FirstlightError 'geom/bad-region' */
  static fromBase64(texts: readonly (string | null | undefined)[]): RegionList {
    const offsets = new Int32Array(texts.length + 1)
    for (let i = 0; i < texts.length; i++) offsets[i + 1] = offsets[i]! + byteLength(texts[i] ?? '')
    const bytes = new Uint8Array(offsets[texts.length]!)
    for (let i = 0; i < texts.length; i++) decodeInto(bytes, offsets[i]!, texts[i] ?? '')
    return new RegionList(bytes, offsets)
  }

  get length(): number {
    return this.offsets.length - 1
  }

  encoded(i: number): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(this.offsets[i], this.offsets[i + 1])
  }

  get(i: number): Region | undefined {
    return this.offsets[i] === this.offsets[i + 1] ? undefined : decodeRegion(this.encoded(i))
  }

  /** The regions of some places, in their order. */
  select(places: Int32Array): RegionList {
    const offsets = new Int32Array(places.length + 1)
    places.forEach((place, i) => {
      offsets[i + 1] = offsets[i]! + this.offsets[place + 1]! - this.offsets[place]!
    })
    const bytes = new Uint8Array(offsets[places.length]!)
    places.forEach((place, i) => {
      bytes.set(this.encoded(place), offsets[i])
    })
    return new RegionList(bytes, offsets)
  }
}

const PAD = 61
const SIXTETS = sixtets()

function sixtets(): Int16Array {
  const table = new Int16Array(128).fill(-1)
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  for (let i = 0; i < letters.length; i++) table[letters.charCodeAt(i)] = i
  table[PAD] = 0
  return table
}

function byteLength(text: string): number {
  const { length } = text
  const pads = text.charCodeAt(length - 1) !== PAD ? 0 : text.charCodeAt(length - 2) === PAD ? 2 : 1
  return (length * 3) / 4 - pads
}

/** `atob` makes a string in between, which costs more than all the rest for short texts. */
function decodeInto(bytes: Uint8Array, start: number, text: string): void {
  const end = start + byteLength(text)
  if (!Number.isInteger(end)) throw geomError('bad-region', `A region's text has ${text.length} letters.`)
  let at = start
  for (let i = 0; i < text.length; i += 4) {
    const a = SIXTETS[text.charCodeAt(i)] ?? -1
    const b = SIXTETS[text.charCodeAt(i + 1)] ?? -1
    const c = SIXTETS[text.charCodeAt(i + 2)] ?? -1
    const d = SIXTETS[text.charCodeAt(i + 3)] ?? -1
    const bits = (a << 18) | (b << 12) | (c << 6) | d
    if (bits < 0) throw geomError('bad-region', `A region's text is not base 64: '${text.slice(0, 40)}'.`)
    bytes[at++] = bits >> 16
    if (at < end) bytes[at++] = bits >> 8
    if (at < end) bytes[at++] = bits
  }
}
