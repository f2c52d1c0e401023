import type { DatasetRef } from '../datasets/dataset-ref.ts'
import type { FileDatastore } from './file-datastore.ts'

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
  datastore: FileDatastore,
  ref: DatasetRef | undefined,
  look: boolean,
): Promise<DatasetExistence> {
  if (ref === undefined)
    return { recorded: false, inDatastore: false, fileSeen: false, assumed: false, exists: false }
  const records = await datastore.records.of(ref.id)
  const inDatastore = records.length > 0
  if (!look) return { recorded: true, inDatastore, fileSeen: false, assumed: true, exists: inDatastore }
  let fileSeen = inDatastore
  for (const record of records) fileSeen &&= await datastore.artifactExists(record)
  return { recorded: true, inDatastore, fileSeen, assumed: false, exists: fileSeen }
}
