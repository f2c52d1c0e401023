import type { PyValue } from '#config'
import { PipelineSyntaxError } from '../errors.ts'
import type { ConfigBlock, Contract, Pipeline, Place, Step, Subset, TaskEntry } from './pipeline.ts'
import { type YamlMap, type YamlNode, YamlText } from './yaml-reader.ts'

/** One entry of `imports`. */
export interface Import {
  readonly location: string
  readonly include?: readonly string[]
  readonly exclude?: readonly string[]
  readonly rename: ReadonlyMap<string, string>
  readonly importContracts: boolean
  readonly importSteps: boolean
  /** Another instrument instead of the imported one; null drops it. */
  readonly instrument?: string | null
  /** What happens to subsets that lose members. */
  readonly subsetMode: 'DROP' | 'EDIT'
  readonly place: Place
}

/** A pipeline file as written, imports not yet merged. */
export interface PipelineFile {
  readonly own: Pipeline
  readonly imports: readonly Import[]
}

/** Read a pipeline file's text. Throws PipelineSyntaxError with line and column. */
export function parsePipelineText(text: string, file: string): PipelineFile {
  const { root } = new YamlText(text, file)
  refuseMisspelt(root)
  const description = root.get('description')
  if (description === undefined)
    throw new PipelineSyntaxError('a pipeline must be declared with a description', root.place)
  const instrument = root.get('instrument')
  const imports = (root.get('imports')?.list ?? []).map(readImport)
  if (root.get('tasks') === undefined && imports.length === 0)
    throw new PipelineSyntaxError(
      'a pipeline must be declared with one or more tasks, or imports',
      root.place,
    )
  const tasks = entriesOf(root, 'tasks').map(([label, node]) => readTask(label, node))
  const own: Pipeline = {
    description: description.isEmpty ? '' : description.text('description'),
    ...(instrument && !instrument.isEmpty && { instrument: instrument.text('instrument') }),
    parameters: new Map(entriesOf(root, 'parameters').map(([name, node]) => [name, node.value])),
    tasks: new Map(tasks.map((task) => [task.label, task])),
    subsets: new Map(entriesOf(root, 'subsets').map(([name, node]) => [name, readSubset(name, node)])),
    contracts: (root.get('contracts')?.list ?? []).map(readContract),
    steps: readSteps(root.get('steps')),
  }
  return { own, imports }
}

/** Keys that would be passed over, as unknown ones are, and their content lost. */
const MISSPELT: ReadonlyMap<string, string> = new Map([
  ['task', 'tasks'],
  ['subset', 'subsets'],
  ['import', 'imports'],
  ['inherits', 'imports'],
  ['step', 'steps'],
  ['contract', 'contracts'],
  ['parameter', 'parameters'],
])

function refuseMisspelt(root: YamlMap): void {
  for (const [key, node] of root.entries) {
    const meant = MISSPELT.get(key)
    if (meant !== undefined) node.failAtKey(`the top level key should be '${meant}' and not '${key}'`)
  }
}

const entriesOf = (root: YamlMap, key: string): readonly (readonly [string, YamlNode])[] => {
  const node = root.get(key)
  return node === undefined || node.isEmpty ? [] : node.mapping(key).entries
}

function readTask(label: string, node: YamlNode): TaskEntry {
  if (label === 'parameters') node.fail("'parameters' is a reserved word and cannot be used as a task label")
  const { map } = node
  if (map === undefined) return { label, className: node.text('a task'), configs: [], place: node.place }
  const className = map.get('class')?.text('class') ?? node.fail(`task '${label}' has no class`)
  const config = map.get('config')
  return { label, className, configs: (config?.list ?? []).map(readBlock), place: node.place }
}

function readBlock(node: YamlNode): ConfigBlock {
  let files: readonly string[] = []
  let python: string | undefined
  let dataId: ReadonlyMap<string, PyValue> | undefined
  const values = new Map<string, PyValue>()
  const valuePlaces = new Map<string, Place>()
  for (const [key, value] of node.mapping('config').entries) {
    if (key === 'file') files = value.list.map((f) => f.text('file'))
    else if (key === 'python') python = value.isEmpty ? undefined : value.text('python')
    else if (key === 'dataId') dataId = new Map(value.mapping('dataId').entries.map(([k, v]) => [k, v.value]))
    else {
      values.set(key, value.value)
      valuePlaces.set(key, value.place)
    }
  }
  return {
    files,
    values,
    valuePlaces,
    place: node.place,
    ...(python !== undefined && { python }),
    ...(dataId && { dataId }),
  }
}

