import { Angle, SpherePoint } from '#geom'
import { Instant } from '#time'
import type { SimVisit } from './visit.ts'

/** One visit and the chips of it that are in the data set. */
export interface SurveyVisit extends SimVisit {
  readonly detectors: readonly number[]
}

/**
 * The 33 frames of ci_hsc: visit, chips, and a boresight that puts them on one field around RA 320.834°, Dec −0.340°, some
 * seconds of arc apart, as the real dithers do (the numbers of visits and chips are theirs, the boresights ours).
 */
const R_VISITS = [
  [903334, [16, 22, 23, 100], 320.236, 0.0479, 0.7],
  [903336, [17, 24], 320.5411, 0.002, 0.66],
  [903338, [18, 25], 320.7409, 0.0084, 0.72],
  [903342, [4, 10, 100], 320.2822, 0.1475, 0.69],
  [903344, [0, 5, 11], 320.5281, 0.2419, 0.7],
  [903346, [1, 6, 12], 320.7378, 0.2474, 0.74],
] as const

const I_VISITS = [
  [903986, [16, 22, 23, 100], 320.2371, 0.0457, 0.61],
  [903988, [16, 17, 23, 24], 320.4329, 0.0062, 0.63],
  [903990, [18, 25], 320.7476, 0.0078, 0.6],
  [904010, [4, 10, 100], 320.2778, 0.1403, 0.65],
  [904014, [1, 6, 12], 320.7356, 0.2487, 0.62],
] as const

/** Start of the first r visit and, from a real header of the run, of visit 904024. */
const R_START = Instant.fromIso('2013-06-17T13:34:10.775', 'utc')
const I_START = Instant.fromIso('2013-11-02T06:15:55.908', 'utc')
/** Seconds from one visit (two numbers) to the next. */
const CADENCE = 67.3

export const CI_HSC: readonly SurveyVisit[] = [
  ...R_VISITS.map((row) => visitOf(row, 'HSC-R', R_START, 903334)),
  ...I_VISITS.map((row) => visitOf(row, 'HSC-I', I_START, 904024)),
]

function visitOf(
  row: readonly [number, readonly number[], number, number, number],
  filter: string,
  start: Instant,
  first: number,
): SurveyVisit {
  const [id, detectors, ra, dec, seeingArcsec] = row
  return {
    id,
    detectors,
    filter,
    begin: start.plusSeconds(((id - first) / 2) * CADENCE),
    exposureTimeSec: 30,
    pointing: { boresight: SpherePoint.fromDegrees(ra, dec), rotation: Angle.fromDegrees(270) },
    seeingArcsec,
    target: 'STRIPE82L',
    program: 'o13015',
  }
}

/** Centre of the field and a radius that holds every chip with room for matching. */
export const CI_HSC_FIELD = {
  centre: SpherePoint.fromDegrees(320.834, -0.34),
  radius: Angle.fromDegrees(0.32),
}

/** Two r and two i visits of the test camera, dithered by some arcsec. */
export const TINY_SURVEY: readonly SurveyVisit[] = [
  [1002, 'Tiny-R', 0, 0],
  [1004, 'Tiny-R', 9, -6],
  [1006, 'Tiny-I', -4, 5],
  [1008, 'Tiny-I', 6, 8],
].map(
  ([id, filter, dx, dy], i): SurveyVisit => ({
    id: Number(id),
    detectors: [0, 1, 2, 3],
    filter: String(filter),
    begin: Instant.fromIso('2014-05-01T08:00:00', 'utc').plusSeconds(60 * i),
    exposureTimeSec: 30,
    pointing: {
      boresight: SpherePoint.fromDegrees(150 + Number(dx) / 3600, 2.2 + Number(dy) / 3600),
      rotation: Angle.fromDegrees(0),
    },
    seeingArcsec: 0.75 + 0.02 * i,
    target: 'TINY-FIELD',
    program: 'test',
  }),
)

export const TINY_FIELD = { centre: SpherePoint.fromDegrees(150, 2.2), radius: Angle.fromDegrees(0.06) }
