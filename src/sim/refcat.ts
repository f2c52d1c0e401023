import { type Angle, circleRegion, htmIndex, htmRanges, type SpherePoint, vectorOf, wrapRadians } from '#geom'
import { Random } from '#math'
import { Catalog, type ColumnSpec } from '#table'
import { SIM_BANDS, type SimBand, SKY_EPOCH, type Sky, type SimGalaxy, type SimStar } from './sky.ts'

/** A reference survey: which objects it has and how well it knows them. */
export interface RefSurvey {
  /** Dataset type of its shards. */
  readonly name: string
  readonly bands: readonly SimBand[]
  /** Julian year of its positions. */
  readonly epoch: number
  readonly faintest: number
  readonly galaxies: boolean
  /** Position error of a bright and of the faintest star, mas. */
  readonly positionMas: readonly [bright: number, faint: number]
  /** Proper motion errors of the same, mas/yr. */
  readonly motionMas: readonly [bright: number, faint: number]
  /** Magnitude errors of the same. */
  readonly magError: readonly [bright: number, faint: number]
}

/** Shard level: reference catalogs are kept by HTM triangle of level 7. */
export const REFCAT_LEVEL = 7

export const PS1: RefSurvey = {
  name: 'ps1_pv3_3pi_20170110',
  bands: SIM_BANDS,
  epoch: 2012.0,
  faintest: 22,
  galaxies: true,
  positionMas: [8, 30],
  motionMas: [2, 8],
  magError: [0.01, 0.06],
}

export const GAIA: RefSurvey = {
  name: 'gaia_dr2_20200414',
  bands: ['g', 'r'],
  epoch: 2015.5,
  faintest: 20.7,
  galaxies: false,
  positionMas: [0.03, 1.2],
  motionMas: [0.05, 2],
  magError: [0.002, 0.02],
}

const MAS = Math.PI / 180 / 3_600_000
const AB_NJY = 31.4

/**
 * The catalog of a survey around a point, as the stack's reference catalogs are (angles in radians, fluxes in nJy), cut into shards by
 * HTM index. Complete within `radius`.
 */
export function makeRefcat(
  survey: RefSurvey,
  sky: Sky,
  centre: SpherePoint,
  radius: Angle,
  seed: string,
): ReadonlyMap<number, Catalog> {
  const { stars, galaxies } = sky.within(centre, radius)
  const rows = [
    ...stars.map((star) => observe(survey, star, seed)),
    ...(survey.galaxies ? galaxies.map((galaxy) => observe(survey, still(galaxy), seed, true)) : []),
  ].filter((row) => row !== undefined)
  const shards = new Map<number, RefRow[]>()
  for (const row of rows) {
    const index = htmIndex(REFCAT_LEVEL, vectorOf(row.ra, row.dec))
    const shard = shards.get(index)
    if (shard === undefined) shards.set(index, [row])
    else shard.push(row)
  }
  const sorted = [...shards].sort(([a], [b]) => a - b)
  return new Map(sorted.map(([index, shard]) => [index, toCatalog(survey, shard)]))
}

/** HTM indices of the shards that a catalog around a point may have; those at the rim may turn out empty. */
export function refcatShards(centre: SpherePoint, radius: Angle): readonly number[] {
  const ranges = htmRanges(REFCAT_LEVEL, circleRegion(centre, radius))
  return ranges.flatMap(([first, end]) => Array.from({ length: end - first }, (_, i) => first + i))
}

interface RefRow {
  readonly id: bigint
  readonly ra: number
  readonly dec: number
  readonly positionError: number
  readonly pmRa: number
  readonly pmDec: number
  readonly pmError: number
  readonly fluxes: Readonly<Partial<Record<SimBand, number>>>
  readonly fluxErrors: Readonly<Partial<Record<SimBand, number>>>
  readonly resolved: boolean
}

const still = (galaxy: SimGalaxy): SimStar => ({ ...galaxy, pmRa: 0, pmDec: 0 })

