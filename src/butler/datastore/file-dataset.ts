import type { DatasetRef } from '../datasets/dataset-ref.ts'

/** An existing file to ingest, and the datasets it holds (one, unless its formatter serves several). */
export interface FileDataset {
  /** Absolute path, or relative to the repository root, or a `file://` URI. */
  readonly path: string
  readonly refs: readonly DatasetRef[]
  /** Name of the formatter that reads it; by default the one of the storage class. */
  readonly formatter?: string
  /** The part that the file holds, for a dataset stored in parts, and its storage class. */
  readonly component?: string
  readonly storageClass?: string
}

/** How files are taken in. */
export interface FileIntake {
  readonly transfer?: TransferMode | undefined
  /** Keep size and checksum of each file (the default), so that a damaged one is noticed; without, they are not even looked at. */
  readonly recordValidationInfo?: boolean
}

/** How a file comes into the repository; `undefined` wants it to be inside already. */
export type TransferMode =
  | 'auto'
  | 'copy'
  | 'move'
  | 'link'
  | 'hardlink'
  | 'symlink'
  | 'relsymlink'
  | 'direct'
  | 'split'
