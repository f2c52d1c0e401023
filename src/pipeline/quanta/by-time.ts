import type { Butler, DataCoordinate, DatasetRef, DatasetType } from '#butler'
import type { Timespan } from '#time'
import type { PrerequisiteFinder } from './prerequisites.ts'

/** With more look-ups than this, all validity ranges of the type are read at once. */
const FEW = 64

/** Calibrations by data ID and the time of the quantum. */
export function byTime(
  butler: Butler,
  type: DatasetType,
  quanta: readonly DataCoordinate[],
  collections: readonly string[],
): PrerequisiteFinder | Promise<PrerequisiteFinder> {
  const wanted = new Set<string>()
  for (const quantum of quanta) {
    wanted.add(lookupKey(quantum, type))
    if (wanted.size > FEW) return timeTable(butler, type, collections)
  }
  return timeLookup(butler, type, collections)
}

const lookupKey = (quantum: DataCoordinate, type: DatasetType): string =>
  `${quantum.subset(type.dimensions).key}|${quantum.timespan?.nsec.join() ?? ''}`

/** One question to the registry for each data ID and time, kept for quanta that share them. */
export function timeLookup(
  butler: Butler,
  type: DatasetType,
  collections: readonly string[],
): PrerequisiteFinder {
  const known = new Map<string, Promise<DatasetRef | undefined>>()
  return async (quantum) => {
    const { timespan } = quantum
    const key = lookupKey(quantum, type)
    const coordinate = quantum.subset(type.dimensions)
    const asked =
      known.get(key) ?? butler.findDataset(type, coordinate, { collections, ...(timespan && { timespan }) })
    known.set(key, asked)
    const ref = await asked
    return ref === undefined ? [] : [ref]
  }
}

interface Valid {
  readonly collection: string
  /** Undefined: in a RUN or TAGGED collection, valid for ever. */
  readonly timespan: Timespan | undefined
  readonly ref: DatasetRef
}

/** All datasets of the type with their validity, read once; what is not plain is asked of the registry. */
export async function timeTable(
  butler: Butler,
  type: DatasetType,
  collections: readonly string[],
): Promise<PrerequisiteFinder> {
  const single = timeLookup(butler, type, collections)
  const byData = new Map<string, Valid[]>()
  for (const { ref, collection, timespan } of await butler.registry.queryDatasetAssociations(type.name, {
    collections,
  })) {
    const list = byData.get(ref.coordinate.key)
    const entry = { collection, timespan, ref }
    if (list === undefined) byData.set(ref.coordinate.key, [entry])
    else list.push(entry)
  }
  return (quantum) => {
    const { timespan } = quantum
    if (timespan === undefined) return single(quantum)
    const all = byData.get(quantum.subset(type.dimensions).key) ?? []
    const valid = all.filter((v) => v.timespan === undefined || v.timespan.overlaps(timespan))
    const [first] = collections.flatMap((name) => {
      const own = valid.filter((v) => v.collection === name)
      return own.length === 0 ? [] : [own]
    })
    if (first === undefined) return Promise.resolve([])
    // Several at once in one collection: the registry says what is wrong.
    if (first.length > 1) return single(quantum)
    return Promise.resolve(first.map((v) => v.ref))
  }
}
