import { didYouMean } from '#core'
import { imageError } from './errors.ts'

/** The planes every mask starts with, in bit order; the order is part of file compatibility. @see lsst::afw::image::Mask */
export const STANDARD_PLANES = [
  'BAD',
  'SAT',
  'INTRP',
  'CR',
  'EDGE',
  'DETECTED',
  'DETECTED_NEGATIVE',
  'SUSPECT',
  'NO_DATA',
] as const

/** Names the newer file layout gives to some of the planes, and ours for them. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  SATURATED: 'SAT',
  INTERPOLATED: 'INTRP',
  COSMIC_RAY: 'CR',
  DETECTION_EDGE: 'EDGE',
  UNMASKED_NAN: 'UNMASKEDNAN',
}

const MAX_PLANES = 32

/** Which name has which bit. Immutable: adding a plane gives a new dictionary. */
export class MaskPlanes {
  readonly bits: ReadonlyMap<string, number>

  constructor(bits: Iterable<readonly [string, number]> = STANDARD_PLANES.map((name, bit) => [name, bit])) {
    this.bits = new Map(bits)
    for (const [name, bit] of this.bits)
      if (!Number.isInteger(bit) || bit < 0 || bit >= MAX_PLANES)
        throw imageError(
          'planes-full',
          `Mask plane ${name} wants bit ${bit}; masks have bits 0 to ${MAX_PLANES - 1}.`,
        )
  }

  /** Names in bit order. */
  get names(): readonly string[] {
    return [...this.bits].sort((a, b) => a[1] - b[1]).map(([name]) => name)
  }

  has(name: string): boolean {
    return this.bits.has(canonicalPlane(name))
  }

  /** @throws FirstlightError 'image/no-plane' naming the known planes */
  bit(name: string): number {
    const bit = this.bits.get(canonicalPlane(name))
    if (bit !== undefined) return bit
    throw imageError('no-plane', `No mask plane is named '${name}'.${didYouMean(name, this.names)}`, {
      hint: `Planes here: ${this.names.join(', ')}.`,
    })
  }

  /** The or of the planes' bits, as a signed 32-bit number. */
  mask(...names: readonly string[]): number {
    return names.reduce((all, name) => all | (1 << this.bit(name)), 0)
  }

  /** With `name` on the lowest free bit; the same dictionary when it is there already. */
  with(name: string): MaskPlanes {
    if (this.has(name)) return this
    const used = new Set(this.bits.values())
    for (let bit = 0; bit < MAX_PLANES; bit++)
      if (!used.has(bit)) return new MaskPlanes([...this.bits, [canonicalPlane(name), bit]])
    throw imageError(
      'planes-full',
      `No bit is left for the mask plane '${name}': all ${MAX_PLANES} are taken.`,
    )
  }

  equals(other: MaskPlanes): boolean {
    return this.bits.size === other.bits.size && [...this.bits].every(([n, b]) => other.bits.get(n) === b)
  }
}

/** Our name of a plane: the newer layout's SATURATED is SAT here. */
export const canonicalPlane = (name: string): string => OTHER_NAMES[name] ?? name
