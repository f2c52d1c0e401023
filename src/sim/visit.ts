import { Angle } from '#geom'
import { Random } from '#math'
import type { Pointing } from '#obs'
import type { Instant } from '#time'
import { makePsfField, type PsfField } from './psf-field.ts'
import type { SimCamera } from './sim-camera.ts'

/** One pointing of a simulated survey, as its header tells it. */
export interface SimVisit {
  readonly id: number
  readonly filter: string
  readonly begin: Instant
  readonly exposureTimeSec: number
  /** Header position and rotation; the sky that arrives is a little elsewhere (see `truePointing`). */
  readonly pointing: Pointing
  /** FWHM on the axis. */
  readonly seeingArcsec: number
  readonly target: string
  readonly program: string
}

/** YYYY-MM-DD of the (UTC) night. */
export const visitDate = (visit: SimVisit): string => visit.begin.toIso('utc', 0).slice(0, 10)

/** Where the telescope really looked: 1–3″ from the header's position and some 10″ of rotation off. */
export function truePointing(visit: SimVisit, seed: string): Pointing {
  const random = new Random(`${seed}/pointing/${visit.id}`)
  const offset = Angle.fromArcseconds(random.between(1, 3))
  return {
    boresight: visit.pointing.boresight.offset(new Angle(random.between(0, 2 * Math.PI)), offset),
    rotation: visit.pointing.rotation.plus(Angle.fromArcseconds(random.normal(0, 10))),
  }
}

/** The PSF over the focal plane of a visit; positions in vignetting radii. */
export const visitPsf = (camera: SimCamera, visit: SimVisit, seed: string): PsfField =>
  makePsfField(new Random(`${seed}/psf/${visit.id}`), visit.seeingArcsec / camera.pixelScale)

/** Share of the light that the atmosphere let through, near 1. */
export const transparency = (visit: SimVisit, seed: string): number =>
  1 + 0.02 * new Random(`${seed}/transparency/${visit.id}`).normal()

/** Sky brightness: brighter or darker by some per cent, with a slope over the field of 2–5 %. */
export function skyField(visit: SimVisit, seed: string): { level: number; slopeX: number; slopeY: number } {
  const random = new Random(`${seed}/skylevel/${visit.id}`)
  const slope = random.between(0.02, 0.05)
  const direction = random.between(0, 2 * Math.PI)
  return {
    level: 1 + 0.03 * random.normal(),
    slopeX: slope * Math.cos(direction),
    slopeY: slope * Math.sin(direction),
  }
}
