import type { Card } from '#fits'
import { AffineTransform, Angle, type Point2D, SpherePoint, wrapRadians } from '#geom'
import { wcsError } from './errors.ts'
import { toCards } from './to-cards.ts'
import type { FitsWcsParts, SipTerms } from './parts.ts'
import type { TpvDistortion } from './tpv.ts'
import { type Matrix3, multiply, referenceRotation } from './rotation.ts'
import { ICRS } from './sky-frame.ts'
import type { PixelArrays, SkyArrays, SkyWcs } from './sky-wcs.ts'

const DEG = Math.PI / 180
const MAX_NEWTON = 30
/** Newton stops here, px; two steps past the promised 1e-8. */
const NEWTON_PX = 1e-10
const NEWTON_DEG = 1e-14

/** Pixel → SIP → CD → TPV → projection → rotation, in FITS's order. */
export class FitsWcs implements SkyWcs {
  readonly parts: FitsWcsParts
  readonly kind: string
  readonly notes: readonly string[]
  readonly #toSky: Matrix3
  readonly #inverseCd: readonly [number, number, number, number]
  readonly #v = new Float64Array(3)
  readonly #p = new Float64Array(2)

  constructor(parts: FitsWcsParts) {
    this.parts = parts
    const { code } = parts.projection
    this.kind = parts.tpv ? 'TPV' : parts.sip ? `${code}-SIP` : code
    this.notes = parts.notes ?? []
    this.#inverseCd = invert2(parts.cd)
    this.#toSky = skyRotation(parts)
  }

  get pixelOrigin(): Point2D {
    return this.parts.crpix
  }

  get skyOrigin(): SpherePoint {
    const [lon, lat] = this.parts.crval
    const m = this.parts.frame?.toIcrs ?? ICRS.toIcrs
    const [x, y, z] = SpherePoint.fromDegrees(lon, lat).toVector()
    if (m === ICRS.toIcrs) return SpherePoint.fromDegrees(lon, lat)
    return SpherePoint.fromVector([
      m[0] * x + m[1] * y + m[2] * z,
      m[3] * x + m[4] * y + m[5] * z,
      m[6] * x + m[7] * y + m[8] * z,
    ])
  }

  pixelToSky(x: number, y: number): SpherePoint {
    const v = this.#vectorAt(x, y)
    return SpherePoint.fromRadians(Math.atan2(v[1]!, v[0]!), Math.atan2(v[2]!, Math.hypot(v[0]!, v[1]!)))
  }

  skyToPixel(p: SpherePoint): Point2D {
    const [x, y, z] = p.toVector()
    const at = this.#pixelOf(x, y, z)
    if (Number.isNaN(at[0]!))
      throw wcsError(
        'no-inverse',
        `The direction ${p.toString()} has no pixel: it is outside the ${this.kind} projection.`,
      )
    return { x: at[0]!, y: at[1]! }
  }

  pixelToSkyArrays(xs: ArrayLike<number>, ys: ArrayLike<number>): SkyArrays {
    const n = xs.length
    const [ra, dec] = [new Float64Array(n), new Float64Array(n)]
    for (let i = 0; i < n; i++) {
      const v = this.#vectorAt(xs[i]!, ys[i]!)
      const [a, b, c] = [v[0]!, v[1]!, v[2]!]
      ra[i] = wrapRadians(Math.atan2(b, a))
      dec[i] = Math.atan2(c, Math.sqrt(a * a + b * b))
    }
    return { ra, dec }
  }

  skyToPixelArrays(ra: ArrayLike<number>, dec: ArrayLike<number>): PixelArrays {
    const n = ra.length
    const [x, y] = [new Float64Array(n), new Float64Array(n)]
    for (let i = 0; i < n; i++) {
      const c = Math.cos(dec[i]!)
      const at = this.#pixelOf(c * Math.cos(ra[i]!), c * Math.sin(ra[i]!), Math.sin(dec[i]!))
      x[i] = at[0]!
      y[i] = at[1]!
    }
    return { x, y }
  }

  pixelScaleAt(x: number, y: number): Angle {
    return new Angle(Math.sqrt(Math.abs(this.linearizeAt(x, y).determinant)))
  }

  linearizeAt(x: number, y: number): AffineTransform {
    const [a, b, c] = this.#vectorAt(x, y)
    const r = Math.hypot(a!, b!)
    // East and north on the tangent plane; at a pole, along right ascension 0.
    const [ca, sa] = r === 0 ? [1, 0] : [a! / r, b! / r]
    const h = 0.5
    const along = (dx: number, dy: number): readonly [number, number] => {
      const [p0, p1, p2] = this.#vectorAt(x + dx, y + dy)
      const [m0, m1, m2] = [p0!, p1!, p2!]
      const [q0, q1, q2] = this.#vectorAt(x - dx, y - dy)
      const [d0, d1, d2] = [(m0 - q0!) / (2 * h), (m1 - q1!) / (2 * h), (m2 - q2!) / (2 * h)]
      return [-sa * d0 + ca * d1, -c! * (ca * d0 + sa * d1) + r * d2]
    }
    const [eastX, northX] = along(h, 0)
    const [eastY, northY] = along(0, h)
    return new AffineTransform(eastX, eastY, northX, northY)
  }

  cdMatrixAt(x: number, y: number): readonly [number, number, number, number] {
    const { xx, xy, yx, yy } = this.linearizeAt(x, y)
    return [xx / DEG, xy / DEG, yx / DEG, yy / DEG]
  }

