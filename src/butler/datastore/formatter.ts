import type { ByteSource, FileWrite } from '#core'
import type { Origin } from '../datasets/provenance.ts'

export interface ReadOptions {
  /** Read only this part, e.g. `wcs`; undefined for the whole. */
  readonly component?: string | undefined
  /** What `get` was given: `columns`, `bbox` … */
  readonly parameters?: Readonly<Record<string, unknown>> | undefined
  /** The storage class to hand back. */
  readonly storageClass: string
}

/** Reads and writes the files of one format. */
export interface Formatter {
  /** The anchor's Python class path; it is written in the datastore records, so that the real Butler can read the file. */
  readonly name: string
  /** With the dot: `.fits`, `.parq`. */
  readonly extension: string
  /** Other extensions it can read, for ingest. */
  readonly alsoReads?: readonly string[]
  read(source: ByteSource, options: ReadOptions): Promise<unknown>
  /** `origin`, where it is known, goes into the file if the format has a place for it. */
  write(value: unknown, storageClass: string, origin?: Origin): Promise<FileWrite> | FileWrite
}

/** Which formatter writes a storage class, and which one reads a record that names one. */
export interface FormatterRegistry {
  /** By lookup keys, most specific first (dataset type, dimensions, storage class …); undefined when none of them is known. */
  forKeys(keys: readonly string[]): Formatter | undefined
  /** By the name in a datastore record. */
  byName(name: string): Formatter | undefined
  /** The keys that `forKeys` knows: storage classes, and what a caller of ours added. */
  readonly keys: readonly string[]
  /** How values of a storage class come apart and together; undefined for plain objects, whose parts are their properties. */
  delegate?(storageClass: string): Delegate | undefined
}

/** Takes a composite value apart into its stored components, and puts it together again. */
export interface Delegate {
  /** Parts by component name; those that the value lacks are left out. */
  disassemble(value: unknown): Readonly<Record<string, unknown>>
  assemble(parts: Readonly<Record<string, unknown>>): unknown
  /** A read-only component (`bbox`), and the stored one that it is computed from. */
  derived?(
    component: string,
  ): { readonly from: string; readonly compute: (part: unknown) => unknown } | undefined
}
