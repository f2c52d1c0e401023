import { imageHdu, writeFits } from '#fits'
import { Random } from '#math'
import { flipColumns, flipRows, hscStoredFlip } from '#obs'
import { exposeChip } from './expose.ts'
import { rawCards } from './raw-header.ts'
import { type RawFrame, readOut } from './readout.ts'
import { makeScene, type Scene } from './scene.ts'
import { makeSensor, type Sensor } from './sensor.ts'
import type { SimCamera } from './sim-camera.ts'
import { Sky } from './sky.ts'
import { type SimVisit, visitDate } from './visit.ts'

/** Which frame of which simulated universe. */
export interface FrameSpec {
  readonly camera: SimCamera
  readonly visit: SimVisit
  readonly detector: number
  /** Everything random follows from it and from the data ID. */
  readonly seed: string
}

export interface SimulatedFrame {
  readonly raw: RawFrame
  readonly truth: Scene
  readonly sensor: Sensor
}

/** One chip of one visit: light, charge, numbers, and what was true. */
export function simulateFrame({ camera, visit, detector, seed }: FrameSpec): SimulatedFrame {
  const truth = makeScene({ camera, visit, detector, seed, sky: new Sky(seed, camera.density) })
  const sensor = makeSensor(camera, detector, seed)
  const random = new Random(`${seed}/exposure/${camera.instrument.name}/${visit.id}/${detector}`)
  const charge = exposeChip(
    camera,
    sensor,
    { ...truth.image, data: truth.image.data.slice() },
    { date: visitDate(visit), darkTimeSec: visit.exposureTimeSec },
    random,
  )
  return { raw: readOut(sensor, charge, random), truth, sensor }
}

/** The raw file as the archive would hold it: stored orientation, the camera's cards, Rice-compressed. Same bytes every time. */
export function rawFileBytes(
  { camera, visit, detector }: FrameSpec,
  { width, height, data }: RawFrame,
): Uint8Array {
  const pixels = data.slice()
  const chip = camera.instrument.camera.detector(detector)
  if (camera.instrument.name === 'HSC') {
    const flip = hscStoredFlip(detector)
    if (flip.x) flipColumns(pixels, width)
    if (flip.y) flipRows(pixels, width, height)
  }
  const header = rawCards(camera, visit, chip)
  return writeFits([
    imageHdu({ data: pixels, width, height, header, name: 'COMPRESSED_IMAGE', compress: 'RICE_1' }),
  ])
}
