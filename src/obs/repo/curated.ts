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

/** How the collections of curated calibrations are named. */
export interface CuratedNames {
  readonly labels?: readonly string[]
  /** Instead of the instrument's name. */
  readonly prefix?: string
  /** The calibration collection, whatever labels and prefix say. */
  readonly collection?: string
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
  { labels = [], prefix = name, collection = calibCollection(prefix, labels) }: CuratedNames = {},
): Promise<number> {
  const runOf = ({ from }: Pick<CuratedCalibration, 'from'>) =>
    from === undefined ? unboundedRun(prefix, labels) : curatedRun(prefix, from, labels)
  await butler.collections.register(collection, 'CALIBRATION')
  const runs = new Set([{ from: undefined }, ...calibrations].map(runOf))
  for (const run of [...runs].sort()) await butler.collections.register(run, 'RUN')
  for (const type of new Set(calibrations.map((c) => c.type))) await butler.registry.registerDatasetType(type)
  let written = 0
  for (const calibration of calibrations) {
    const until = nextDate(calibration, calibrations)
    if (await writeOne(butler, calibration, collection, runOf(calibration), until)) written++
  }
  return written
}

async function writeOne(
  butler: Butler,
  { type, dataId, from, value }: CuratedCalibration,
  collection: string,
  run: string,
  until: string | undefined,
): Promise<boolean> {
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
