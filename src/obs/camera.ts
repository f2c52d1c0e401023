import { FirstlightError, didYouMean } from '#core'
import type { Point2D } from '#geom'
import type { Detector } from '#image'
import type { SkyWcs } from '#wcs'
import { makeCameraWcs } from './camera-wcs.ts'
import type { RadialOptics } from './optics.ts'
import { chipToFocal, type DetectorPlacement, focalToChip, type Pointing } from './placement.ts'

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
