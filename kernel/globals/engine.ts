import type { Butler, DatasetRef } from '#butler'
import type { ByteSource } from '#core'
import type { FitsFile } from '#fits'
import type { QuantumResult } from '#pipeline'
import type { QueryParam } from '#sql'
import type { Catalog } from '#table'
import type { OpenRepoOptions } from '../engine/session-butler.ts'
import type { Collections, TypedButler } from './typed-butler.ts'

/** Session globals that use the engine, as cells see them. */

/** The open repository: the one of `openRepo`, else that of FIRSTLIGHT_REPO. */
export declare let butler: TypedButler

/** Open a repository as the session's `butler`; paths are taken from the notebook's folder. */
export declare function openRepo(path: string, options?: OpenRepoOptions): Promise<TypedButler>

/** Open another repository beside the session's, to compare or to transfer datasets; `sql` and the magics do not see it. */
export declare function openButler(path: string, options?: OpenRepoOptions): Promise<Butler>

/** Let `butler` and `sql` search these collections from now on; a name, a list, or wildcards. */
export declare function useCollections(collections: Collections): Promise<TypedButler>

/** What may stand in a `${…}` of a query: a value to bind, or a catalog to read from. */
export type SqlValue = QueryParam | Catalog

/**
 * SQL over the datasets of the open repository: a table is a dataset type, its data-ID dimensions are columns, rows come
 * from the files the butler finds first in its collections. Values in the template are bound, never pasted.
 */
export interface SqlTag {
  (strings: TemplateStringsArray, ...values: readonly SqlValue[]): Promise<Catalog>
  /** A statement in a string, with `$1`, `$2` … for values. */
  query(text: string, parameters?: readonly QueryParam[]): Promise<Catalog>
  /** Give a catalog a table name. */
  table(name: string, catalog: Catalog): Promise<void>
}
export declare const sql: SqlTag

/** Open a FITS file by path (from the notebook's folder), or from bytes. */
export declare function openFits(source: string | Uint8Array | ByteSource): Promise<FitsFile>

/** What `%%pipeline` and `%%pipetask run` give. */
export interface PipelineRun {
  /** RUN collection that was written. */
  readonly run: string
  /** The chain it was put in front of. */
  readonly output: string | undefined
  readonly state: 'done' | 'failed' | 'cancelled'
  readonly quanta: readonly QuantumResult[]
  /** Those of `quanta` that failed, each with its error. */
  readonly failures: readonly QuantumResult[]
  /** Datasets of a type (or of all types) that the run wrote. */
  refs(type?: string): Promise<readonly DatasetRef[]>
}

export interface EngineMagic {
  sql(args: string, body?: string): Promise<Catalog>
  pipeline(args: `${string}--show${string}`, body: string): Promise<undefined>
  pipeline(args: string, body: string): Promise<PipelineRun>
  pipetask(args: `run ${string}`, body?: string): Promise<PipelineRun>
  pipetask(args: string, body?: string): Promise<PipelineRun | undefined>
  passed<T extends PipelineRun | undefined>(run: T): T
  butler(args: string): Promise<void>
}
export declare const __engine: EngineMagic
