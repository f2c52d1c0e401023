import type { Butler, DataId, DatasetTypeSpec } from '#butler'
import { Instant, Timespan } from '#time'
import { calibCollection, curatedRun, type Instrument, unboundedRun } from '../instrument.ts'

/** A calibration kept by people: what it is, of what, and from when it holds (undefined: always). */
export interface CuratedCalibration {
  readonly type: DatasetTypeSpec
  readonly dataId: DataId
  /** ISO date and time, TAI. */
  readonly from: string | undefined
  readonly value: unknown
}

/**
 * Write calibrations into their runs (`INSTR/calib/unbounded`, `INSTR/calib/curated/DATE`) and certify them in `INSTR/calib`, each from
 * its date to the next one of the same type and data ID. Those that are there already are left alone.
 * @see lsst.obs.base.Instrument.writeCuratedCalibrations
 */
export async function writeCuratedCalibrations(
  butler: Butler,
  { name }: Instrument,
  calibrations: readonly CuratedCalibration[],
): Promise<number> {
  const collection = calibCollection(name)
  await butler.collections.register(collection, 'CALIBRATION')
  const dates = [...new Set(calibrations.map((c) => c.from).filter((d) => d !== undefined))].sort()
  await butler.collections.register(unboundedRun(name), 'RUN')
  for (const date of dates) await butler.collections.register(curatedRun(name, date), 'RUN')
  for (const type of new Set(calibrations.map((c) => c.type))) await butler.registry.registerDatasetType(type)
  let written = 0
  for (const calibration of calibrations)
    if (await writeOne(butler, calibration, collection, name, nextDate(calibration, calibrations))) written++
  return written
}

async function writeOne(
  butler: Butler,
  { type, dataId, from, value }: CuratedCalibration,
  collection: string,
  instrument: string,
  until: string | undefined,
): Promise<boolean> {
  const run = from === undefined ? unboundedRun(instrument) : curatedRun(instrument, from)
  const known = await butler.findDataset(type.name, dataId, { collections: run })
  if (known !== undefined) return false
  const at = (date: string | undefined) => (date === undefined ? null : Instant.fromIso(date, 'tai'))
  await butler.transaction(async (inside) => {
    const ref = await inside.put(value, type.name, dataId, { run })
    await inside.registry.certify(collection, [ref], Timespan.between(at(from), at(until)))
  })
  return true
}

function nextDate(
  { type, dataId, from }: CuratedCalibration,
  all: readonly CuratedCalibration[],
): string | undefined {
  if (from === undefined) return undefined
  const key = JSON.stringify(dataId)
  const later = all.filter(
    (c) => c.type === type && c.from !== undefined && c.from > from && JSON.stringify(c.dataId) === key,
  )
  return later.map((c) => c.from).sort()[0]
}