function readSubset(name: string, node: YamlNode): Subset {
  const { map } = node
  const members =
    map === undefined ? node : (map.get('subset') ?? node.fail(`subset '${name}' has no member list`))
  if (!members.isList)
    members.fail(`the members of subset '${name}' must be a list of labels, such as [isr, calibrate]`)
  const description = map?.get('description')
  return {
    name,
    labels: [...new Set(members.list.map((label) => label.text('a label')))],
    ...(description?.isEmpty === false && { description: description.text('description') }),
    place: node.place,
  }
}

function readContract(node: YamlNode): Contract {
  const { map } = node
  if (map === undefined) return { expression: node.text('a contract'), place: node.place }
  const message = map.get('msg')
  const expression = map.get('contract')?.text('contract') ?? node.fail('a contract has no expression')
  return { expression, ...(message && { message: message.text('msg') }), place: node.place }
}

function readSteps(node: YamlNode | undefined): readonly Step[] {
  if (node === undefined || node.isEmpty) return []
  if (!node.isList) node.fail('steps are a list, each with a label and dimensions')
  const nodes = node.list
  const steps = nodes.map(readStep)
  nodes.forEach((node, i) => {
    const label = steps[i]?.label ?? ''
    if (steps.findIndex((step) => step.label === label) < i)
      node.fail(`the step '${label}' is declared twice`)
  })
  return steps
}

function readStep(node: YamlNode): Step {
  const map = node.mapping('a step')
  for (const [key, value] of map.entries)
    if (key !== 'label' && key !== 'dimensions')
      value.failAtKey(`'${key}' is not a key of a step; known are label, dimensions`)
  const label = map.get('label')?.text('label') ?? node.fail('a step has no label')
  const dimensions = map.get('dimensions') ?? node.fail(`the step '${label}' has no dimensions`)
  return { label, dimensions: dimensions.list.map((d) => d.text('a dimension')), place: node.place }
}

const IMPORT_KEYS = [
  'location',
  'include',
  'exclude',
  'rename',
  'importContracts',
  'importSteps',
  'instrument',
  'labeledSubsetModifyMode',
]

function readImport(node: YamlNode): Import {
  const defaults = {
    rename: new Map<string, string>(),
    importContracts: true,
    importSteps: true,
    subsetMode: 'DROP',
  } as const
  const { map } = node
  if (map === undefined) return { ...defaults, location: node.text('an import'), place: node.place }
  for (const [key, value] of map.entries)
    if (!IMPORT_KEYS.includes(key))
      value.fail(`'${key}' is not a key of an import; known are ${IMPORT_KEYS.join(', ')}`)
  const labels = (key: string): readonly string[] | undefined => {
    const listed = map.get(key)
    return listed === undefined || listed.isEmpty ? undefined : listed.list.map((n) => n.text('a label'))
  }
  const [include, exclude, instrument, mode] = [
    labels('include'),
    labels('exclude'),
    map.get('instrument'),
    map.get('labeledSubsetModifyMode'),
  ]
  if (include && exclude) node.fail('an import has either an include list or an exclude list, not both')
  const subsetMode = mode?.text('labeledSubsetModifyMode') ?? 'DROP'
  if (subsetMode !== 'DROP' && subsetMode !== 'EDIT')
    return mode?.fail('labeledSubsetModifyMode is DROP or EDIT') as never
  return {
    location: map.get('location')?.text('location') ?? node.fail('an import has no location'),
    ...(include && { include }),
    ...(exclude && { exclude }),
    rename: new Map(
      map
        .get('rename')
        ?.mapping('rename')
        .entries.map(([from, to]) => [from, to.text('a label')]),
    ),
    importContracts: map.get('importContracts')?.boolean('importContracts') ?? true,
    importSteps: map.get('importSteps')?.boolean('importSteps') ?? true,
    ...(instrument && { instrument: readDropped(instrument) }),
    subsetMode,
    place: node.place,
  }
}

const readDropped = (node: YamlNode): string | null => {
  if (node.isEmpty) return null
  const text = node.text('instrument')
  return text === 'None' ? null : text
}
