import type { DimensionGroup, DimensionUniverse } from '#butler'
import type { Config } from '#config'
import type { ConnectionKind, LookupFunction } from '../connections.ts'
import type { Subset, Step } from '../definition/pipeline.ts'
import type { PipelineTask } from '../pipeline-task.ts'
import type { MockSpec } from './mock.ts'

/** A connection of one labelled task, its dataset type name filled in. */
export interface Edge {
  /** Attribute of the task: `ccdExposure`. */
  readonly connection: string
  readonly kind: ConnectionKind
  /** Dataset type, without component. */
  readonly datasetType: string
  readonly component: string | undefined
  /** As the task wants or gives it; the dataset type's own may differ. */
  readonly storageClass: string
  readonly dimensions: DimensionGroup
  readonly multiple: boolean
  readonly deferLoad: boolean
  readonly minimum: number
  readonly isCalibration: boolean
  readonly deferGraphConstraint: boolean
  readonly lookup?: LookupFunction
}

/** One labelled task of a pipeline: class, frozen config, connections after the config had its say. */
export interface TaskNode {
  readonly label: string
  readonly task: PipelineTask
  readonly config: Config
  readonly dimensions: DimensionGroup
  readonly inputs: readonly Edge[]
  readonly prerequisites: readonly Edge[]
  readonly outputs: readonly Edge[]
  readonly initInputs: readonly Edge[]
  readonly initOutputs: readonly Edge[]
  /** Names of the inputs and outputs that say where and when prerequisites are looked for. */
  readonly spatialBounds: readonly string[]
  readonly temporalBounds: readonly string[]
  /** `isr_log`; undefined when the config says not to save logs. */
  readonly logName: string | undefined
  readonly metadataName: string
  readonly configName: string
  /** What is to be said of deprecated fields that were set and deprecated connections that are used. */
  readonly warnings: readonly string[]
  /** The task stands for another and only notes what that would read and make. */
  readonly mock?: MockSpec
}

/** A dataset type of a pipeline. */
export interface DatasetTypeNode {
  readonly name: string
  readonly dimensions: DimensionGroup
  /** Undefined while only a component of it is used and nobody says what the parent is. */
  readonly storageClass: string | undefined
  readonly isCalibration: boolean
  readonly isInit: boolean
  readonly isPrerequisite: boolean
  /** Label of the task that makes it. */
  readonly producer: string | undefined
  readonly consumers: readonly string[]
}

/** Tasks and dataset types with their edges. `tasks` is in execution order: ties go by label. */
export interface PipelineGraph {
  readonly universe: DimensionUniverse
  readonly description: string
  readonly instrument: string | undefined
  readonly tasks: readonly TaskNode[]
  readonly datasetTypes: ReadonlyMap<string, DatasetTypeNode>
  readonly subsets: ReadonlyMap<string, Subset>
  readonly steps: readonly Step[]
}

export const PACKAGES = 'packages'

/** Inputs, prerequisites and outputs of quanta: the edges that drawings show. */
export const runEdges = (
  node: TaskNode,
): { readonly ins: readonly Edge[]; readonly outs: readonly Edge[] } => ({
  ins: [...node.inputs, ...node.prerequisites],
  outs: node.outputs,
})

/** Labels of the tasks whose outputs each task reads. */
export function taskPredecessors(graph: PipelineGraph): ReadonlyMap<string, readonly string[]> {
  return new Map(
    graph.tasks.map((node) => {
      const makers = node.inputs.map((edge) => graph.datasetTypes.get(edge.datasetType)?.producer)
      return [node.label, [...new Set(makers.filter((label) => label !== undefined))]] as const
    }),
  )
}

/** Dataset types that the pipeline reads and does not make, by name. */
export const overallInputs = (graph: PipelineGraph): readonly DatasetTypeNode[] =>
  [...graph.datasetTypes.values()]
    .filter((t) => t.producer === undefined && !t.isInit)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
