import { choiceField, defineConfig, dictField, field, type InstanceOf, rangeField } from '#config'
import { FirstlightError } from '#core'
import type { Box2I } from '#geom'
import { defineTask } from '#pipeline'
import { Catalog } from '#table'
import type { Instant } from '#time'
import type { SkyWcs } from '#wcs'

/** Objects of a reference catalog on an image, brightest first; arrays run in parallel. */
export interface ReferenceObjects {
  readonly id: BigInt64Array
  /** At the epoch of the image, radians. */
  readonly ra: Float64Array
  readonly dec: Float64Array
  /** Error of a coordinate at that epoch, radians on the sky. */
  readonly error: Float64Array
  /** Where the image's first WCS puts them, PARENT pixels. */
  readonly x: Float64Array
  readonly y: Float64Array
  /** nJy in the band of the image. */
  readonly flux: Float64Array
  readonly fluxErr: Float64Array
  /** Which column `flux` is. */
  readonly fluxField: string
  /** All columns of the same objects. */
  readonly catalog: Catalog
}

export const LoadReferenceObjectsConfig = defineConfig({
  name: 'lsst.meas.algorithms.loadReferenceObjects.LoadReferenceObjectsConfig',
  fields: {
    pixelMargin: rangeField('int', {
      min: 0,
      default: 300,
      doc: 'Padding to add to 4 all edges of the bounding box (pixels)',
    }),
    filterMap: dictField('str', 'str', {
      default: {},
      doc: 'Mapping of camera filter name: reference catalog filter name; each reference filter must exist in the refcat. A band that is not named stands for itself.',
    }),
    anyFilterMapsToThis: field('str', {
      default: null,
      optional: true,
      doc: 'Always use this reference catalog filter, no matter whether or what filter is supplied to the loader.',
    }),
    requireProperMotion: field('bool', {
      default: false,
      doc: 'Require that the fields needed to correct proper motion (epoch, pm_ra and pm_dec) are present?',
    }),
    properMotion: choiceField('str', {
      allowed: {
        apply: 'move objects to the date of the exposure',
        ignore: 'leave them at the epoch of the catalog',
      },
      default: 'apply',
      doc: 'What to do with proper motions where the catalog has them.',
    }),
  },
})
export type LoadReferenceObjectsConfig = InstanceOf<typeof LoadReferenceObjectsConfig>

/** The image that reference objects are wanted for. */
export interface ReferenceRequest {
  readonly bbox: Box2I
  readonly wcs: SkyWcs
  readonly band: string | undefined
  readonly date: Instant | undefined
}

/** Choose from shards of a reference catalog what may be on an image, moved to its date. @see lsst.meas.algorithms.ReferenceObjectLoader */
export const LoadReferenceObjectsTask = defineTask({
  className: 'lsst.meas.algorithms.loadIndexedReferenceObjects.LoadIndexedReferenceObjectsTask',
  defaultName: 'LoadIndexedReferenceObjects',
  config: LoadReferenceObjectsConfig,
  make: ({ config, log }) => ({
    /** @param shards parts of one catalog @throws FirstlightError 'tasks/no-reference-flux', 'tasks/no-proper-motion' */
    run(shards: readonly Catalog[], request: ReferenceRequest): ReferenceObjects {
      const all = shards.filter((shard) => shard.numRows > 0)
      const name = fluxFieldOf(shards, request.band, config)
      if (all.length === 0) log.warn('The reference catalog has no object near this image.')
      const objects = selectOnImage(all, name, request, config)
      log.info(`Loaded ${objects.ra.length} reference objects`)
      return objects
    },
  }),
})

/** `<band>_flux`, by the filter map. */
function fluxFieldOf(
  shards: readonly Catalog[],
  band: string | undefined,
  config: LoadReferenceObjectsConfig,
): string {
  const wanted =
    config.anyFilterMapsToThis ?? (band === undefined ? undefined : (config.filterMap.get(band) ?? band))
  const known = (shards[0]?.schema.names ?? []).filter((name) => name.endsWith('_flux'))
  const name = `${wanted}_flux`
  if (wanted !== undefined && (shards.length === 0 || known.includes(name))) return name
  throw new FirstlightError(
    'tasks/no-reference-flux',
    wanted === undefined
      ? 'The exposure does not say its band, so that no flux of the reference catalog can be chosen.'
      : `The reference catalog has no '${name}'; it has ${known.join(', ')}.`,
    { hint: 'Name the band of the catalog in filterMap or anyFilterMapsToThis.' },
  )
}