  toFitsCards(origin: { readonly x0: number; readonly y0: number } = { x0: 0, y0: 0 }): readonly Card[] {
    return toCards(this.parts, origin)
  }

  /** ICRS unit vector of a pixel, in scratch memory that the next call overwrites. */
  #vectorAt(x: number, y: number): Float64Array {
    const { crpix, cd, sip, tpv, projection } = this.parts
    let [u, v] = [x - crpix.x, y - crpix.y]
    if (sip !== undefined) {
      const du = sip.a.value(u, v)
      const dv = sip.b.value(u, v)
      u += du
      v += dv
    }
    let xi = cd[0] * u + cd[1] * v
    let eta = cd[2] * u + cd[3] * v
    if (tpv !== undefined) {
      tpv.apply(xi, eta, this.#p)
      xi = this.#p[0]!
      eta = this.#p[1]!
    }
    const out = this.#v
    projection.toVector(xi * DEG, eta * DEG, out)
    const [a, b, c] = [out[0]!, out[1]!, out[2]!]
    const m = this.#toSky
    out[0] = m[0] * a + m[1] * b + m[2] * c
    out[1] = m[3] * a + m[4] * b + m[5] * c
    out[2] = m[6] * a + m[7] * b + m[8] * c
    return out
  }

  /** Pixel of an ICRS unit vector, in scratch memory; NaN outside the projection. */
  #pixelOf(x: number, y: number, z: number): Float64Array {
    const { crpix, sip, tpv, projection } = this.parts
    const m = this.#toSky
    const p = this.#p
    projection.fromVector(
      m[0] * x + m[3] * y + m[6] * z,
      m[1] * x + m[4] * y + m[7] * z,
      m[2] * x + m[5] * y + m[8] * z,
      p,
    )
    let [xi, eta] = [p[0]! / DEG, p[1]! / DEG]
    if (tpv !== undefined) [xi, eta] = undoTpv(tpv, xi, eta, p)
    const i = this.#inverseCd
    let [u, v] = [i[0] * xi + i[1] * eta, i[2] * xi + i[3] * eta]
    if (sip !== undefined) [u, v] = undoSip(sip, u, v)
    p[0] = u + crpix.x
    p[1] = v + crpix.y
    return p
  }
}

function invert2([a, b, c, d]: FitsWcsParts['cd']): readonly [number, number, number, number] {
  const det = a * d - b * c
  if (!(Math.abs(det) > 0 && Number.isFinite(det)))
    throw wcsError('singular', `The CD matrix [${a}, ${b}; ${c}, ${d}] has no inverse.`)
  return [d / det, -b / det, -c / det, a / det]
}

function skyRotation({ crval, projection, frame = ICRS, lonpole, latpole }: FitsWcsParts): Matrix3 {
  const [alpha0, delta0] = [crval[0] * DEG, crval[1] * DEG]
  const { theta0 } = projection
  const phiP = lonpole === undefined ? (delta0 < theta0 ? Math.PI : 0) : lonpole * DEG
  const thetaP = (latpole ?? 90) * DEG
  return multiply(frame.toIcrs, referenceRotation({ alpha0, delta0, theta0, phiP, thetaP }))
}

/** Undistorted pixel offsets to distorted ones. Newton from AP, BP or the offsets themselves; NaN when it fails. */
function undoSip({ a, b, ap, bp }: SipTerms, U: number, V: number): readonly [number, number] {
  let u = U + (ap?.value(U, V) ?? 0)
  let v = V + (bp?.value(U, V) ?? 0)
  for (let k = 0; k < MAX_NEWTON; k++) {
    const fu = u + a.value(u, v) - U
    const fv = v + b.value(u, v) - V
    const [au, av] = a.gradient(u, v)
    const [bu, bv] = b.gradient(u, v)
    const det = (1 + au) * (1 + bv) - av * bu
    const du = ((1 + bv) * fu - av * fv) / det
    const dv = ((1 + au) * fv - bu * fu) / det
    u -= du
    v -= dv
    if (Math.abs(du) < NEWTON_PX && Math.abs(dv) < NEWTON_PX) return [u, v]
  }
  return [Number.NaN, Number.NaN]
}

/** As `undoSip` in the plane, with the Jacobian by central differences. */
function undoTpv(tpv: TpvDistortion, X: number, Y: number, scratch: Float64Array): readonly [number, number] {
  let [x, y] = [X, Y]
  const at = (px: number, py: number): readonly [number, number] => {
    tpv.apply(px, py, scratch)
    return [scratch[0]!, scratch[1]!]
  }
  const h = 1e-5
  for (let k = 0; k < MAX_NEWTON; k++) {
    const [fx, fy] = at(x, y)
    const [xr, yr] = at(x + h, y)
    const [xl, yl] = at(x - h, y)
    const [xu, yu] = at(x, y + h)
    const [xd, yd] = at(x, y - h)
    const [a, b, c, d] = [(xr - xl) / (2 * h), (xu - xd) / (2 * h), (yr - yl) / (2 * h), (yu - yd) / (2 * h)]
    const det = a * d - b * c
    const dx = (d * (fx - X) - b * (fy - Y)) / det
    const dy = (a * (fy - Y) - c * (fx - X)) / det
    x -= dx
    y -= dy
    if (Math.abs(dx) < NEWTON_DEG * 10 && Math.abs(dy) < NEWTON_DEG * 10) return [x, y]
  }
  return [Number.NaN, Number.NaN]
}
