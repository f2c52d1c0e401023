import type { Point2D } from '#geom'
import { SpherePoint } from '#geom'
import { solveQr } from '#math'
import { wcsError } from './errors.ts'
import { FitsWcs } from './fits-wcs.ts'
import type { SipTerms } from './parts.ts'
import { Polynomial2D } from './polynomial.ts'
import type { SkyWcs } from './sky-wcs.ts'
import { TAN } from './zenithal.ts'

export interface FitTanSipOptions {
  /** 0-based pixel positions. */
  readonly x: ArrayLike<number>
  readonly y: ArrayLike<number>
  /** Directions of the same points, radians. */
  readonly ra: ArrayLike<number>
  readonly dec: ArrayLike<number>
  /** Multiply the residuals (1/σ); equal by default. */
  readonly weights?: ArrayLike<number>
  /** Highest degree of the distortion; 1 gives a plain TAN. */
  readonly order: number
  /** 0-based reference pixel; the middle of the points by default. */
  readonly crpix?: Point2D
  /** Fix the tangent point here instead of where `crpix` looks. A constant term then remains in SIP. */
  readonly crval?: SpherePoint
}

export interface TanSipFit {
  readonly wcs: SkyWcs
  /** Root mean square distance of the points from the fit, arcsec. */
  readonly rmsArcsec: number
  /** Distance of each point from the fit, arcsec: towards east and north. */
  readonly residuals: { readonly east: Float64Array; readonly north: Float64Array }
}

const DEG = Math.PI / 180
const ARCSEC = DEG / 3600

/**
 * Linear least squares of the tangent-plane coordinates on polynomials of the pixel offsets, the tangent point moved
 * until the reference pixel looks at it; the linear part is CD, the rest SIP. Inverse polynomials are fitted on a grid.
 * @throws FirstlightError 'wcs/no-fit' with too few or degenerate points
 */
export function fitTanSip(options: FitTanSipOptions): TanSipFit {
  const crpix = options.crpix ?? middle(options.x, options.y)
  let crval = options.crval ?? meanDirection(options.ra, options.dec)
  const rounds = options.crval === undefined ? 5 : 1
  let found = fitPlane(options, crpix, crval)
  for (let k = 1; k < rounds; k++) {
    const moved = new FitsWcs({ crpix, crval: degrees(crval), cd: [1, 0, 0, 1], projection: TAN })
    crval = moved.pixelToSky(crpix.x + found.xi.terms[0]!, crpix.y + found.eta.terms[0]!)
    found = fitPlane(options, crpix, crval)
  }
  const wcs = new FitsWcs(assemble(found, crpix, crval, options))
  const { x, y, ra, dec } = options
  const sky = wcs.pixelToSkyArrays(x, y)
  const n = x.length
  const [east, north] = [new Float64Array(n), new Float64Array(n)]
  let sum = 0
  for (let i = 0; i < n; i++) {
    const dRa = Math.atan2(Math.sin(sky.ra[i]! - ra[i]!), Math.cos(sky.ra[i]! - ra[i]!))
    east[i] = (dRa * Math.cos(dec[i]!)) / ARCSEC
    north[i] = (sky.dec[i]! - dec[i]!) / ARCSEC
    sum += east[i]! ** 2 + north[i]! ** 2
  }
  return { wcs, rmsArcsec: Math.sqrt(sum / n), residuals: { east, north } }
}

/** Plane coordinates in degrees as polynomials of pixel offsets. */
interface PlaneFit {
  readonly xi: Polynomial2D
  readonly eta: Polynomial2D
}

function fitPlane(options: FitTanSipOptions, crpix: Point2D, crval: SpherePoint): PlaneFit {
  const { x, y, ra, dec, weights, order } = options
  const n = x.length
  const plane = new FitsWcs({
    crpix: { x: 0, y: 0 },
    crval: degrees(crval),
    cd: [1, 0, 0, 1],
    projection: TAN,
  })
  const target = plane.skyToPixelArrays(ra, dec)
  // Offsets are scaled to about 1 so that high powers do not swamp the fit.
  let span = 1
  for (let i = 0; i < n; i++) span = Math.max(span, Math.abs(x[i]! - crpix.x), Math.abs(y[i]! - crpix.y))
  const u = Float64Array.from({ length: n }, (_, i) => (x[i]! - crpix.x) / span)
  const v = Float64Array.from({ length: n }, (_, i) => (y[i]! - crpix.y) / span)
  const fit = (values: Float64Array): Polynomial2D => fitPolynomial(u, v, values, order, weights, span)
  return { xi: fit(target.x), eta: fit(target.y) }
}

