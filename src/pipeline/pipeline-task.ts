import type { Butler, DataCoordinate, DatasetRef } from '#butler'
import {
  type Config,
  type ConfigClass,
  configField,
  defineConfig,
  extendConfig,
  field,
  type Field,
} from '#config'
import type { Connection, Connections, GivenOf, ValuesOf } from './connections.ts'
import type { QuantumContext, TaskContext } from './task.ts'

/** Edits a task may make to its connections once its config is known. */
export interface ConnectionEditor<Name extends string = string> {
  remove(name: Name): void
  /** Replace parts of a connection: its dimensions, storage class, minimum … */
  change(name: Name, parts: Partial<Connection>): void
  setDimensions(dimensions: readonly string[]): void
}

/** What `adjustQuantum` sees and may shorten: refs by connection name. */
export type RefsByConnection = Readonly<Record<string, readonly DatasetRef[]>>

export interface AdjustedRefs {
  readonly inputs?: RefsByConnection
  readonly outputs?: RefsByConnection
}

/**
 * All quanta of a task together, with what is there for them and before anybody has counted whether that is enough. Connections of one
 * dataset type have the same datasets.
 */
export interface QuantaAdjuster<K extends Config = Config> {
  readonly label: string
  readonly config: K
  /** For questions to the repository. */
  readonly butler: Butler
  /** Of the quanta that are left, with records. */
  dataIds(): readonly DataCoordinate[]
  /** Data IDs of a quantum's regular inputs, by connection. */
  inputs(quantum: DataCoordinate): Readonly<Record<string, readonly DataCoordinate[]>>
  prerequisites(quantum: DataCoordinate): RefsByConnection
  outputs(quantum: DataCoordinate): Readonly<Record<string, readonly DataCoordinate[]>>
  /** Give a quantum another regular input, which the graph must have. */
  addInput(quantum: DataCoordinate, connection: string, dataset: DataCoordinate): void
  /** Give a quantum a prerequisite of another of these quanta. */
  addPrerequisite(quantum: DataCoordinate, connection: string, dataset: DatasetRef): void
  /** Let a quantum make what another was to make. */
  moveOutput(quantum: DataCoordinate, connection: string, dataset: DataCoordinate): void
  /** Take a quantum out of the graph; what it would make is not there for later tasks. */
  remove(quantum: DataCoordinate, why?: string): void
}

/** Reads and writes of one quantum, for tasks that do not want everything loaded before `run`. */
export interface QuantumIo {
  readonly inputs: RefsByConnection
  readonly outputs: RefsByConnection
  get<T = unknown>(ref: DatasetRef): Promise<T>
  put(value: unknown, ref: DatasetRef): Promise<void>
}

type Init<C extends Connections> = ValuesOf<C, 'initInput'>
type Run<C extends Connections> = GivenOf<C, 'output'>

export interface PipelineTaskDefinition<C extends Connections, K extends Config> {
  /** The anchor's Python path, e.g. `lsst.ip.isr.IsrTask`: pipeline files name it. */
  readonly className: string
  /** Default label, and name of the instrument's override file. */
  readonly defaultName: string
  readonly dimensions: readonly string[]
  readonly defaultTemplates?: Readonly<Record<string, string>>
  /** Why not to set a template any more. */
  readonly deprecatedTemplates?: Readonly<Record<string, string>>
  readonly connections: C
  readonly config: ConfigClass<K>
  /** Take out or change connections by the config. */
  readonly adjustConnections?: (config: K, edit: ConnectionEditor<Extract<keyof C, string>>) => void
  /**
   * Inputs and outputs whose places on the sky, with that of the quantum, tell which reference catalogs it needs. A task that has neither
   * these nor a place of its own is given those of the whole sky. Connections that the config took out do not count.
   */
  readonly spatialBounds?: readonly Extract<keyof C, string>[]
  /** The same for times and calibrations: from the first begin to the last end. */
  readonly temporalBounds?: readonly Extract<keyof C, string>[]
  /** See all quanta of a graph together with all that was found for them: take some out, share inputs, before `adjustQuantum` sees each. */
  readonly adjustAllQuanta?: (quanta: QuantaAdjuster<K>) => void | Promise<void>
  /** Drop inputs or outputs of one quantum, or throw NoWorkFound to drop it. */
  readonly adjustQuantum?: (
    inputs: RefsByConnection,
    outputs: RefsByConnection,
    about: { readonly label: string; readonly dataId: DatasetRef['dataId']; readonly config: K },
  ) => AdjustedRefs | undefined
  /** Make what is written once for a run (schemas) from what is read once. */
  readonly init?: (inputs: Init<C>, context: TaskContext<K>) => GivenOf<C, 'initOutput'>
  readonly run: (
    inputs: ValuesOf<C, 'input' | 'prerequisite'>,
    context: QuantumContext<K>,
    init: Init<C>,
  ) => Promise<Run<C>> | Run<C>
  /** Read and write by yourself instead of `run`'s everything before, everything after. */
  readonly runQuantum?: (io: QuantumIo, context: QuantumContext<K>, init: Init<C>) => Promise<void>
}

