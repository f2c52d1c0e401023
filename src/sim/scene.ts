import { Angle, SpherePoint } from '#geom'
import { chipToFocal, relativePixelArea } from '#obs'
import type { SkyWcs } from '#wcs'
import { galaxyComponents } from './galaxy-profile.ts'
import { type MoffatShape, rotateShape } from './psf-field.ts'
import { type Canvas, drawGaussians, drawMoffat } from './render.ts'
import { type SimCamera, simFilter } from './sim-camera.ts'
import { SKY_EPOCH, type Sky } from './sky.ts'
import { type SimVisit, skyField, transparency, truePointing, visitPsf } from './visit.ts'

/** One object as it fell on the chip. */
export interface TruthSource {
  readonly id: bigint
  readonly isStar: boolean
  /** At the epoch of the exposure, radians. */
  readonly ra: number
  readonly dec: number
  /** Assembled chip pixels. */
  readonly x: number
  readonly y: number
  /** Total counts in the calibrated (post-ISR) frame. */
  readonly flux: number
  readonly mag: number
  /** FWHM of the PSF there, pixels. */
  readonly fwhm: number
}

/** What a perfect detector would show: counts of the calibrated frame without noise, of sky and objects. */
export interface Scene {
  readonly image: Canvas
  /** The sky's part of `image` at the middle of the chip. */
  readonly skyLevel: number
  readonly sources: readonly TruthSource[]
  /** The true WCS of the chip. */
  readonly wcs: SkyWcs
  /** The true PSF. */
  readonly psfAt: (x: number, y: number) => MoffatShape
}

/** Where profiles end, in counts a pixel. */
const FLOOR = 0.004

export interface SceneOptions {
  readonly camera: SimCamera
  readonly sky: Sky
  readonly visit: SimVisit
  readonly detector: number
  readonly seed: string
}

export function makeScene({ camera, sky, visit, detector, seed }: SceneOptions): Scene {
  const { instrument } = camera
  const { bbox } = instrument.camera.detector(detector)
  const place = instrument.camera.placement(detector)
  const filter = simFilter(camera, visit.filter)
  const wcs = instrument.camera.wcs(detector, truePointing(visit, seed))
  const field = visitPsf(camera, visit, seed)
  const psfAt = (x: number, y: number): MoffatShape => {
    const focal = chipToFocal(place, { x, y })
    const { vignetteRadius: r } = camera
    return rotateShape(field.at(focal.x / r, focal.y / r), place.yaw.radians)
  }
  const image: Canvas = {
    width: bbox.width,
    height: bbox.height,
    data: new Float32Array(bbox.area),
  }
  const skyLevel = drawSky(image, { camera, sky, visit, detector, seed })
  const counts = (mag: number) =>
    10 ** (0.4 * (filter.zeroPoint - mag)) * visit.exposureTimeSec * transparency(visit, seed)
  const sources: TruthSource[] = []

  const centre = wcs.pixelToSky(bbox.center.x, bbox.center.y)
  const corner = wcs.pixelToSky(bbox.x0 - 80, bbox.y0 - 80)
  const { stars, galaxies } = sky.within(centre, new Angle(1.02 * centre.separation(corner).radians))
  const years = julianYear(visit) - SKY_EPOCH
  const onChip = (x: number, y: number, margin: number) =>
    x > -margin && y > -margin && x < bbox.width + margin && y < bbox.height + margin

  for (const star of stars) {
    const ra = star.ra + (star.pmRa * years * MAS) / Math.cos(star.dec)
    const dec = star.dec + star.pmDec * years * MAS
    const { x, y } = wcs.skyToPixel(SpherePoint.fromRadians(ra, dec))
    if (!onChip(x, y, 80)) continue
    const [mag, shape] = [star.mag[filter.band], psfAt(x, y)]
    drawMoffat(image, x, y, counts(mag), shape, FLOOR)
    if (onChip(x, y, 0.5))
      sources.push({ id: star.id, isStar: true, ra, dec, x, y, flux: counts(mag), mag, fwhm: shape.fwhm })
  }
  for (const galaxy of galaxies) {
    const { ra, dec } = galaxy
    const { x, y } = wcs.skyToPixel(SpherePoint.fromRadians(ra, dec))
    if (!onChip(x, y, 60)) continue
    const [mag, shape] = [galaxy.mag[filter.band], psfAt(x, y)]
    const components = galaxyComponents(
      {
        halfLightPx: galaxy.halfLightArcsec / camera.pixelScale,
        axisRatio: galaxy.axisRatio,
        angle: pixelAngle(wcs, x, y, galaxy.positionAngle),
        bulge: galaxy.bulge,
      },
      shape,
    )
    drawGaussians(image, x, y, counts(mag), components, FLOOR)
    if (onChip(x, y, 0.5))
      sources.push({ id: galaxy.id, isStar: false, ra, dec, x, y, flux: counts(mag), mag, fwhm: shape.fwhm })
  }
  return { image, skyLevel, sources, wcs, psfAt }
}

const MAS = Math.PI / 180 / 3_600_000

const julianYear = (visit: SimVisit): number => 2000 + (visit.begin.toMjd('tt') - 51544.5) / 365.25

/** The direction of a position angle (east of north) in pixel axes, radians from +x towards +y. */
function pixelAngle(wcs: SkyWcs, x: number, y: number, positionAngle: number): number {
  const toPixels = wcs.linearizeAt(x, y).invert()
  const d = toPixels.applyLinear({ x: Math.sin(positionAngle), y: Math.cos(positionAngle) })
  return Math.atan2(d.y, d.x)
}

/** Uniform surface brightness with a slope: counts follow the pixel's solid angle, which shrinks off the axis. */
function drawSky({ data, width, height }: Canvas, { camera, visit, detector, seed }: SceneOptions): number {
  const { skyRate } = simFilter(camera, visit.filter)
  const { level, slopeX, slopeY } = skyField(visit, seed)
  const { camera: geometry } = camera.instrument
  const place = geometry.placement(detector)
  const counts = (x: number, y: number): number => {
    const focal = chipToFocal(place, { x, y })
    const area = relativePixelArea(geometry.optics, Math.hypot(focal.x, focal.y))
    const slope = 1 + (slopeX * focal.x + slopeY * focal.y) / (2 * camera.vignetteRadius)
    return skyRate * visit.exposureTimeSec * level * area * slope
  }
  const step = 32
  const columns = Math.floor((width - 1) / step) + 2
  const rowOf = (y: number) => Float64Array.from({ length: columns }, (_, i) => counts(i * step, y))
  for (let y0 = 0; y0 < height; y0 += step) {
    const [low, high] = [rowOf(y0), rowOf(y0 + step)]
    for (let y = y0; y < Math.min(height, y0 + step); y++) {
      const t = (y - y0) / step
      for (let k = 0; k < columns - 1; k++) {
        const left = low[k]! + (high[k]! - low[k]!) * t
        const slope = (low[k + 1]! + (high[k + 1]! - low[k + 1]!) * t - left) / step
        const end = Math.min(width, (k + 1) * step)
        for (let x = k * step, i = y * width + x; x < end; x++, i++) data[i] = left + slope * (x - k * step)
      }
    }
  }
  return counts(width / 2, height / 2)
}