/** Terms of degree up to `order`, of the unscaled variables u·span, v·span. */
function fitPolynomial(
  u: Float64Array,
  v: Float64Array,
  values: Float64Array,
  order: number,
  weights: ArrayLike<number> | undefined,
  span: number,
): Polynomial2D {
  const powers: (readonly [number, number])[] = []
  for (let p = 0; p <= order; p++) for (let q = 0; q <= order - p; q++) powers.push([p, q])
  const [rows, columns] = [u.length, powers.length]
  const A = new Float64Array(rows * columns)
  const b = new Float64Array(rows)
  for (let i = 0; i < rows; i++) {
    const w = weights?.[i] ?? 1
    for (let k = 0; k < columns; k++) A[i * columns + k] = w * u[i]! ** powers[k]![0] * v[i]! ** powers[k]![1]
    b[i] = w * values[i]!
  }
  const solution = rows >= columns ? solveQr(A, b, columns) : undefined
  if (solution === undefined || solution.some((c) => !Number.isFinite(c)))
    throw wcsError(
      'no-fit',
      `${rows} points do not determine a TAN-SIP fit of order ${order} (${columns} terms per axis).`,
      {
        hint: 'Use more points, spread over the image, or a lower order.',
      },
    )
  return Polynomial2D.fromTerms(
    order,
    powers.map(([p, q], k) => [p, q, solution[k]! / span ** (p + q)]),
  )
}

function assemble({ xi, eta }: PlaneFit, crpix: Point2D, crval: SpherePoint, options: FitTanSipOptions) {
  const n = xi.order + 1
  const cd = [xi.terms[n]!, xi.terms[1]!, eta.terms[n]!, eta.terms[1]!] as const
  const base = { crpix, crval: degrees(crval), cd, projection: TAN }
  const det = cd[0] * cd[3] - cd[1] * cd[2]
  if (!(Math.abs(det) > 0)) throw wcsError('no-fit', 'The points lie on a line: no WCS can be fitted.')
  const fixed = options.crval !== undefined
  const pixel = (f: number, g: number): readonly [number, number] => [
    (cd[3] * f - cd[1] * g) / det,
    (-cd[2] * f + cd[0] * g) / det,
  ]
  const [a, b]: [[number, number, number][], [number, number, number][]] = [[], []]
  for (let p = 0; p < n; p++)
    for (let q = 0; q < n - p; q++) {
      if (p + q === 1 || (p + q === 0 && !fixed)) continue
      const [du, dv] = pixel(xi.terms[p * n + q]!, eta.terms[p * n + q]!)
      a.push([p, q, du])
      b.push([p, q, dv])
    }
  if (xi.order === 1 && !fixed) return base
  const sip = { a: Polynomial2D.fromTerms(xi.order, a), b: Polynomial2D.fromTerms(xi.order, b) }
  return { ...base, sip: { ...sip, ...inverseTerms(sip, crpix, options) } }
}

/** AP and BP of one degree more, fitted on a 12 × 12 grid over the points. */
function inverseTerms(
  sip: SipTerms,
  crpix: Point2D,
  { x, y }: FitTanSipOptions,
): Pick<SipTerms, 'ap' | 'bp'> {
  const [xs, ys] = [range(x), range(y)]
  const side = 12
  const [u, v, du, dv] = Array.from({ length: 4 }, () => new Float64Array(side * side)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  let span = 1
  for (let k = 0; k < side * side; k++) {
    const px = xs[0] + ((xs[1] - xs[0]) * (k % side)) / (side - 1) - crpix.x
    const py = ys[0] + ((ys[1] - ys[0]) * Math.floor(k / side)) / (side - 1) - crpix.y
    du[k] = -sip.a.value(px, py)
    dv[k] = -sip.b.value(px, py)
    u[k] = px - du[k]!
    v[k] = py - dv[k]!
    span = Math.max(span, Math.abs(u[k]!), Math.abs(v[k]!))
  }
  const order = Math.min(sip.a.order + 1, 8)
  const [su, sv] = [u.map((c) => c / span), v.map((c) => c / span)]
  return {
    ap: fitPolynomial(su, sv, du, order, undefined, span),
    bp: fitPolynomial(su, sv, dv, order, undefined, span),
  }
}

const degrees = (p: SpherePoint): readonly [number, number] => [p.ra.degrees, p.dec.degrees]

const range = (values: ArrayLike<number>): readonly [number, number] => {
  let [lo, hi] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let i = 0; i < values.length; i++) {
    lo = Math.min(lo, values[i]!)
    hi = Math.max(hi, values[i]!)
  }
  return [lo, hi]
}

function middle(x: ArrayLike<number>, y: ArrayLike<number>): Point2D {
  const [xs, ys] = [range(x), range(y)]
  return { x: Math.round((xs[0] + xs[1]) / 2), y: Math.round((ys[0] + ys[1]) / 2) }
}

function meanDirection(ra: ArrayLike<number>, dec: ArrayLike<number>): SpherePoint {
  let [a, b, c] = [0, 0, 0]
  for (let i = 0; i < ra.length; i++) {
    const [x, y, z] = SpherePoint.fromRadians(ra[i]!, dec[i]!).toVector()
    a += x
    b += y
    c += z
  }
  if (Math.hypot(a, b, c) === 0) throw wcsError('no-fit', 'There are no points to fit a WCS to.')
  return SpherePoint.fromVector([a, b, c])
}
