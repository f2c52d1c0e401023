import type { DatasetRef } from '../datasets/dataset-ref.ts'
import { ArgumentError } from '../errors.ts'

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

const TRANSFER_MODES = [
  'auto',
  'copy',
  'move',
  'link',
  'hardlink',
  'symlink',
  'relsymlink',
  'direct',
  'split',
] as const

/** How a file comes into the repository; `undefined` wants it to be inside already. */
export type TransferMode = (typeof TRANSFER_MODES)[number]

/** How a file gets out of the repository. */
export const RETRIEVE_MODES = ['auto', 'copy', 'link', 'hardlink', 'symlink', 'relsymlink'] as const

/** Refuse a mode that plain JavaScript or JSON made up, which the types cannot. Throws `butler/argument`. */
export function requireMode(
  mode: string | undefined,
  known: readonly (string | undefined)[] = TRANSFER_MODES,
): void {
  if (mode === undefined || known.includes(mode)) return
  throw new ArgumentError(`There is no transfer mode '${String(mode)}'.`, {
    hint: `Known are ${known.join(', ')}.`,
  })
}
