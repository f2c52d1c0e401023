import { ArgumentError, type Butler, type DimensionRecord, recordInput } from '#butler'
import { type Context, defaultContext, fromHex } from '#core'
import { decodeRegion, type Region } from '#geom'
import type { Instrument } from '../instrument.ts'

export interface UpdateRegionsOptions {
  readonly collections: readonly string[]
  readonly where?: string
  /** Dataset type of the geometries: StorageClass VisitGeometry, dimensions instrument and visit. */
  readonly datasetType?: string
  /** Visits in one transaction. */
  readonly batchSize?: number
}

/** A pointing and outlines as fitted to stars, where those of the records are as the telescope believed. Degrees. */
interface VisitGeometry {
  readonly boresightRa: number
  readonly boresightDec: number
  readonly orientation: number
  readonly visit: Region
  readonly detectors: readonly (readonly [detector: number, region: Region])[]
}

/**
 * Write what visit geometries say into the records: the regions of visit and detectors, and the pointing of the exposure of the
 * visit's number. @returns the visits
 * @see lsst.obs.base.VisitGeometry.update_dimension_records
 */
export async function updateDimensionRegions(
  butler: Butler,
  { name: instrument }: Instrument,
  { collections, where, datasetType = 'visit_geometry', batchSize = 11 }: UpdateRegionsOptions,
  ctx: Context = defaultContext(),
): Promise<readonly number[]> {
  if (batchSize < 1) throw new ArgumentError(`A batch of ${batchSize} visits is none.`)
  const own = `instrument = '${instrument}'`
  const query = { where: where === undefined ? own : `(${where}) AND ${own}`, limit: null, explain: false }
  const refs = await butler.queryDatasets(datasetType, { ...query, collections, orderBy: 'visit' })
  const visits = refs.map((ref) => Number(ref.dataId['visit']))
  const records = async (element: string): Promise<ReadonlyMap<number, DimensionRecord>> => {
    const found = await butler.queryDimensionRecords(element, { where: own, limit: null, explain: false })
    return new Map(found.map((record) => [Number(record.id), record]))
  }
  const [visitRecords, exposureRecords] = [await records('visit'), await records('exposure')]
  for (let begin = 0; begin < refs.length; begin += batchSize) {
    ctx.signal.throwIfAborted()
    await butler.transaction(async (inside) => {
      const { registry } = inside
      for (const ref of refs.slice(begin, begin + batchSize)) {
        const visit = Number(ref.dataId['visit'])
        const geometry = readGeometry(await inside.get(ref), ref.toString())
        const exposure = exposureRecords.get(visit)
        if (exposure !== undefined)
          await registry.insertDimensionData(
            'exposure',
            [{ ...recordInput(exposure), ...pointing(geometry) }],
            {
              replace: true,
            },
          )
        const record = recordInput(visitRecords.get(visit)!)
        await registry.insertDimensionData('visit', [{ ...record, region: geometry.visit }], {
          replace: true,
        })
        const rows = geometry.detectors.map(([detector, region]) => ({ instrument, visit, detector, region }))
        await registry.insertDimensionData('visit_detector_region', rows, { replace: true })
      }
    })
  }
  ctx.log.info(`Records for ${visits.length} visits updated.`)
  return visits
}

const pointing = ({ boresightRa, boresightDec, orientation }: VisitGeometry) => ({
  tracking_ra: boresightRa,
  tracking_dec: boresightDec,
  sky_angle: orientation,
})

/** A geometry as the stack's model of this name serializes: numbers, and regions as their bytes in hexadecimal. */
function readGeometry(value: unknown, where: string): VisitGeometry {
  const wrong = (field: string) =>
    new ArgumentError(`${where} is no visit geometry: '${field}' is missing or of another kind.`)
  if (typeof value !== 'object' || value === null) throw wrong('boresight_ra')
  const fields = value as Readonly<Record<string, unknown>>
  const number = (field: string) => {
    const found = fields[field]
    if (typeof found !== 'number') throw wrong(field)
    return found
  }
  const region = (hex: unknown, field: string) => {
    if (typeof hex !== 'string' || !/^([0-9a-f]{2})+$/i.test(hex)) throw wrong(field)
    return decodeRegion(fromHex(hex))
  }
  const detectors = fields['detector_regions'] ?? {}
  return {
    boresightRa: number('boresight_ra'),
    boresightDec: number('boresight_dec'),
    orientation: number('orientation'),
    visit: region(fields['visit_region'], 'visit_region'),
    detectors: Object.entries(detectors).map(([id, hex]) => [Number(id), region(hex, 'detector_regions')]),
  }
}
