import { Angle, Box2I } from '#geom'
import type { Amplifier, Detector } from '#image'
import { type AmpValues, hscAmpValues } from './amp-values.ts'
import { type Chip, hscChips } from './chips.ts'

/** Millimetres of a pixel. */
export const HSC_PIXEL_MM = 0.015

export const HSC_CHIP = { width: 2048, height: 4176, rawWidth: 2144, rawHeight: 4241 } as const

/**
 * How much of one amplifier's signal appears in another: coefficient[source][target], negative (dark ghosts).
 * Measured with HSC in 2014; one matrix for all chips. The stack's configuration holds its transpose.
 */
export const HSC_CROSSTALK: readonly (readonly number[])[] = [
  [0, -124e-6, -171e-6, -157e-6],
  [-125e-6, 0, -134e-6, -151e-6],
  [-149e-6, -132e-6, 0, -137e-6],
  [-156e-6, -157e-6, -153e-6, 0],
]

/** The 112 detectors, by id. Read noise becomes e⁻; amplifiers have the raw boxes of a frame as `readRaw` gives it. */
export function hscDetectors(): readonly Detector[] {
  const values = hscAmpValues()
  return hscChips().map((chip) => detectorOf(chip, values.get(chip.id) ?? []))
}

const detectorOf = (chip: Chip, values: readonly AmpValues[]): Detector => ({
  id: chip.id,
  name: chip.name,
  serial: String(chip.id),
  type: chip.id < 104 ? 'science' : 'focus',
  physicalType: 'CCD',
  bbox: new Box2I(0, 0, HSC_CHIP.width, HSC_CHIP.height),
  pixelSize: { x: HSC_PIXEL_MM, y: HSC_PIXEL_MM },
  orientation: {
    fpPosition: { x: chip.x * HSC_PIXEL_MM, y: chip.y * HSC_PIXEL_MM },
    height: 0,
    referencePoint: { x: 1023.5, y: 2087.5 },
    yaw: Angle.fromDegrees(chip.yawDeg),
    pitch: new Angle(0),
    roll: new Angle(0),
    nQuarter: Math.round(chip.yawDeg / 90) & 3,
  },
  amplifiers: values.map((v, i) => amplifierOf(i, v, chip.id < 104)),
  crosstalk: HSC_CROSSTALK,
})

/** Prescan on the outer side of each pair of amplifiers, 16 columns of overscan between them; 49 rows before, 16 after. */
function amplifierOf(i: number, v: AmpValues, science: boolean): Amplifier {
  const left = i % 2 === 0
  const x0 = 536 * i
  const dataX = x0 + (left ? 8 : 16)
  return {
    name: String(i),
    bbox: new Box2I(512 * i, 0, 512, 4176),
    rawBBox: new Box2I(x0, 0, 536, 4241),
    rawDataBBox: new Box2I(dataX, 49, 512, 4176),
    rawSerialOverscanBBox: new Box2I(left ? x0 + 520 : x0, 49, 16, 4176),
    rawParallelOverscanBBox: new Box2I(dataX, 4225, 512, 16),
    rawPrescanBBox: new Box2I(dataX, 0, 512, 49),
    rawFlipX: false,
    rawFlipY: false,
    rawXYOffset: { x: 0, y: 0 },
    readoutCorner: left ? 'LL' : 'LR',
    gain: v.gain,
    readNoise: v.readNoiseAdu * v.gain,
    saturation: v.saturation,
    suspectLevel: science ? 50_000 : Number.NaN,
    linearityType: v.squared === undefined ? 'None' : 'Squared',
    linearityCoeffs: [v.squared ?? 0, 0, 0, 0],
  }
}