/** A task of pipelines, its types forgotten: what registries, graphs and executors handle. */
export interface PipelineTask {
  readonly className: string
  readonly defaultName: string
  readonly dimensions: readonly string[]
  readonly defaultTemplates: Readonly<Record<string, string>>
  readonly connections: Connections
  /** With the fields every pipeline task has: `saveLogOutput` first, `connections` last. */
  readonly config: ConfigClass<PipelineTaskConfig>
  readonly adjustConnections?: (config: Config, edit: ConnectionEditor) => void
  readonly spatialBounds?: readonly string[]
  readonly temporalBounds?: readonly string[]
  readonly adjustAllQuanta?: (quanta: QuantaAdjuster) => void | Promise<void>
  readonly adjustQuantum?: (
    inputs: RefsByConnection,
    outputs: RefsByConnection,
    about: { readonly label: string; readonly dataId: DatasetRef['dataId']; readonly config: Config },
  ) => AdjustedRefs | undefined
  readonly init?: (
    inputs: Readonly<Record<string, unknown>>,
    context: TaskContext,
  ) => Readonly<Record<string, unknown>>
  run(
    inputs: Readonly<Record<string, unknown>>,
    context: QuantumContext,
    init: Readonly<Record<string, unknown>>,
  ): Promise<Readonly<Record<string, unknown>>> | Readonly<Record<string, unknown>>
  readonly runQuantum?: (
    io: QuantumIo,
    context: QuantumContext,
    init: Readonly<Record<string, unknown>>,
  ) => Promise<void>
}

/** Fields of every pipeline task's config. */
export type PipelineTaskConfig = Config & {
  saveLogOutput: boolean
  /** Dataset type name of each connection, and each name template. */
  readonly connections: Config & Readonly<Record<string, string>>
}

/**
 * Declare a pipeline task. `run` gets one property a connection (`inputs.ccdExposure`), typed by its storage class,
 * `multiple`, `deferLoad` and `minimum`, and returns one an output.
 */
export function definePipelineTask<const C extends Connections, K extends Config>(
  definition: PipelineTaskDefinition<C, K>,
): PipelineTask & { readonly definition: PipelineTaskDefinition<C, K> } {
  const { defaultTemplates = {} } = definition
  const task = { ...definition, defaultTemplates, config: withCommonFields(definition as never), definition }
  return task as unknown as PipelineTask & { readonly definition: PipelineTaskDefinition<C, K> }
}

function withCommonFields(definition: PipelineTaskDefinition<Connections, Config>): ConfigClass<Config> {
  const { config, connections, defaultTemplates = {}, deprecatedTemplates = {} } = definition
  const names: Record<string, Field<string>> = {}
  for (const [name, connection] of Object.entries(connections))
    names[name] = field('str', {
      default: connection.name,
      doc: `name for connection ${name}`,
      ...(connection.deprecated !== undefined && { deprecated: connection.deprecated }),
    })
  for (const [name, value] of Object.entries(defaultTemplates))
    names[name] = field('str', {
      default: value,
      doc: `Template parameter used to format corresponding field template parameter`,
      ...(Object.hasOwn(deprecatedTemplates, name) && { deprecated: deprecatedTemplates[name] ?? '' }),
    })
  const connectionsConfig = defineConfig({
    name: 'lsst.pipe.base.config.Connections',
    fields: names,
  })
  const first = extendConfig(config, {
    name: config.name,
    first: true,
    fields: {
      saveLogOutput: field('bool', {
        default: true,
        doc: 'Flag to enable/disable saving of log output for a task, enabled by default.',
      }),
    },
  })
  return extendConfig(first, {
    name: config.name,
    fields: {
      connections: configField(connectionsConfig, {
        doc: 'Configurations describing the connections of the PipelineTask to datatypes',
      }),
    },
  })
}
