import type { DatasetRef } from '../datasets/dataset-ref.ts'
import type { Datastore } from './datastore.ts'

/** What is known of a dataset's existence, as the anchor's flags: recorded 1, in the datastore 2, file seen 4, not looked 8. */
export interface DatasetExistence {
  readonly recorded: boolean
  readonly inDatastore: boolean
  readonly fileSeen: boolean
  /** The file was not looked for. */
  readonly assumed: boolean
  /** Stored, as far as was looked. */
  readonly exists: boolean
}

/** `ref`: the dataset as the registry knows it, or undefined. `look`: see whether its files are there. */
export async function existenceOf(
  datastore: Datastore,
  ref: DatasetRef | undefined,
  look: boolean,
): Promise<DatasetExistence> {
  if (ref === undefined)
    return { recorded: false, inDatastore: false, fileSeen: false, assumed: false, exists: false }
  const stored = await datastore.storedOne(ref.id)
  const inMemory = datastore.isInMemory(ref.id)
  const inDatastore = stored !== undefined || inMemory
  if (!look) return { recorded: true, inDatastore, fileSeen: false, assumed: true, exists: inDatastore }
  let fileSeen = inDatastore
  if (stored !== undefined && !inMemory)
    for (const record of stored.records) fileSeen &&= await stored.store.artifactExists(record)
  return { recorded: true, inDatastore, fileSeen, assumed: false, exists: fileSeen }
}
