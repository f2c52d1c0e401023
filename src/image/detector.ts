import { Angle, type Box2I, type Point2D } from '#geom'

export type DetectorType = 'science' | 'focus' | 'guider' | 'wavefront'

/** Which corner of the assembled amplifier the electronics read first. */
export type ReadoutCorner = 'LL' | 'LR' | 'UR' | 'UL'

/** One output of a CCD. Boxes named `raw…` are in the raw amplifier's or raw frame's pixels. @see lsst::afw::cameraGeom::Amplifier */
export interface Amplifier {
  readonly name: string
  /** Pixels in the assembled image. */
  readonly bbox: Box2I
  /** Everything it reads out, overscan included. */
  readonly rawBBox: Box2I
  /** The light-sensitive part of `rawBBox`. */
  readonly rawDataBBox: Box2I
  readonly rawSerialOverscanBBox: Box2I
  readonly rawParallelOverscanBBox: Box2I
  readonly rawPrescanBBox: Box2I
  /** Flips that bring raw pixels to the assembled order. */
  readonly rawFlipX: boolean
  readonly rawFlipY: boolean
  /** Where this amplifier's raw box sits in the assembled raw mosaic. */
  readonly rawXYOffset: Point2D
  readonly readoutCorner: ReadoutCorner
  /** e⁻/ADU. */
  readonly gain: number
  /** e⁻. */
  readonly readNoise: number
  /** ADU; NaN when there is none. */
  readonly saturation: number
  /** ADU; NaN when there is none. */
  readonly suspectLevel: number
  readonly linearityType: string
  readonly linearityCoeffs: readonly number[]
  readonly linearityThreshold?: number
  readonly linearityMaximum?: number
  readonly linearityUnits?: string
}

/** How a chip lies in the focal plane. */
export interface Orientation {
  /** Focal-plane position of the reference point, mm. */
  readonly fpPosition: Point2D
  /** mm above the focal plane. */
  readonly height: number
  /** Pixel of the reference point. */
  readonly referencePoint: Point2D
  readonly yaw: Angle
  readonly pitch: Angle
  readonly roll: Angle
  /** Counter-clockwise quarter turns that bring the chip to the focal plane's orientation. */
  readonly nQuarter: number
}

/** One CCD: its pixels, its amplifiers, its place in the camera. */
export interface Detector {
  readonly id: number
  readonly name: string
  readonly serial: string
  readonly type: DetectorType
  readonly physicalType: string
  readonly bbox: Box2I
  /** mm. */
  readonly pixelSize: Point2D
  readonly orientation: Orientation
  readonly amplifiers: readonly Amplifier[]
  /** crosstalk[i][j]: how much of amplifier i's signal shows in j; absent when unknown. */
  readonly crosstalk?: readonly (readonly number[])[]
}

/** A chip flat in the middle of the focal plane, for frames whose camera is unknown. */
export const centeredOrientation = (bbox: Box2I): Orientation => ({
  fpPosition: { x: 0, y: 0 },
  height: 0,
  referencePoint: bbox.center,
  yaw: new Angle(0),
  pitch: new Angle(0),
  roll: new Angle(0),
  nQuarter: 0,
})

/** The amplifier whose assembled box has a pixel. */
export const amplifierAt = (detector: Detector, at: Point2D): Amplifier | undefined =>
  detector.amplifiers.find((amp) => amp.bbox.contains(at))
