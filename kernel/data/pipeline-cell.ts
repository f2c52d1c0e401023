import type { RepositoryData } from '../protocol/repository-data.ts'
import type { Entry } from './offer.ts'
import { labelsIn, yamlAt, type YamlPlace } from './pipeline-text.ts'
import { type FieldWords, knownWords, type TaskWords } from './words.ts'

const CELL = /^\s*%%pipeline\b[^\n]*\n/

/** The body of a `%%pipeline` cell with the cursor in it. */
export function pipelineBody(
  code: string,
  at: number,
): { readonly body: string; readonly at: number } | undefined {
  const head = CELL.exec(code)?.[0].length
  return head === undefined || at < head ? undefined : { body: code.slice(head), at: at - head }
}

/** What may stand at a place of a pipeline. */
export function pipelineOffer(
  data: RepositoryData | undefined,
  body: string,
  at: number,
): { readonly typed: string; readonly entries: readonly Entry[] } {
  const place = yamlAt(body, at)
  const { path, key, typed } = place
  if (key !== undefined) return { typed, entries: valueEntries(data, body, place, key) }
  const [section, name, part] = path
  const label = /^([\w-]+)\.(.*)$/.exec(typed)
  if (section === 'contracts' && label !== null)
    return { typed: label[2] ?? '', entries: fieldEntries(taskOf(body, label[1] ?? ''), '') }
  return { typed, entries: keyEntries(body, section, name, part) }
}

function keyEntries(body: string, section?: string, name?: string, part?: string): readonly Entry[] {
  const labels = [...labelsIn(body)]
  if (section === undefined) return keys(TOP)
  if (section === 'tasks') {
    if (name === undefined) return tasks().map((task) => ({ text: `${task.label}:`, ...about(task) }))
    if (part === undefined) return keys(TASK)
    return [...fieldEntries(taskOf(body, name), ': '), ...keys(CONFIG)]
  }
  if (section === 'subsets') {
    if (name === undefined) return []
    if (part === 'subset') return labels.map(labelEntry)
    return keys(SUBSET)
  }
  if (section === 'imports') return keys(IMPORT)
  if (section === 'contracts') return [...keys(CONTRACT), ...labels.map(labelEntry)]
  return []
}

function valueEntries(
  data: RepositoryData | undefined,
  body: string,
  place: YamlPlace,
  key: string,
): readonly Entry[] {
  const [section, name, part] = place.path
  if (section === undefined)
    return key === 'instrument'
      ? knownWords().instruments.map((i) => ({ text: i.className, type: 'class', signature: i.name }))
      : []
  if (section === 'tasks' && (name === undefined || (part === undefined && key === 'class')))
    return tasks().map((task) => ({ text: task.className, ...about(task) }))
  if (section === 'tasks' && name !== undefined && part === 'config')
    return fieldValues(data, taskOf(body, name), key)
  if (section === 'subsets' && key === 'subset') return [...labelsIn(body)].map(labelEntry)
  if (section === 'imports' && (key === 'include' || key === 'exclude'))
    return tasks().map((t) => ({ text: t.label, ...about(t) }))
  if (section === 'contracts' && key === 'contract') {
    const owner = /([\w-]+)\.[\w.]*$/.exec(place.typed)?.[1]
    if (owner === undefined) return [...labelsIn(body)].map(labelEntry)
    return fieldEntries(taskOf(body, owner), '').map((entry) => ({
      ...entry,
      text: `${owner}.${entry.text}`,
    }))
  }
  return []
}

/** A connection takes dataset types; a switch true or false; the others show their default. */
function fieldValues(
  data: RepositoryData | undefined,
  task: TaskWords | undefined,
  key: string,
): readonly Entry[] {
  if (key.startsWith('connections.'))
    return (data?.datasetTypes ?? []).map((t) => ({
      text: t.name,
      type: 'value',
      signature: t.storageClass,
      documentation: `${t.storageClass} by ${t.required.join(', ')}.`,
    }))
  const field = task?.fields.find(({ name }) => name === key)
  if (field === undefined) return []
  if (field.type === 'bool')
    return ['true', 'false'].map((text) => ({
      text,
      type: 'value',
      signature: 'bool',
      documentation: field.doc,
    }))
  return field.value === undefined
    ? []
    : [{ text: yamlOf(field.value), type: 'value', signature: 'default', documentation: field.doc }]
}

const yamlOf = (python: string): string =>
  python
    .replace(/^None$/, 'null')
    .replace(/^True$/, 'true')
    .replace(/^False$/, 'false')

/** Class names of the document may be the short or the long form. */
function taskOf(body: string, label: string): TaskWords | undefined {
  const className = labelsIn(body).get(label)
  return tasks().find((task) => task.className === className)
}

const tasks = (): readonly TaskWords[] => knownWords().tasks