function selectOnImage(
  shards: readonly Catalog[],
  fluxField: string,
  { bbox, wcs, date }: ReferenceRequest,
  config: LoadReferenceObjectsConfig,
): ReferenceObjects {
  if (shards.length === 0) return nothing(fluxField)
  const all = Catalog.concat(shards)
  const sky = positionsAt(all, date, config)
  const { x, y } = wcs.skyToPixelArrays(sky.ra, sky.dec)
  const box = bbox.grow(config.pixelMargin)
  const flux = all.f64(fluxField)
  const rows = [...x.keys()]
    .filter((i) => Number.isFinite(x[i]! + y[i]!) && box.contains({ x: x[i]!, y: y[i]! }) && flux[i]! > 0)
    .sort((a, b) => flux[b]! - flux[a]!)
  const take = (values: Float64Array) => Float64Array.from(rows, (i) => values[i]!)
  const ids = all.i64('id')
  const fluxErr = all.has(`${fluxField}Err`) ? all.f64(`${fluxField}Err`) : new Float64Array(flux.length)
  return {
    id: BigInt64Array.from(rows, (i) => ids[i]!),
    ra: take(sky.ra),
    dec: take(sky.dec),
    error: take(sky.error),
    x: take(x),
    y: take(y),
    flux: take(flux),
    fluxErr: take(fluxErr),
    fluxField,
    catalog: all.take(Int32Array.from(rows)),
  }
}

const DAYS_A_YEAR = 365.25
const MOTION_COLUMNS = ['pm_ra', 'pm_dec', 'epoch'] as const

/** Directions and their errors, radians, moved to a date where the catalog knows motions. */
function positionsAt(catalog: Catalog, date: Instant | undefined, config: LoadReferenceObjectsConfig) {
  const [ra, dec] = [catalog.f64('coord_ra'), catalog.f64('coord_dec')]
  const numbers = (name: string) =>
    catalog.has(name) ? catalog.f64(name) : new Float64Array(catalog.numRows)
  const error = numbers('coord_raErr').map((v, i) => Math.hypot(v, numbers('coord_decErr')[i]!) / Math.SQRT2)
  const missing = MOTION_COLUMNS.filter((name) => !catalog.has(name))
  if (missing.length > 0 && config.requireProperMotion)
    throw new FirstlightError(
      'tasks/no-proper-motion',
      `The reference catalog has no ${missing.join(', ')}, which requireProperMotion wants.`,
      { hint: 'Set requireProperMotion=False, or use a catalog with proper motions.' },
    )
  if (missing.length > 0 || date === undefined || config.properMotion === 'ignore') return { ra, dec, error }
  const [pmRa, pmDec, epoch] = MOTION_COLUMNS.map((name) => catalog.f64(name)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  const now = date.toMjd('tai')
  const years = epoch.map((mjd) => (now - mjd) / DAYS_A_YEAR)
  const motionError = numbers('pm_raErr')
  const finite = (v: number) => (Number.isFinite(v) ? v : 0)
  return {
    ra: ra.map((v, i) => v + finite((pmRa[i]! * years[i]!) / Math.cos(dec[i]!))),
    dec: dec.map((v, i) => v + finite(pmDec[i]! * years[i]!)),
    error: error.map((v, i) => Math.hypot(v, finite(motionError[i]! * years[i]!))),
  }
}

function nothing(fluxField: string): ReferenceObjects {
  const none = new Float64Array(0)
  const catalog = Catalog.fromColumns([], {})
  const numbers = { ra: none, dec: none, error: none, x: none, y: none, flux: none, fluxErr: none }
  return { id: new BigInt64Array(0), ...numbers, fluxField, catalog }
}
