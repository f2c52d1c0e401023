import type { DimensionUniverse } from '#butler'
import { freeze, loadConfig } from '#config'
import { assembleGraph } from '../../graph/assemble.ts'
import { makeTaskNode } from '../../graph/make-node.ts'
import { type MockSpec, mockNode, originalLabel } from '../../graph/mock.ts'
import type { PipelineGraph, TaskNode } from '../../graph/pipeline-graph.ts'
import type { TaskRegistry } from '../../task-registry.ts'
import type { DatasetNodes } from '../datasets.ts'

/** What a graph file needs besides itself: the dimensions, and the code of its tasks; without that it has datasets, and no quanta. */
export interface LoadParts {
  readonly tasks: TaskRegistry | undefined
  readonly universe: DimensionUniverse
}

interface SavedPipeline {
  readonly description: string
  readonly instrument: string | null
  readonly tasks: readonly {
    readonly label: string
    readonly className: string
    readonly config: string
    readonly mock?: MockSpec
  }[]
}

/** The pipeline of a graph file: tasks by class name with their saved configs, dataset types as the file has them. */
export async function loadPipelineGraph(
  file: string,
  { description, instrument, tasks: saved }: SavedPipeline,
  datasets: ReadonlyMap<string, DatasetNodes>,
  { tasks, universe }: LoadParts,
): Promise<PipelineGraph> {
  const nodes: TaskNode[] = []
  for (const { label, className, config: text, mock } of saved) {
    if (tasks === undefined) break
    const task = await tasks.load(className)
    const config = task.config.make()
    await loadConfig(config, text, {
      file: `${file} (${label})`,
      findTarget: (target) => tasks.findTarget(target),
    })
    const plain = mock === undefined ? label : originalLabel(label)
    const node = makeTaskNode(
      plain,
      task,
      freeze(config),
      universe,
      (type) => datasets.get(type)?.type.dimensions,
    )
    nodes.push(mock === undefined ? node : mockNode(node, mock))
  }
  return assembleGraph(
    {
      universe,
      description,
      instrument: instrument ?? undefined,
      tasks: nodes,
      subsets: new Map(),
      steps: [],
    },
    (type) => datasets.get(type)?.type,
  )
}
