/** Names of what rows have by number. */
export interface OwnerNames {
  readonly types: ReadonlyMap<number, string>
  readonly runs: ReadonlyMap<number, string>
}

/** A record whose file is not as it says. */
export interface BrokenRecord {
  readonly id: string
  readonly component: string | undefined
  /** As recorded: relative to the repository, or an address. */
  readonly path: string
  readonly datasetType: string
  readonly run: string
  /** What is wrong: `missing`, or what a person has to look at. */
  readonly why: string
}

/** A file of a known dataset that has lost its record. */
export interface UnrecordedFile {
  readonly id: string
  readonly path: string
  readonly datasetType: string
  readonly run: string
}

/** What a look at rows and files found. Paths are relative to the datastore's root. */
export interface CheckReport {
  readonly datasets: number
  readonly files: number
  /** Half-written files of writes that were cut off. */
  readonly temporaries: readonly string[]
  /** Files of datasets that no row knows: the process died before its commit. */
  readonly orphans: readonly string[]
  /** Files that are nobody's and do not look like datasets; they are left alone and are no problem. */
  readonly strangers: readonly string[]
  /** Files that a process at work may be about to record; they are left alone and are no problem. */
  readonly young: readonly string[]
  /** Files of known datasets without a record; mending writes it again. */
  readonly unrecorded: readonly UnrecordedFile[]
  /** Datasets that are said to be stored, but whose files are gone from the datastore. */
  readonly missing: readonly BrokenRecord[]
  /** Files that only a person can bring back: changed, incomplete, or on a disk or server that does not answer. */
  readonly damaged: readonly BrokenRecord[]
  /** Ids of deleted datasets whose files were not yet removed. */
  readonly trash: readonly string[]
  /** Ids with records, but no place in the datastore or one under its former name; mending gives known datasets theirs back. */
  readonly adrift: readonly string[]
  /** Why files that should go could not be removed. */
  readonly stuck: readonly string[]
  /** What the database says of itself when it is not well. */
  readonly database: readonly string[]
  /** Roots on servers that cannot list: what lies there without a record is not found. No problem, but good to know. */
  readonly unlisted: readonly string[]
  /** Datasets that are said to be in datastores which the configuration does not have: it may have them again. No problem either. */
  readonly elsewhere: readonly { readonly datastore: string; readonly datasets: number }[]
}

/** Problems that `mend` takes away. */
export const mendable = (r: CheckReport): number =>
  r.temporaries.length +
  r.orphans.length +
  r.unrecorded.length +
  r.missing.length +
  new Set(r.trash).size +
  r.adrift.length

/** Problems that only a person can solve. */
export const unmendable = (r: CheckReport): number => r.damaged.length + r.stuck.length + r.database.length
