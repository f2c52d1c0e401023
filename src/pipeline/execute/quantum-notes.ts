import { TaskMetadata, type StoredMetadata } from '../metadata.ts'
import { errorRecord } from './outcome.ts'
import { type ProcessFacts, Timer } from './timer.ts'

/** Of the job that runs many quanta, for the metadata of each: how long reading its graph took, and the like. */
export type JobMetadata = Readonly<Record<string, string | number>>

/**
 * The metadata of a quantum as lsst.pipe.base 30 writes it: phases prep, init, start and end with lsst.utils.timer's names and version,
 * each a list. It writes no `gc_metrics`, which the metadata of other releases have: neither do we.
 */
export class QuantumNotes {
  readonly metadata = new TaskMetadata()
  readonly timer: Timer

  constructor(label: string, process: ProcessFacts | undefined, job: JobMetadata | undefined) {
    this.timer = new Timer(process)
    this.metadata.child(label)
    this.metadata.child('quantum')
    for (const [key, value] of Object.entries(job ?? {})) this.metadata.child('job').set(key, value)
    this.mark('prep')
  }

  mark(phase: 'prep' | 'init' | 'start' | 'end'): void {
    this.timer.note(this.metadata.child('quantum'), phase)
  }

  /** How reading and writing datasets went. */
  set butler(metrics: Readonly<Record<string, number>>) {
    for (const [key, value] of Object.entries(metrics)) this.#set(`butler_metrics.${key}`, value)
  }

  set caveats(flags: number) {
    this.#set('caveats', flags)
  }

  set outputs(ids: readonly string[]) {
    this.#set('outputs', ids)
  }

  #set(key: string, value: number | readonly string[]): void {
    this.metadata.child('quantum').set(key, value)
  }
}

/** What is kept of an error in metadata and logs, as `ExceptionInfo` of lsst.pipe.base. */
export const exceptionInfo = (error: unknown) => {
  const { name, message } = errorRecord(error)
  return { type_name: name, message, metadata: {} }
}

/**
 * What the log of a quantum that failed has besides its records, where lsst.pipe.base looks for it: the error, the metadata, which are
 * a dataset only of quanta that succeeded, and the last quanta that ran in the same process before.
 */
export const failureExtra = (
  error: unknown,
  { metadata }: QuantumNotes,
  before: readonly string[],
): Readonly<Record<string, unknown>> => ({
  exception: exceptionInfo(error),
  metadata: storable(metadata.toStored()),
  ...(before.length > 0 && { previous_process_quanta: before }),
})

/** Without what TaskMetadata cannot hold, which would make the log unreadable: the quantum has failed already. */
function storable({ scalars, arrays, metadata }: StoredMetadata): StoredMetadata {
  const isScalar = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value)
  const isList = (list: readonly unknown[]): boolean =>
    list.every(isScalar) && new Set(list.map((value) => typeof value)).size <= 1
  return {
    scalars: pick(scalars, isScalar),
    arrays: pick(arrays, isList),
    metadata: Object.fromEntries(Object.entries(metadata).map(([name, child]) => [name, storable(child)])),
  }
}

const pick = <T>(
  values: Readonly<Record<string, T>>,
  keep: (value: T) => boolean,
): Readonly<Record<string, T>> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => keep(value)))
