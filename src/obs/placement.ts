import type { Angle, Point2D, SpherePoint } from '#geom'

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
