import { INSPECT } from '#core'
const DEG = Math.PI / 180
const ARCSEC = DEG / 3600
const TWO_PI = 2 * Math.PI

/** A plane angle. Radians inside; every other unit is spelled out where a number enters or leaves. */
export class Angle {
  readonly radians: number

  constructor(radians: number) {
    this.radians = radians
  }

  static fromRadians(radians: number): Angle {
    return new Angle(radians)
  }

  static fromDegrees(degrees: number): Angle {
    return new Angle(degrees * DEG)
  }

  static fromHours(hours: number): Angle {
    return new Angle(hours * 15 * DEG)
  }

  static fromArcminutes(arcminutes: number): Angle {
    return new Angle(arcminutes * 60 * ARCSEC)
  }

  static fromArcseconds(arcseconds: number): Angle {
    return new Angle(arcseconds * ARCSEC)
  }

  get degrees(): number {
    return this.radians / DEG
  }

  get hours(): number {
    return this.radians / (15 * DEG)
  }

  get arcminutes(): number {
    return this.radians / (60 * ARCSEC)
  }

  get arcseconds(): number {
    return this.radians / ARCSEC
  }

  plus(other: Angle): Angle {
    return new Angle(this.radians + other.radians)
  }

  minus(other: Angle): Angle {
    return new Angle(this.radians - other.radians)
  }

  times(factor: number): Angle {
    return new Angle(this.radians * factor)
  }

  /** The same direction in [0, 2π). */
  wrap(): Angle {
    return new Angle(wrapRadians(this.radians))
  }

  /** The same direction in [-π, π). */
  wrapCentered(): Angle {
    const r = wrapRadians(this.radians)
    return new Angle(r >= Math.PI ? r - TWO_PI : r)
  }

  toString(): string {
    return `${this.degrees} deg`
  }

  [INSPECT](): string {
    return this.toString()
  }
}

/** Radians reduced to [0, 2π). */
export function wrapRadians(radians: number): number {
  const r = radians % TWO_PI
  const wrapped = r < 0 ? r + TWO_PI : r
  return wrapped >= TWO_PI ? 0 : wrapped
}

export const degToRad = (degrees: number): number => degrees * DEG
export const radToDeg = (radians: number): number => radians / DEG
