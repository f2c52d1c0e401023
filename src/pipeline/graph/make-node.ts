import { splitComponent, type DimensionGroup, type DimensionUniverse } from '#butler'
import { type Config, deprecationsOf } from '#config'
import type { Connection, Connections } from '../connections.ts'
import { pipelineError } from '../errors.ts'
import type { ConnectionEditor, PipelineTask, PipelineTaskConfig } from '../pipeline-task.ts'
import type { Edge, TaskNode } from './pipeline-graph.ts'

/** Dimensions of a dataset type already known, for connections that only say `skypix`. */
export type KnownDimensions = (datasetType: string) => DimensionGroup | undefined

/** A task under a label with its finished config: connections adjusted, names filled in. */
export function makeTaskNode(
  label: string,
  task: PipelineTask,
  config: Config,
  universe: DimensionUniverse,
  known: KnownDimensions,
): TaskNode {
  const adjusted = adjust(task, config)
  const names = (config as PipelineTaskConfig).connections
  const bound = Object.entries(adjusted.connections).filter(([, spec]) => !spec.deferBinding)
  const edges = bound.map(([connection, spec]): Edge => {
    const [datasetType, component] = splitComponent(fill(names[connection] ?? spec.name, names, label))
    const { kind, storageClass, multiple, deferLoad, minimum, isCalibration, deferGraphConstraint, lookup } =
      spec
    return {
      connection,
      kind,
      datasetType,
      component,
      storageClass,
      dimensions: groupOf(spec.dimensions, datasetType, universe, known),
      multiple,
      deferLoad,
      minimum,
      isCalibration,
      // What need not be there must not limit the data.
      deferGraphConstraint: deferGraphConstraint || (kind !== 'output' && minimum === 0),
      ...(lookup && { lookup }),
    }
  })
  const ofKind = (kind: Edge['kind']): Edge[] => edges.filter((edge) => edge.kind === kind)
  const node: TaskNode = {
    label,
    task,
    config,
    dimensions: universe.group(adjusted.dimensions),
    inputs: ofKind('input'),
    prerequisites: ofKind('prerequisite'),
    outputs: ofKind('output'),
    initInputs: ofKind('initInput'),
    initOutputs: ofKind('initOutput'),
    spatialBounds: boundsOf(label, task.spatialBounds, task.connections, adjusted.connections),
    temporalBounds: boundsOf(label, task.temporalBounds, task.connections, adjusted.connections),
    logName: (config as PipelineTaskConfig).saveLogOutput ? `${label}_log` : undefined,
    metadataName: `${label}_metadata`,
    configName: `${label}_config`,
    warnings: [
      ...deprecationsOf(config),
      ...Object.entries(adjusted.connections).flatMap(([connection, { name, deprecated }]) =>
        deprecated === undefined
          ? []
          : [`Connection ${connection} with datasetType ${name} (from ${task.className}): ${deprecated}`],
      ),
    ],
  }
  return node
}

/** The connections left of those that bound the search for prerequisites. */
function boundsOf(
  label: string,
  names: readonly string[] = [],
  declared: Connections,
  left: Connections,
): readonly string[] {
  for (const name of names) {
    const kind = declared[name]?.kind
    if (kind === 'input' || kind === 'output') continue
    throw pipelineError(
      'bad-connection',
      `Task '${label}': '${name}' cannot bound the search for prerequisites, it is ${kind === undefined ? 'no connection' : `of kind ${kind}`}.`,
      { hint: 'spatialBounds and temporalBounds name inputs and outputs.' },
    )
  }
  return names.filter((name) => Object.hasOwn(left, name))
}

function groupOf(
  dimensions: readonly string[],
  datasetType: string,
  universe: DimensionUniverse,
  known: KnownDimensions,
): DimensionGroup {
  if (!dimensions.includes('skypix')) return universe.group(dimensions)
  const repository = known(datasetType)
  return repository ?? universe.group(dimensions.map((d) => (d === 'skypix' ? universe.commonSkypix : d)))
}

const fill = (name: string, templates: Readonly<Record<string, string>>, label: string): string =>
  name.replace(/\{(\w+)\}/g, (_all, template: string) => {
    const value = templates[template]
    if (value !== undefined) return value
    throw pipelineError(
      'bad-connection',
      `Task '${label}': the name '${name}' wants a template '${template}' that is not declared.`,
    )
  })

function adjust(
  task: PipelineTask,
  config: Config,
): { connections: Connections; dimensions: readonly string[] } {
  const connections: Record<string, Connection> = { ...task.connections }
  let { dimensions } = task
  const find = (name: string): Connection => {
    const found = connections[name]
    if (found === undefined)
      throw pipelineError('bad-connection', `${task.className} has no connection '${name}' to adjust.`)
    return found
  }
  const edit: ConnectionEditor = {
    remove: (name) => {
      find(name)
      delete connections[name]
    },
    change: (name, parts) => {
      connections[name] = { ...find(name), ...parts }
    },
    setDimensions: (names) => {
      dimensions = names
    },
  }
  task.adjustConnections?.(config, edit)
  return { connections, dimensions }
}
