import { FirstlightError, didYouMean } from '#core'
import type { Angle, Point2D, SpherePoint } from '#geom'
import type { Detector } from '#image'
import type { SkyWcs } from '#wcs'
import { makeCameraWcs } from './camera-wcs.ts'
import type { RadialOptics } from './optics.ts'

/** Where a chip sits: focal-plane pixels of its centre (origin on the optical axis), its turn and its own centre. */
export interface DetectorPlacement {
  readonly centre: Point2D
  /** Counter-clockwise turn of the chip in the focal plane. */
  readonly yaw: Angle
  /** The chip pixel that lies at `centre`. */
  readonly reference: Point2D
}

/** Where the camera looks: the sky on the optical axis, and the position angle of the focal plane's +y, east of north. */
export interface Pointing {
  readonly boresight: SpherePoint
  readonly rotation: Angle
}

/** A camera: chips, their places and the optics above them. Focal-plane positions are in pixels of its chips. */
export interface Camera {
  readonly name: string
  readonly detectors: readonly Detector[]
  readonly optics: RadialOptics
  /** @throws FirstlightError 'obs/no-detector' for an unknown id or name. */
  detector(idOrName: number | string): Detector
  placement(id: number): DetectorPlacement
  /** Chip pixel (assembled, 0-based) to focal plane. */
  toFocalPlane(id: number, pixel: Point2D): Point2D
  fromFocalPlane(id: number, focal: Point2D): Point2D
  /** Chip pixels to sky through the optics. */
  wcs(id: number, pointing: Pointing): SkyWcs
}

export function makeCamera(name: string, detectors: readonly Detector[], optics: RadialOptics): Camera {
  const byId = new Map(detectors.map((d) => [d.id, d]))
  const byName = new Map(detectors.map((d) => [d.name, d]))
  const placements = new Map(detectors.map((d) => [d.id, placementOf(d)]))
  const placement = (id: number) => placements.get(id) ?? noDetector(name, id, byName.keys(), byId.size)
  return {
    name,
    detectors,
    optics,
    placement,
    detector: (key) =>
      (typeof key === 'number' ? byId.get(key) : byName.get(key)) ??
      noDetector(name, key, byName.keys(), byId.size),
    toFocalPlane: (id, pixel) => chipToFocal(placement(id), pixel),
    fromFocalPlane: (id, focal) => focalToChip(placement(id), focal),
    wcs: (id, pointing) =>
      makeCameraWcs(placement(id), byId.get(id)?.bbox ?? noDetector(name, id, [], 0), optics, pointing),
  }
}

export function chipToFocal({ centre, yaw, reference }: DetectorPlacement, { x, y }: Point2D): Point2D {
  const [c, s] = [Math.cos(yaw.radians), Math.sin(yaw.radians)]
  const [dx, dy] = [x - reference.x, y - reference.y]
  return { x: centre.x + c * dx - s * dy, y: centre.y + s * dx + c * dy }
}

export function focalToChip({ centre, yaw, reference }: DetectorPlacement, { x, y }: Point2D): Point2D {
  const [c, s] = [Math.cos(yaw.radians), Math.sin(yaw.radians)]
  const [dx, dy] = [x - centre.x, y - centre.y]
  return { x: reference.x + c * dx + s * dy, y: reference.y - s * dx + c * dy }
}

function placementOf({ orientation, pixelSize }: Detector): DetectorPlacement {
  const { fpPosition, yaw, referencePoint } = orientation
  return {
    centre: { x: fpPosition.x / pixelSize.x, y: fpPosition.y / pixelSize.y },
    yaw,
    reference: referencePoint,
  }
}

function noDetector(camera: string, key: number | string, names: Iterable<string>, count: number): never {
  const guess = typeof key === 'string' ? didYouMean(key, names) : ''
  throw new FirstlightError('obs/no-detector', `${camera} has no detector ${key}.${guess}`, {
    hint: `It has ${count} detectors.`,
    data: { camera, detector: key },
  })
}