/** What the survey says of an object, with errors drawn from a stream of its own; undefined when it is too faint. */
function observe(survey: RefSurvey, star: SimStar, seed: string, resolved = false): RefRow | undefined {
  if (star.mag.r > survey.faintest) return undefined
  const random = new Random(`${seed}/${survey.name}/${star.id}`)
  // Errors grow with the square root of the inverse flux, from the value at magnitude 16.
  const depth = 10 ** (0.2 * (Math.max(16, star.mag.r) - survey.faintest))
  const between = ([bright, faint]: readonly [number, number]) => bright + (faint - bright) * depth
  const sigma = between(survey.positionMas) * (resolved ? 2 : 1)
  const motionSigma = between(survey.motionMas)
  const years = survey.epoch - SKY_EPOCH
  const dec = star.dec + (star.pmDec * years + random.normal(0, sigma)) * MAS
  const ra = star.ra + ((star.pmRa * years + random.normal(0, sigma)) * MAS) / Math.cos(star.dec)
  const fluxes: Partial<Record<SimBand, number>> = {}
  const fluxErrors: Partial<Record<SimBand, number>> = {}
  for (const band of survey.bands) {
    const error = between(survey.magError)
    fluxes[band] = 10 ** (0.4 * (AB_NJY - star.mag[band] + random.normal(0, error)))
    fluxErrors[band] = fluxes[band] * error * 0.921034
  }
  return {
    id: star.id,
    ra: wrapRadians(ra),
    dec,
    positionError: sigma * MAS,
    pmRa: (star.pmRa + random.normal(0, motionSigma)) * MAS,
    pmDec: (star.pmDec + random.normal(0, motionSigma)) * MAS,
    pmError: motionSigma * MAS,
    fluxes,
    fluxErrors,
    resolved,
  }
}

const angle = (name: string, doc: string): ColumnSpec => ({ name, type: 'f64', unit: 'rad', doc })
const rate = (name: string, doc: string): ColumnSpec => ({ name, type: 'f64', unit: 'rad/year', doc })

function columnsOf({ bands }: RefSurvey): readonly ColumnSpec[] {
  return [
    { name: 'id', type: 'i64', doc: 'unique identifier' },
    angle('coord_ra', 'ICRS right ascension at epoch'),
    angle('coord_dec', 'ICRS declination at epoch'),
    angle('coord_raErr', 'uncertainty of coord_ra, times cos(dec)'),
    angle('coord_decErr', 'uncertainty of coord_dec'),
    { name: 'epoch', type: 'f64', unit: 'day', doc: 'date of the position, MJD TAI' },
    rate('pm_ra', 'proper motion in right ascension, times cos(dec)'),
    rate('pm_dec', 'proper motion in declination'),
    rate('pm_raErr', 'uncertainty of pm_ra'),
    rate('pm_decErr', 'uncertainty of pm_dec'),
    ...bands.flatMap((band): ColumnSpec[] => [
      { name: `${band}_flux`, type: 'f64', unit: 'nJy', doc: `flux in ${band}` },
      { name: `${band}_fluxErr`, type: 'f64', unit: 'nJy', doc: `uncertainty of the flux in ${band}` },
    ]),
    { name: 'photometric', type: 'bool', doc: 'fit for photometric calibration' },
    { name: 'resolved', type: 'bool', doc: 'the object is extended' },
    { name: 'variable', type: 'bool', doc: 'the object varies' },
  ]
}

function toCatalog(survey: RefSurvey, rows: readonly RefRow[]): Catalog {
  const number = (f: (row: RefRow) => number) => Float64Array.from(rows, f)
  const flag = (f: (row: RefRow) => boolean) => Uint8Array.from(rows, (row) => (f(row) ? 1 : 0))
  const mjd = 51544.5 + (survey.epoch - 2000) * 365.25
  const photometry = survey.bands.flatMap((band) => [
    [`${band}_flux`, number((r) => r.fluxes[band]!)] as const,
    [`${band}_fluxErr`, number((r) => r.fluxErrors[band]!)] as const,
  ])
  return Catalog.fromColumns(columnsOf(survey), {
    id: BigInt64Array.from(rows, (r) => r.id),
    coord_ra: number((r) => r.ra),
    coord_dec: number((r) => r.dec),
    coord_raErr: number((r) => r.positionError),
    coord_decErr: number((r) => r.positionError),
    epoch: number(() => mjd),
    pm_ra: number((r) => r.pmRa),
    pm_dec: number((r) => r.pmDec),
    pm_raErr: number((r) => r.pmError),
    pm_decErr: number((r) => r.pmError),
    ...Object.fromEntries(photometry),
    photometric: flag(() => true),
    resolved: flag((r) => r.resolved),
    variable: flag(() => false),
  })
}
