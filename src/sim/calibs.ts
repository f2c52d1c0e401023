import { Header } from '#fits'
import { Exposure, Image, Mask, MaskedImage, type VisitInfo } from '#image'
import { Random } from '#math'
import { NoiseStream } from './noise.ts'
import type { Sensor } from './sensor.ts'
import type { SimCamera } from './sim-camera.ts'

export type CalibKind = 'bias' | 'dark' | 'flat'

export interface CalibSpec {
  readonly camera: SimCamera
  readonly sensor: Sensor
  readonly kind: CalibKind
  /** ISO date of the night; which defects are there. */
  readonly date: string
  /** Of a flat. */
  readonly filter?: string
  readonly seed: string
}

/** Frames that were combined. */
const FRAMES = 10
/** Seconds of each dark. */
const DARK_SECONDS = 300
/** Electrons a pixel in each flat. */
const FLAT_ELECTRONS = 30_000

/**
 * A master calibration frame of the assembled chip: what is fixed about the sensor, with the noise that combining ten frames leaves.
 * Bias in ADU, dark in ADU a second (dark time 1 s), flat relative: mean 1 over the camera, amplifier gains in it.
 */
export function makeCalib(spec: CalibSpec): Exposure {
  const { detector } = spec.sensor
  const random = new Random(
    `${spec.seed}/${spec.kind}/${spec.camera.instrument.name}/${spec.date}/${spec.filter ?? ''}/${detector.id}`,
  )
  const signal = fixedSignal(spec)
  const { bbox } = detector
  const variance = new Image(bbox.width, bbox.height)
  const noise = new NoiseStream(random)
  const row = new Float32Array(bbox.width)
  for (const amp of detector.amplifiers)
    for (let y = amp.bbox.y0; y <= amp.bbox.y1; y++) {
      noise.fillNormal(row)
      for (let x = amp.bbox.x0; x <= amp.bbox.x1; x++) {
        const i = y * bbox.width + x
        const v = noiseVariance(spec.kind, signal[i]!, amp.gain, amp.readNoise / amp.gain)
        variance.data[i] = v
        signal[i]! += Math.sqrt(v) * row[x]!
      }
    }
  coarsen(variance.data)
  const image = new Image(bbox.width, bbox.height, { data: signal })
  const filter = spec.filter === undefined ? undefined : { physical: spec.filter }
  return new Exposure(new MaskedImage(image, new Mask(bbox.width, bbox.height), variance), {
    detector,
    ...(filter && { filter }),
    visitInfo: calibVisitInfo(spec),
    metadata: calibHeader(spec),
  })
}

function fixedSignal({ camera, sensor, kind, date }: CalibSpec): Float32Array {
  if (kind === 'bias') return sensor.biasStructure()
  const plane = kind === 'dark' ? sensor.darkCurrent(date) : sensor.response(date)
  const { width } = sensor.detector.bbox
  // Electrons a count is worth, over electrons an ADU is worth: raw ADU / flat are the counts of the scene.
  for (const { bbox, gain } of sensor.detector.amplifiers)
    for (let y = bbox.y0; y <= bbox.y1; y++)
      for (let i = y * width + bbox.x0, end = i + bbox.width; i < end; i++) plane[i]! /= gain
  return plane
}

/** Of the mean of `FRAMES` frames, in the units of the product. */
function noiseVariance(kind: CalibKind, level: number, gain: number, readNoiseAdu: number): number {
  if (kind === 'bias') return readNoiseAdu ** 2 / FRAMES
  if (kind === 'flat') return Math.max(level, 0.01) / (FLAT_ELECTRONS * FRAMES)
  const counts = Math.max(0, level) * DARK_SECONDS
  return (counts / gain + readNoiseAdu ** 2) / (FRAMES * DARK_SECONDS ** 2)
}

/** Six bits of mantissa: equal values side by side compress well, and nobody knows a variance better. In place. */
function coarsen(data: Float32Array): void {
  const bits = new Int32Array(data.buffer, data.byteOffset, data.length)
  for (let i = 0; i < bits.length; i++) bits[i] = (bits[i]! + 0x10000) & ~0x1ffff
}

const calibVisitInfo = ({ kind }: CalibSpec): VisitInfo => ({
  exposureTime: kind === 'dark' ? 1 : 0,
  darkTime: kind === 'dark' ? 1 : 0,
  observationType: kind,
  hasSimulatedContent: true,
})

const calibHeader = ({ camera, sensor, kind, date, filter }: CalibSpec): Header =>
  new Header([
    ['OBSTYPE', kind],
    ['INSTRUME', camera.instrument.name],
    ['CALIB_CREATION_DATE', date],
    [
      'CALIB_ID',
      `filter=${filter ?? 'NONE'} ccd=${sensor.detector.id} calibDate=${date}`,
      'what the calibration is of',
    ],
    ['SIMULATED', true],
  ])
