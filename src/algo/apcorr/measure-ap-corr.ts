import type { Box2I } from '#geom'
import { type ApCorrMap, type BoundedField, ChebyshevField } from '#image'
import { Chebyshev2D } from '#math'
import type { Catalog } from '#table'
import { algoError } from '../errors.ts'

export interface ApCorrOptions {
  /** Flux that the others are made to agree with. */
  readonly referenceFlux: string
  readonly order: number
  readonly rounds: number
  readonly nSigmaClip: number
  /** Fewer good stars than this beyond the number of terms lower the order. */
  readonly minDegreesOfFreedom: number
  /** Fields that may have no correction; others are an error. */
  readonly allowFailure: readonly string[]
}

/** Of lsst.meas.algorithms.MeasureApCorrConfig. */
export const DEFAULT_AP_CORR: ApCorrOptions = {
  referenceFlux: 'base_CircularApertureFlux_12_0',
  order: 2,
  rounds: 4,
  nSigmaClip: 3,
  minDegreesOfFreedom: 1,
  allowFailure: [],
}

export interface ApCorrResult {
  readonly map: ApCorrMap
  /** One line a field, in order: scatter of the ratios about the fit and stars used; undefined rms: it failed. */
  readonly fields: readonly {
    readonly name: string
    readonly rms: number | undefined
    readonly used: number
  }[]
  /** For each field the rows of the stars that its final fit used. */
  readonly usedRows: ReadonlyMap<string, Int32Array>
}

/**
 * Fit the ratio of the reference flux to each other flux over the image.
 * @param stars rows of the sources to use
 * @param fields plug-in names such as base_PsfFlux
 * @throws FirstlightError 'algo/too-few-apcorr-stars' naming the field
 * @see lsst.meas.algorithms.MeasureApCorrTask
 */
export function measureApCorr(
  sources: Catalog,
  stars: Int32Array,
  fields: readonly string[],
  bbox: Box2I,
  options: Partial<ApCorrOptions> = {},
): ApCorrResult {
  const o = { ...DEFAULT_AP_CORR, ...options }
  const map = new Map<string, BoundedField>()
  const usedRows = new Map<string, Int32Array>()
  const report: { name: string; rms: number | undefined; used: number }[] = []
  const good = (name: string, row: number) => {
    const value = sources.f64(`${name}_instFlux`)[row]!
    return sources.bool(`${name}_flag`)[row] === 0 && Number.isFinite(value) && value > 0
  }
  const reference = stars.filter((row) => good(o.referenceFlux, row))
  for (const name of fields) {
    const rows = reference.filter((row) => good(name, row))
    const fit = rows.length > o.minDegreesOfFreedom ? fitRatio(sources, rows, name, bbox, o) : undefined
    if (fit === undefined) {
      if (!o.allowFailure.includes(name))
        throw algoError(
          'too-few-apcorr-stars',
          `Unable to measure the aperture correction of ${name}: ${rows.length} good stars of ${stars.length} selected.`,
          { hint: 'Select more stars, or name the field in allowFailure.' },
        )
      report.push({ name, rms: undefined, used: rows.length })
      continue
    }
    map.set(`${name}_instFlux`, new ChebyshevField(bbox, fit.series))
    map.set(`${name}_instFluxErr`, constantField(bbox, fit.rms))
    usedRows.set(name, fit.rows)
    report.push({ name, rms: fit.rms, used: fit.rows.length })
  }
  return { map, fields: report, usedRows }
}

function fitRatio(sources: Catalog, all: Int32Array, name: string, bbox: Box2I, o: ApCorrOptions) {
  const x = sources.f64('base_SdssCentroid_x')
  const y = sources.f64('base_SdssCentroid_y')
  const reference = sources.f64(`${o.referenceFlux}_instFlux`)
  const flux = sources.f64(`${name}_instFlux`)
  const ratio = (row: number) => reference[row]! / flux[row]!
  let rows = all
  for (let round = 0; ; round++) {
    let order = o.order
    while (order > 0 && rows.length - ((order + 1) * (order + 2)) / 2 < o.minDegreesOfFreedom) order--
    if (rows.length < 1) return undefined
    const series = Chebyshev2D.fit(pick(x, rows), pick(y, rows), Float64Array.from(rows, ratio), {
      orderX: order,
      orderY: order,
      domain: domainOf(bbox),
    })
    const residual = Float64Array.from(rows, (row) => ratio(row) - series.evaluate(x[row]!, y[row]!))
    const terms = ((order + 1) * (order + 2)) / 2
    const rms = Math.sqrt(residual.reduce((s, v) => s + v * v, 0) / Math.max(1, rows.length - terms))
    const kept = rows.filter((_, i) => Math.abs(residual[i]!) <= o.nSigmaClip * rms)
    if (round === o.rounds || kept.length === rows.length || kept.length < 1) return { series, rms, rows }
    rows = kept
  }
}

const pick = (values: Float64Array, rows: Int32Array): Float64Array =>
  Float64Array.from(rows, (row) => values[row]!)

const domainOf = (bbox: Box2I) => ({ xMin: bbox.x0, xMax: bbox.x1, yMin: bbox.y0, yMax: bbox.y1 })

const constantField = (bbox: Box2I, value: number): ChebyshevField =>
  new ChebyshevField(bbox, new Chebyshev2D([value], 0, 0, domainOf(bbox)))
