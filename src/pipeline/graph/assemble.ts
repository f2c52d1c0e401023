import type { DatasetType, DimensionGroup } from '#butler'
import { pipelineError } from '../errors.ts'
import { sortTasks } from './order.ts'
import type { DatasetTypeNode, Edge, PipelineGraph, TaskNode } from './pipeline-graph.ts'

/** Storage classes that hold the same data in other forms: a reader may ask for any of a family. */
const FAMILIES: readonly (readonly string[])[] = [
  [
    'ArrowTable',
    'ArrowAstropy',
    'ArrowNumpy',
    'ArrowNumpyDict',
    'DataFrame',
    'SourceCatalog',
    'SimpleCatalog',
    'Catalog',
  ],
  ['Exposure', 'ExposureF', 'ExposureI', 'ExposureD', 'ExposureU'],
  ['StructuredDataDict', 'StructuredDataNoComponents', 'StructuredData'],
]

export const isConvertible = (a: string, b: string): boolean =>
  a === b || FAMILIES.some((family) => family.includes(a) && family.includes(b))

interface Use {
  readonly node: TaskNode
  readonly edge: Edge
}

/** Join labelled tasks to a graph: one dataset type a name, one producer each, no circles. */
export function assembleGraph(
  parts: Omit<PipelineGraph, 'datasetTypes'>,
  repositoryType: (name: string) => DatasetType | undefined,
): PipelineGraph {
  const uses = new Map<string, { made: Use[]; read: Use[] }>()
  for (const node of parts.tasks) {
    for (const edge of [...node.outputs, ...node.initOutputs])
      usesOf(uses, edge.datasetType).made.push({ node, edge })
    for (const edge of [...node.inputs, ...node.prerequisites, ...node.initInputs])
      usesOf(uses, edge.datasetType).read.push({ node, edge })
  }
  const datasetTypes = new Map<string, DatasetTypeNode>()
  for (const [name, { made, read }] of uses)
    datasetTypes.set(name, resolveType(name, made, read, repositoryType(name)))
  const tasks = sortTasks(parts.tasks, datasetTypes)
  return { ...parts, tasks, datasetTypes }
}

function usesOf(uses: Map<string, { made: Use[]; read: Use[] }>, name: string): { made: Use[]; read: Use[] } {
  const known = uses.get(name)
  if (known !== undefined) return known
  const made = { made: [], read: [] }
  uses.set(name, made)
  return made
}

function resolveType(
  name: string,
  made: readonly Use[],
  read: readonly Use[],
  registered: DatasetType | undefined,
): DatasetTypeNode {
  const [maker, second] = made
  if (maker !== undefined && second !== undefined)
    throw pipelineError(
      'duplicate-output',
      `Dataset type '${name}' is produced by both '${maker.node.label}' and '${second.node.label}'.`,
      {
        hint: 'Give one of them another name with connections.<output> in its config.',
        data: { datasetType: name },
      },
    )
  const whole = read.find(({ edge }) => edge.component === undefined)
  const first = maker ?? whole ?? read[0]
  const dimensions = registered?.dimensions ?? first?.edge.dimensions
  if (first === undefined || dimensions === undefined)
    throw pipelineError('bad-connection', `Nobody uses '${name}'.`)
  const storageClass = registered?.storageClass ?? maker?.edge.storageClass ?? whole?.edge.storageClass
  const node: DatasetTypeNode = {
    name,
    dimensions,
    storageClass,
    isCalibration: registered?.isCalibration ?? first.edge.isCalibration,
    isInit: first.edge.kind === 'initInput' || first.edge.kind === 'initOutput',
    isPrerequisite: maker === undefined && read.every(({ edge }) => edge.kind === 'prerequisite'),
    producer: maker?.node.label,
    consumers: read.map((use) => use.node.label),
  }
  for (const use of [...made, ...read]) checkUse(node, use, registered !== undefined)
  checkPrerequisite(name, maker, read)
  return node
}

function checkPrerequisite(name: string, maker: Use | undefined, read: readonly Use[]): void {
  const wanting = read.find(({ edge }) => edge.kind === 'prerequisite')
  const regular = read.find(({ edge }) => edge.kind === 'input')
  if (wanting === undefined || (maker ?? regular) === undefined) return
  const how =
    maker === undefined ? `a regular input of '${regular?.node.label}'` : `made by '${maker.node.label}'`
  throw pipelineError(
    'bad-connection',
    `Dataset type '${name}' is a prerequisite of '${wanting.node.label}', but ${how}.`,
    {
      hint:
        maker === undefined
          ? 'Declare it in the same way for all tasks of the pipeline.'
          : 'Prerequisites must exist before the run: make it with another pipeline, or declare it as an input.',
    },
  )
}

function checkUse(node: DatasetTypeNode, { node: task, edge }: Use, isRegistered: boolean): void {
  const by = isRegistered ? 'in the repository' : 'elsewhere in the pipeline'
  if (edge.dimensions !== node.dimensions && !sameDimensions(edge.dimensions, node.dimensions))
    throw pipelineError(
      'incompatible-dataset-type',
      `Dataset type '${node.name}' has dimensions ${node.dimensions} ${by}, but ${edge.dimensions} in ${task.label}.${edge.connection}.`,
    )
  if (
    edge.component !== undefined ||
    node.storageClass === undefined ||
    isConvertible(edge.storageClass, node.storageClass)
  )
    return
  throw pipelineError(
    'incompatible-dataset-type',
    `Dataset type '${node.name}' is a ${node.storageClass} ${by}, and ${task.label}.${edge.connection} wants ${edge.storageClass}.`,
  )
}

const sameDimensions = (a: DimensionGroup, b: DimensionGroup): boolean => a.names.join() === b.names.join()
