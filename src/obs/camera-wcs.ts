import type { Card } from '#fits'
import { AffineTransform, Angle, type Box2I, type Point2D, SpherePoint, wrapRadians } from '#geom'
import { fitTanSip, type PixelArrays, type SkyArrays, type SkyWcs } from '#wcs'
import { type RadialOptics, radialScale, radiusOf } from './optics.ts'
import { chipToFocal, type DetectorPlacement, focalToChip, type Pointing } from './placement.ts'
import { toSky, toTangent } from './tangent.ts'

/** Order of the SIP polynomials that stand for the optics in FITS headers: 1e-3 pixel over an HSC chip. */
const SIP_ORDER = 4

/** Chip → focal plane → tangent plane (optics) → sky, exact both ways; FITS cards by a TAN-SIP fit over the chip. */
export function makeCameraWcs(
  placement: DetectorPlacement,
  bbox: Box2I,
  optics: RadialOptics,
  pointing: Pointing,
): SkyWcs {
  const tangent = pointing.boresight
  const [c, s] = [Math.cos(pointing.rotation.radians), Math.sin(pointing.rotation.radians)]

  const pixelToSky = (x: number, y: number): SpherePoint => {
    const focal = chipToFocal(placement, { x, y })
    const scale = radialScale(optics, Math.hypot(focal.x, focal.y))
    const [u, v] = [focal.x * scale, focal.y * scale]
    return toSky(tangent, -c * u + s * v, s * u + c * v)
  }
  const skyToPixel = (p: SpherePoint): Point2D => {
    const { xi, eta } = toTangent(tangent, p)
    const [u, v] = [-c * xi + s * eta, s * xi + c * eta]
    const t = Math.hypot(u, v)
    const zoom = t === 0 ? 1 / optics.scale : radiusOf(optics, t) / t
    return focalToChip(placement, { x: u * zoom, y: v * zoom })
  }
  const linearizeAt = (x: number, y: number): AffineTransform => {
    const here = pixelToSky(x, y)
    const [right, left] = [toTangent(here, pixelToSky(x + 0.5, y)), toTangent(here, pixelToSky(x - 0.5, y))]
    const [up, down] = [toTangent(here, pixelToSky(x, y + 0.5)), toTangent(here, pixelToSky(x, y - 0.5))]
    return new AffineTransform(right.xi - left.xi, up.xi - down.xi, right.eta - left.eta, up.eta - down.eta)
  }
  const wcs: SkyWcs = {
    kind: 'camera',
    notes: [],
    pixelOrigin: bbox.center,
    skyOrigin: pixelToSky(bbox.center.x, bbox.center.y),
    pixelToSky,
    skyToPixel,
    pixelToSkyArrays: (xs, ys) => skyArrays(xs, ys, pixelToSky),
    skyToPixelArrays: (ra, dec) => pixelArrays(ra, dec, skyToPixel),
    pixelScaleAt: (x, y) => new Angle(Math.sqrt(Math.abs(linearizeAt(x, y).determinant))),
    linearizeAt,
    cdMatrixAt: (x, y) => {
      const { xx, xy, yx, yy } = linearizeAt(x, y)
      return [xx * DEG, xy * DEG, yx * DEG, yy * DEG]
    },
    toFitsCards: (origin): readonly Card[] => asTanSip(wcs, bbox).toFitsCards(origin),
  }
  return wcs
}

/** The best TAN-SIP for the chip, fitted on a grid that reaches its edges. */
export function asTanSip(wcs: SkyWcs, bbox: Box2I): SkyWcs {
  const n = 12
  const xs: number[] = []
  const ys: number[] = []
  for (let j = 0; j <= n; j++)
    for (let i = 0; i <= n; i++) {
      xs.push(bbox.x0 - 0.5 + (bbox.width * i) / n)
      ys.push(bbox.y0 - 0.5 + (bbox.height * j) / n)
    }
  const { ra, dec } = wcs.pixelToSkyArrays(xs, ys)
  return fitTanSip({ x: xs, y: ys, ra, dec, order: SIP_ORDER }).wcs
}

const DEG = 180 / Math.PI

function skyArrays(
  xs: ArrayLike<number>,
  ys: ArrayLike<number>,
  map: (x: number, y: number) => SpherePoint,
): SkyArrays {
  const ra = new Float64Array(xs.length)
  const dec = new Float64Array(xs.length)
  for (let i = 0; i < xs.length; i++) {
    const p = map(xs[i]!, ys[i]!)
    ra[i] = p.ra.radians
    dec[i] = p.dec.radians
  }
  return { ra, dec }
}

function pixelArrays(
  ra: ArrayLike<number>,
  dec: ArrayLike<number>,
  map: (p: SpherePoint) => Point2D,
): PixelArrays {
  const x = new Float64Array(ra.length)
  const y = new Float64Array(ra.length)
  for (let i = 0; i < ra.length; i++) {
    const at = map(SpherePoint.fromRadians(wrapRadians(ra[i]!), dec[i]!))
    x[i] = at.x
    y[i] = at.y
  }
  return { x, y }
}
