import type { Angle, Point2D, SpherePoint } from '#geom'
import type { Detector } from '#image'
import type { SkyWcs } from '#wcs'

/** Where a chip sits: focal-plane position (pixels of 15 µm, origin on the optical axis) of its centre, and its turn. */
export interface DetectorPlacement {
  readonly centre: Point2D
  /** Counter-clockwise turn of the chip in the focal plane. */
  readonly yaw: Angle
}

/** A camera: chips, their places and the optics above them. */
export interface Camera {
  readonly name: string
  readonly detectors: readonly Detector[]
  /** @throws FirstlightError 'obs/no-detector' for an unknown id or name. */
  detector(idOrName: number | string): Detector
  placement(id: number): DetectorPlacement
  /** Chip pixel (assembled, 0-based) to focal plane. */
  toFocalPlane(id: number, pixel: Point2D): Point2D
  fromFocalPlane(id: number, focal: Point2D): Point2D
  /** Sky to chip pixels for a boresight and the position angle of the focal plane's +y on the sky. */
  wcs(id: number, pointing: Pointing): SkyWcs
}

export interface Pointing {
  readonly boresight: SpherePoint
  readonly rotation: Angle
}
