import type { Angle, Point2D, SpherePoint } from '#geom'
import { makeCea } from './cylindrical.ts'
import { FitsWcs } from './fits-wcs.ts'
import type { SipTerms } from './parts.ts'
import { Polynomial2D } from './polynomial.ts'
import type { SkyWcs } from './sky-wcs.ts'
import { STG, TAN } from './zenithal.ts'
import type { Projection } from './projection.ts'

/** [power of u, power of v, coefficient]. */
export type SipCoefficients = readonly (readonly [p: number, q: number, c: number])[]

export interface TanWcsOptions {
  /** 0-based reference pixel. */
  readonly crpix: Point2D
  readonly crval: SpherePoint
  /** [CD1_1, CD1_2, CD2_1, CD2_2], degrees a pixel. */
  readonly cd: readonly [number, number, number, number]
  /** `TAN` by default; sky maps use `STG`, those along the equator `CEA`. */
  readonly projection?: 'TAN' | 'STG' | 'CEA'
}

const PROJECTIONS: Readonly<Record<'TAN' | 'STG' | 'CEA', Projection>> = {
  TAN,
  STG,
  CEA: makeCea(1),
}

export const makeTanWcs = ({ crpix, crval, cd, projection = 'TAN' }: TanWcsOptions): SkyWcs =>
  new FitsWcs({
    crpix,
    crval: [crval.ra.degrees, crval.dec.degrees],
    cd,
    projection: PROJECTIONS[projection],
  })

export interface TanSipWcsOptions extends Omit<TanWcsOptions, 'projection'> {
  readonly a: SipCoefficients
  readonly b: SipCoefficients
  /** Inverse polynomials: only where an exact inverse starts, and for other programs. */
  readonly ap?: SipCoefficients
  readonly bp?: SipCoefficients
}

export function makeTanSipWcs({ crpix, crval, cd, a, b, ap, bp }: TanSipWcsOptions): SkyWcs {
  const sip: SipTerms = {
    a: polynomialOf(a),
    b: polynomialOf(b),
    ...(ap && bp && { ap: polynomialOf(ap), bp: polynomialOf(bp) }),
  }
  return new FitsWcs({ crpix, crval: [crval.ra.degrees, crval.dec.degrees], cd, projection: TAN, sip })
}

function polynomialOf(terms: SipCoefficients): Polynomial2D {
  const order = terms.reduce((m, [p, q]) => Math.max(m, p + q), 0)
  return Polynomial2D.fromTerms(order, terms)
}

/**
 * CD matrix of square pixels, degrees: the image's y axis at `rotation` east of north, x to the west unless `flipX` is
 * false (mirror image).
 */
export function makeCdMatrix(
  scale: Angle,
  rotation: Angle,
  flipX = true,
): readonly [number, number, number, number] {
  const s = scale.degrees
  const [c, n] = [Math.cos(rotation.radians), Math.sin(rotation.radians)]
  return flipX ? [-s * c, s * n, s * n, s * c] : [s * c, s * n, -s * n, s * c]
}

/** The WCS of the image whose pixels are moved by (dx, dy): the old pixel p is the new pixel p + (dx, dy). */
export function shiftWcs(wcs: SkyWcs, dx: number, dy: number): SkyWcs {
  if (wcs instanceof FitsWcs) {
    const { x, y } = wcs.parts.crpix
    return new FitsWcs({ ...wcs.parts, crpix: { x: x + dx, y: y + dy } })
  }
  return shifted(wcs, dx, dy)
}

/** The same map about an exactly given reference pixel; only FITS WCSs have one to set, others stay as they are. */
export function withPixelOrigin(wcs: SkyWcs, crpix: Point2D): SkyWcs {
  if (!(wcs instanceof FitsWcs) || (wcs.parts.crpix.x === crpix.x && wcs.parts.crpix.y === crpix.y))
    return wcs
  return new FitsWcs({ ...wcs.parts, crpix })
}

function shifted(wcs: SkyWcs, dx: number, dy: number): SkyWcs {
  const minus = (values: ArrayLike<number>, d: number): Float64Array =>
    Float64Array.from(values, (v) => v - d)
  return {
    kind: wcs.kind,
    notes: wcs.notes,
    pixelOrigin: { x: wcs.pixelOrigin.x + dx, y: wcs.pixelOrigin.y + dy },
    skyOrigin: wcs.skyOrigin,
    pixelToSky: (x, y) => wcs.pixelToSky(x - dx, y - dy),
    skyToPixel: (p) => {
      const { x, y } = wcs.skyToPixel(p)
      return { x: x + dx, y: y + dy }
    },
    pixelToSkyArrays: (xs, ys) => wcs.pixelToSkyArrays(minus(xs, dx), minus(ys, dy)),
    skyToPixelArrays: (ra, dec) => {
      const { x, y } = wcs.skyToPixelArrays(ra, dec)
      return { x: minus(x, -dx), y: minus(y, -dy) }
    },
    pixelScaleAt: (x, y) => wcs.pixelScaleAt(x - dx, y - dy),
    linearizeAt: (x, y) => wcs.linearizeAt(x - dx, y - dy),
    cdMatrixAt: (x, y) => wcs.cdMatrixAt(x - dx, y - dy),
    toFitsCards: ({ x0, y0 } = { x0: 0, y0: 0 }) => wcs.toFitsCards({ x0: x0 - dx, y0: y0 - dy }),
  }
}