const fieldEntries = (task: TaskWords | undefined, end: string): readonly Entry[] =>
  (task?.fields ?? []).map((field) => ({
    text: `${field.name}${field.value === undefined ? '' : end}`,
    type: 'property',
    signature: field.value === undefined ? field.type : `${field.type} = ${field.value}`,
    documentation: connectionDoc(task, field) ?? field.doc,
  }))

function connectionDoc(task: TaskWords | undefined, { name }: FieldWords): string | undefined {
  const connection = task?.connections.find((c) => `connections.${c.name}` === name)
  if (connection === undefined) return undefined
  const { kind, storageClass, dimensions, doc } = connection
  return `${doc} (${kind}, ${storageClass} by ${dimensions.join(', ') || 'nothing'})`
}

const about = ({ className, label, dimensions }: TaskWords): Omit<Entry, 'text'> => ({
  type: 'class',
  signature: `by ${dimensions.join(', ')}`,
  documentation: `${className}, usually labelled ${label}.`,
})

const labelEntry = ([text, className]: readonly [string, string]): Entry => ({
  text,
  type: 'variable',
  signature: className,
})

type Keys = Readonly<Record<string, string>>
const keys = (known: Keys): readonly Entry[] =>
  Object.entries(known).map(([name, documentation]) => ({
    text: `${name}:`,
    type: 'keyword',
    signature: '',
    documentation,
  }))

const TOP: Keys = {
  description: 'What the pipeline is for, in a sentence.',
  instrument: 'Class of the instrument, whose overrides of configs are applied.',
  parameters: 'Values that configs may name: `parameters.NAME`.',
  imports: 'Other pipelines to begin with.',
  tasks: 'Labels, each with a task class or with class and config.',
  subsets: 'Named groups of labels, for `-p FILE#NAME` and quotas.',
  steps: 'Subsets that are run one after the other, with the dimensions of their runs.',
  contracts: 'What must hold between configs; checked before a run.',
}
const TASK: Keys = {
  class: 'The task that runs under this label.',
  config: 'Overrides of the defaults of its config.',
}
const CONFIG: Keys = {
  file: 'Config files to be applied first.',
  python: 'Assignments to `config`, in the form of config files.',
  dataId: 'Data ID for which the rest of this block holds.',
}
const SUBSET: Keys = { subset: 'The labels in it.', description: 'What it is for.' }
const IMPORT: Keys = {
  location: 'File of the pipeline to begin with; `$VARIABLE` and `#label` may stand in it.',
  include: 'Labels that are taken, no others.',
  exclude: 'Labels that are left out.',
  importContracts: 'Whether its contracts hold here too.',
  labeledSubsetModifyMode: 'What becomes of subsets with labels left out: DROP or EDIT.',
}
const CONTRACT: Keys = {
  contract: 'An expression over configs: `isr.doFlat == calibrate.doFlat`.',
  msg: 'What to say when it does not hold.',
}

/** Docs of the word at a place: a task class, a label, a key, a config field or connection, a dataset type. */
export function pipelineDocs(data: RepositoryData | undefined, body: string, at: number): string | undefined {
  const from = /[\w.[\]'-]*$/.exec(body.slice(0, at))?.[0] ?? ''
  const word = `${from}${/^[\w.[\]'-]*/.exec(body.slice(at))?.[0] ?? ''}`
  const end = at - from.length + word.length
  const { path, key } = yamlAt(body, end)
  const [section, name, part] = path
  const byClass = tasks().find((task) => task.className === (labelsIn(body).get(word) ?? word))
  if (section === 'tasks' && part === 'config' && name !== undefined) {
    const task = taskOf(body, name)
    const field =
      task?.fields.find((f) => f.name === (key ?? word)) ?? task?.fields.find((f) => f.name === word)
    const type = data?.datasetTypes.find((t) => t.name === word)
    if (key !== undefined && type !== undefined)
      return `${type.name}: ${type.storageClass}\n\nDataset type by ${type.dimensions.join(', ')}.`
    if (field !== undefined) return fieldDoc(task, field)
  }
  if (byClass !== undefined) return taskDoc(byClass)
  const known = { ...CONTRACT, ...IMPORT, ...SUBSET, ...CONFIG, ...TASK, ...TOP }
  return known[word] === undefined ? undefined : `${word}:\n\n${known[word]}`
}

const fieldDoc = (task: TaskWords | undefined, field: FieldWords): string =>
  `${field.name}: ${field.type}${field.value === undefined ? '' : ` = ${field.value}`}\n\n${connectionDoc(task, field) ?? field.doc}`

function taskDoc({ className, dimensions, connections, fields }: TaskWords): string {
  const width = Math.max(...connections.map(({ name }) => name.length))
  const rows = connections.map(
    ({ name, kind, type, doc }) => `  ${name.padEnd(width)}  ${kind} ${type}: ${doc}`,
  )
  return `${className}\n\nBy ${dimensions.join(', ')}; ${fields.length} config fields.\n\n${rows.join('\n')}`
}
