import { Angle, Box2I } from '#geom'
import type { Amplifier, Detector } from '#image'
import { makeCamera } from '../camera.ts'
import type { Instrument } from '../instrument.ts'
import type { RadialOptics } from '../optics.ts'
import { readCameraRaw } from '../read-raw.ts'
import { isTinyHeader, translateTinyHeader } from './translate.ts'

/** 15 µm pixels of 0.2″, with a distortion of some pixels at the corners. */
export const TINY_OPTICS: RadialOptics = {
  scale: 0.2 / 206264.80624709636,
  norm: 1000,
  coefficients: [-0.004],
}

const PIXEL_MM = 0.015
const SIDE = 512
/** Centre to centre of neighbouring chips. */
const PITCH = 540

const chipName = (id: number): string => `T_0${id}`

/** Two outputs of 256 columns: 8 columns of prescan, then light, then 16 of overscan, read from the outer corners. */
function amplifier(i: number): Amplifier {
  const left = i === 0
  const x0 = 280 * i
  const dataX = x0 + (left ? 8 : 16)
  return {
    name: String(i),
    bbox: new Box2I(256 * i, 0, 256, SIDE),
    rawBBox: new Box2I(x0, 0, 280, SIDE + 8),
    rawDataBBox: new Box2I(dataX, 0, 256, SIDE),
    rawSerialOverscanBBox: new Box2I(left ? x0 + 264 : x0, 0, 16, SIDE),
    rawParallelOverscanBBox: new Box2I(dataX, SIDE, 256, 8),
    rawPrescanBBox: new Box2I(left ? x0 : x0 + 272, 0, 8, SIDE),
    rawFlipX: false,
    rawFlipY: false,
    rawXYOffset: { x: 0, y: 0 },
    readoutCorner: left ? 'LL' : 'LR',
    gain: left ? 1.5 : 1.7,
    readNoise: left ? 4 : 4.4,
    saturation: 55_000,
    suspectLevel: 52_000,
    linearityType: 'Squared',
    linearityCoeffs: [1.5e-7, 0, 0, 0],
  }
}

function detector(id: number): Detector {
  const [column, row] = [id % 2, id >> 1]
  return {
    id,
    name: chipName(id),
    serial: `TC${id}`,
    type: 'science',
    physicalType: 'CCD',
    bbox: new Box2I(0, 0, SIDE, SIDE),
    pixelSize: { x: PIXEL_MM, y: PIXEL_MM },
    orientation: {
      fpPosition: { x: (column - 0.5) * PITCH * PIXEL_MM, y: (row - 0.5) * PITCH * PIXEL_MM },
      height: 0,
      referencePoint: { x: 255.5, y: 255.5 },
      yaw: new Angle(0),
      pitch: new Angle(0),
      roll: new Angle(0),
      nQuarter: 0,
    },
    amplifiers: [amplifier(0), amplifier(1)],
    crosstalk: [
      [0, -1.5e-4],
      [-1.2e-4, 0],
    ],
  }
}

/** Four chips of 512 × 512 pixels with two outputs each: everything HSC has, a hundredth of the pixels. For tests. */
export const TinyCam: Instrument = {
  name: 'TinyCam',
  className: 'firstlight.obs.TinyCam',
  camera: makeCamera('TinyCam', [0, 1, 2, 3].map(detector), TINY_OPTICS),
  filters: [
    { name: 'Tiny-R', band: 'r', aliases: ['R'], lambdaEffNm: 623 },
    { name: 'Tiny-I', band: 'i', aliases: ['I'], lambdaEffNm: 775 },
  ],
  visitSystem: 0,
  visitMax: 1_000_000,
  exposureMax: 1_000_000,
  detectorMax: 4,
  rawFormatter: 'firstlight.obs.TinyCamRawFormatter',
  accepts: isTinyHeader,
  translateHeader: translateTinyHeader,
  readRaw: (file, where = file.name) =>
    readCameraRaw(TinyCam, file, where, { flip: () => ({ x: false, y: false }) }),
}
