/** A record whose file is not as it says. */
export interface BrokenRecord {
  readonly id: string
  readonly component: string | undefined
  /** As recorded: relative to the repository, or an address. */
  readonly path: string
  readonly datasetType: string
  readonly run: string
  /** What is wrong: `missing`, or sizes or checksums that differ. */
  readonly why: string
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
  /** Records without their file. */
  readonly missing: readonly BrokenRecord[]
  /** Records whose file has another size (or, when looked at, checksum). */
  readonly damaged: readonly BrokenRecord[]
  /** Ids of deleted datasets whose files were not yet removed. */
  readonly trash: readonly string[]
  /** Ids with records, but no place in the datastore. */
  readonly adrift: readonly string[]
  /** What the database says of itself when it is not well. */
  readonly database: readonly string[]
}

/** Problems that `mend` takes away. */
export const mendable = (r: CheckReport): number =>
  r.temporaries.length + r.orphans.length + r.missing.length + new Set(r.trash).size + r.adrift.length

/** Problems that only a person can solve: bytes that changed, a broken database. */
export const unmendable = (r: CheckReport): number => r.damaged.length + r.database.length
