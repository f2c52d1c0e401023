import { FirstlightError } from '#core'
import { CI_HSC_FIELD, type SurveyVisit, TINY_FIELD } from '../ci-hsc.ts'
import { simCamera, surveyOf, surveyVisit } from '../jobs.ts'
import { DEFECT_DATES } from '../sensor.ts'
import { DEFAULT_SEED, type DemoOptions } from './options.ts'

/** One frame to simulate. */
export interface PlannedRaw {
  readonly visit: SurveyVisit
  readonly detector: number
}

/** One master calibration to simulate. */
export interface PlannedCalib {
  readonly kind: 'bias' | 'dark' | 'flat'
  readonly detector: number
  readonly night: string
  readonly filter?: string
}

/** Everything a run of `firstlight demo` should leave in the repository. */
export interface DemoPlan {
  readonly instrument: string
  readonly seed: string
  readonly raws: readonly PlannedRaw[]
  readonly calibs: readonly PlannedCalib[]
  readonly detectors: readonly number[]
  /** ISO times from which curated calibrations hold. */
  readonly curatedDates: readonly string[]
  readonly calibNights: readonly string[]
  readonly field: typeof CI_HSC_FIELD
  readonly skymap: string
}

/** Nights of the tutorial's `HSC/calib/gen2` runs: the last two hold sky frames there. */
const HSC_NIGHTS = ['2013-06-17', '2013-11-03', '2014-07-14', '2014-11-12'] as const
const HSC_FLAT_NIGHT: Readonly<Record<string, string>> = { 'HSC-R': '2013-06-17', 'HSC-I': '2013-11-03' }
const TINY_NIGHT = '2014-05-01'

/** @throws 'sim/no-visit', 'sim/nothing-to-do' */
export function planDemo(options: DemoOptions): DemoPlan {
  const tiny = options.tiny === true
  const instrument = tiny ? 'TinyCam' : 'HSC'
  const visits =
    options.visits === undefined
      ? surveyOf(instrument)
      : options.visits.map((id) => surveyVisit(instrument, id))
  const raws = visits.flatMap((visit) =>
    visit.detectors
      .filter((detector) => options.detectors === undefined || options.detectors.includes(detector))
      .map((detector) => ({ visit, detector })),
  )
  if (raws.length === 0) throw nothing(visits, options.detectors ?? [])
  const detectors = [...new Set(raws.map((raw) => raw.detector))].sort((a, b) => a - b)
  const dates = tiny ? DEFECT_DATES.slice(0, 2) : DEFECT_DATES
  return {
    instrument,
    seed: options.seed ?? DEFAULT_SEED,
    raws,
    calibs: planCalibs(tiny, detectors, raws),
    detectors,
    curatedDates: dates.map((date) => `${date}T00:00:00`),
    calibNights: tiny ? [TINY_NIGHT] : HSC_NIGHTS,
    field: tiny ? TINY_FIELD : CI_HSC_FIELD,
    skymap: tiny ? 'discrete/tiny' : 'discrete/ci_hsc',
  }
}

/** Bias and dark of every chip, and a flat for each chip and filter that it was used with. */
function planCalibs(
  tiny: boolean,
  detectors: readonly number[],
  raws: readonly PlannedRaw[],
): PlannedCalib[] {
  return detectors.flatMap((detector): PlannedCalib[] => {
    const night = tiny ? TINY_NIGHT : '2013-11-03'
    const filters = new Set(raws.filter((raw) => raw.detector === detector).map((raw) => raw.visit.filter))
    const flats = [...filters].map((filter): PlannedCalib => {
      return { kind: 'flat', detector, filter, night: tiny ? TINY_NIGHT : (HSC_FLAT_NIGHT[filter] ?? night) }
    })
    return [{ kind: 'bias', detector, night }, { kind: 'dark', detector, night }, ...flats]
  })
}

const nothing = (visits: readonly SurveyVisit[], detectors: readonly number[]) =>
  new FirstlightError(
    'sim/nothing-to-do',
    `None of the visits has a frame of detector ${detectors.join(', ')}.`,
    { hint: visits.map((visit) => `${visit.id}: ${visit.detectors.join(' ')}`).join('; ') },
  )

export const planCamera = (plan: DemoPlan) => simCamera(plan.instrument)
