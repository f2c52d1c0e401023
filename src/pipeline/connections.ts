import type { Butler, DataCoordinate, DatasetRef, DatasetType, DeferredDataset } from '#butler'
import type { StorageValue, TypeTag } from './storage-types.ts'

export type ConnectionKind = 'input' | 'prerequisite' | 'output' | 'initInput' | 'initOutput'

/** Find prerequisites in a task's own way instead of by data ID, time and overlap. */
export type LookupFunction = (
  type: DatasetType,
  butler: Butler,
  dataId: DataCoordinate,
  collections: readonly string[],
) => Promise<readonly DatasetRef[]>

export interface InitConnectionOptions {
  /** Dataset type name; `{fakes}` is a template filled from `connections.fakes`. */
  readonly name: string
  readonly storageClass: string
  readonly doc: string
  /** TypeScript type of the datasets, where the storage class does not tell. */
  readonly value?: TypeTag<unknown>
  /** May be taken out by `adjustConnections`: the task then gets undefined. */
  readonly optional?: boolean
  /** Why not to use it any more, and until when it is there: using or renaming it warns. */
  readonly deprecated?: string
}

export interface OutputOptions extends InitConnectionOptions {
  readonly dimensions: readonly string[]
  readonly multiple?: boolean
  readonly isCalibration?: boolean
}

export interface InputOptions extends OutputOptions {
  /** Hand over handles that read when asked. */
  readonly deferLoad?: boolean
  /** Fewest datasets a quantum needs: 1 unless said; 0 makes the input optional; above 1 needs `multiple`. */
  readonly minimum?: number
  /** Do not let existing datasets of this type limit the data IDs of the graph. */
  readonly deferGraphConstraint?: boolean
  /** Leave it out of the graph: whoever makes quanta by hand adds it. The task's own output may then be its input. */
  readonly deferBinding?: boolean
}

export interface PrerequisiteOptions extends InputOptions {
  readonly lookup?: LookupFunction
}

/** One declared connection of a task. */
export interface Connection {
  readonly kind: ConnectionKind
  readonly name: string
  readonly storageClass: string
  readonly doc: string
  readonly dimensions: readonly string[]
  readonly multiple: boolean
  readonly deferLoad: boolean
  readonly minimum: number
  readonly optional: boolean
  readonly isCalibration: boolean
  readonly deferGraphConstraint: boolean
  readonly deferBinding: boolean
  readonly deprecated?: string
  readonly lookup?: LookupFunction
}

declare const carried: unique symbol
/** A connection with the type that `run` gets or gives. */
export interface Typed<K extends ConnectionKind, V> extends Connection {
  readonly kind: K
  readonly [carried]?: V
}

type One<O> = O extends { readonly value: TypeTag<infer T> }
  ? T
  : O extends { readonly storageClass: infer S extends string }
    ? StorageValue<S>
    : unknown
type Loaded<O> = O extends { readonly deferLoad: true } ? DeferredDataset<One<O>> : One<O>
type Received<O> = O extends { readonly multiple: true }
  ? readonly Loaded<O>[] | (O extends { readonly optional: true } ? undefined : never)
  : O extends { readonly optional: true } | { readonly minimum: 0 }
    ? Loaded<O> | undefined
    : Loaded<O>
type Given<O> = O extends { readonly multiple: true } ? readonly One<O>[] : One<O>

const make = <T>(kind: ConnectionKind, options: Partial<PrerequisiteOptions> & InitConnectionOptions): T =>
  ({
    kind,
    name: options.name,
    storageClass: options.storageClass,
    doc: options.doc,
    dimensions: options.dimensions ?? [],
    multiple: options.multiple ?? false,
    deferLoad: options.deferLoad ?? false,
    minimum: options.minimum ?? 1,
    optional: options.optional ?? false,
    isCalibration: options.isCalibration ?? false,
    deferGraphConstraint: options.deferGraphConstraint ?? false,
    deferBinding: options.deferBinding ?? false,
    ...(options.deprecated !== undefined && { deprecated: options.deprecated }),
    ...(options.lookup && { lookup: options.lookup }),
  }) satisfies Connection as T

/** Datasets that earlier tasks make, or that are there; a quantum without them is not run. */
export const input = <const O extends InputOptions>(options: O): Typed<'input', Received<O>> => {
  checkMinimum(options)
  return make('input', options)
}

/** Datasets that must be there before: calibrations (by time), reference catalogs (by overlap). Missing, no graph is made. */
export const prerequisiteInput = <const O extends PrerequisiteOptions>(
  options: O,
): Typed<'prerequisite', Received<O>> => {
  checkMinimum(options)
  return make('prerequisite', options)
}

export const output = <const O extends OutputOptions>(
  options: O,
): Typed<'output', O extends { readonly optional: true } ? Given<O> | undefined : Given<O>> =>
  make('output', options)

/** Read once, when the task is made. */
export const initInput = <const O extends InitConnectionOptions>(options: O): Typed<'initInput', One<O>> =>
  make('initInput', options)

/** Written once for a run, before its first quantum: schemas. */
export const initOutput = <const O extends InitConnectionOptions>(options: O): Typed<'initOutput', One<O>> =>
  make('initOutput', options)

function checkMinimum({ name, minimum = 1, multiple = false }: InputOptions): void {
  if (minimum > 1 && !multiple)
    throw new RangeError(`Connection ${name}: minimum ${minimum} needs multiple: true`)
}

export type Connections = Readonly<Record<string, Connection>>

/** Values by connection name, of the connections of some kinds. */
export type ValuesOf<C extends Connections, K extends ConnectionKind> = {
  readonly [N in keyof C as C[N] extends { readonly kind: K } ? N : never]: C[N] extends Typed<
    ConnectionKind,
    infer V
  >
    ? V
    : never
}

/** As ValuesOf, with those that may be undefined left out at will. */
export type GivenOf<C extends Connections, K extends ConnectionKind> = Loose<ValuesOf<C, K>>
type Loose<T> = { readonly [N in keyof T as undefined extends T[N] ? never : N]: T[N] } & {
  readonly [N in keyof T as undefined extends T[N] ? N : never]?: T[N]
}
