import type { Point2D } from '#geom'
import type { Polynomial2D } from './polynomial.ts'
import type { Projection } from './projection.ts'
import type { SkyFrame } from './sky-frame.ts'
import type { TpvDistortion } from './tpv.ts'

/** SIP distortion: what is added to pixel offsets; AP and BP only start the inverse. */
export interface SipTerms {
  readonly a: Polynomial2D
  readonly b: Polynomial2D
  readonly ap?: Polynomial2D
  readonly bp?: Polynomial2D
}

/** Everything a FITS sky WCS says. */
export interface FitsWcsParts {
  /** 0-based reference pixel. */
  readonly crpix: Point2D
  /** Longitude and latitude of the reference point in `frame`, degrees. */
  readonly crval: readonly [number, number]
  /** [CD1_1, CD1_2, CD2_1, CD2_2], degrees a pixel; axis 1 is longitude. */
  readonly cd: readonly [number, number, number, number]
  readonly projection: Projection
  readonly frame?: SkyFrame
  readonly sip?: SipTerms
  readonly tpv?: TpvDistortion
  /** Degrees; absent: the default of paper II. */
  readonly lonpole?: number
  readonly latpole?: number
  readonly notes?: readonly string[]
}
