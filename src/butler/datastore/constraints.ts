import type { DatasetRef } from '../datasets/dataset-ref.ts'
import type { DimensionUniverse } from '../dimensions/universe.ts'
import { RepositoryConfigError } from '../errors.ts'
import { instrumentOfKey, LookupTable } from './lookup.ts'

/** Which datasets a datastore takes: `accept` and `reject` of its configuration. */
export interface ConstraintLists {
  readonly accept: readonly ConstraintEntry[]
  readonly reject: readonly ConstraintEntry[]
}

/** A key (dataset type, `a+b`, storage class, `all`), or keys of one instrument: `instrument<HSC>: [raw]`. */
export type ConstraintEntry = string | Readonly<Record<string, readonly string[]>>

/** Whether a datastore takes a dataset. */
export type Accepts = (ref: DatasetRef) => boolean

/** Named wins over `all`, accepted over rejected; with a list of what is accepted, nothing else is. */
export function acceptance(
  { accept, reject }: ConstraintLists,
  universe: DimensionUniverse,
  where: string,
): Accepts {
  if (accept.length === 0 && reject.length === 0) return () => true
  const accepted = tableOf(accept, universe, where)
  const rejected = tableOf(reject, universe, where)
  if (accepted.named('all') === true && rejected.named('all') === true)
    throw new RepositoryConfigError(`${where} both accepts and rejects 'all'.`, {
      hint: 'Take one of them away.',
    })
  const byAll = (table: LookupTable<true>, ref: DatasetRef): boolean => {
    const { instrument } = ref.dataId
    return (
      table.named('all') ??
      table.named('all', instrument === undefined ? undefined : String(instrument)) ??
      false
    )
  }
  return (ref) => {
    if (accepted.find({ ref }) === true) return true
    if (rejected.find({ ref }) === true || byAll(rejected, ref)) return false
    return accepted.size === 0 || byAll(accepted, ref)
  }
}

function tableOf(
  list: readonly ConstraintEntry[],
  universe: DimensionUniverse,
  where: string,
): LookupTable<true> {
  const table = new LookupTable<true>(universe)
  for (const entry of list) {
    if (typeof entry === 'string') table.set(entry, true)
    else
      for (const [key, names] of Object.entries(entry)) {
        const instrument = instrumentOfKey(key)
        if (instrument === undefined)
          throw new RepositoryConfigError(
            `${where} has the key '${key}', which is not of the form instrument<NAME>.`,
          )
        for (const name of names) table.set(name, true, instrument)
      }
  }
  return table
}
