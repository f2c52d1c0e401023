import type { Config } from '#config'
import { FirstlightError } from '#core'
import type { PipelineGraph, TaskNode } from '#pipeline'
import type { PipelineSource } from './pipeline-source.ts'

const BUILD_ITEMS = [
  'config',
  'dump-config',
  'history',
  'inputs',
  'pipeline',
  'pipeline-graph',
  'subsets',
  'task-graph',
  'tasks',
]
const GRAPH_ITEMS = ['graph', 'uri', 'workflow']

/** One `--show ITEM=ARGUMENT`. */
export interface ShowItem {
  readonly item: string
  readonly argument: string | undefined
}

export function parseShow(texts: readonly string[]): readonly ShowItem[] {
  const items = texts.map((text): ShowItem => {
    const at = text.indexOf('=')
    return at < 0
      ? { item: text, argument: undefined }
      : { item: text.slice(0, at), argument: text.slice(at + 1) }
  })
  const known = [...BUILD_ITEMS, ...GRAPH_ITEMS].sort()
  const unknown = items.filter(({ item }) => !known.includes(item)).map(({ item }) => `'${item}'`)
  if (unknown.length === 0) return items
  throw new FirstlightError('cli/bad-option', `Unknown value(s) for show: ${unknown.join(', ')}.`, {
    hint: `Choose from ${known.join(', ')}.`,
  })
}

export const isGraphItem = ({ item }: ShowItem): boolean => GRAPH_ITEMS.includes(item)

/** Print what `--show` asks for of a pipeline. */
export async function showPipeline(
  items: readonly ShowItem[],
  source: PipelineSource,
  selectsTasks: boolean,
  out: (text: string) => void,
): Promise<void> {
  for (const { item, argument } of items) {
    switch (item) {
      case 'pipeline': {
        if (selectsTasks)
          throw new FirstlightError(
            'cli/bad-option',
            '--select-tasks works on the graph of a pipeline, not on its YAML.',
            {
              hint: 'Leave --show pipeline out, or name the labels with FILE#a,b.',
            },
          )
        const { printPipeline } = await import('#pipeline')
        out(`${printPipeline(source.pipeline)}\n`)
        break
      }
      case 'subsets':
        for (const [name, { labels }] of source.pipeline.subsets)
          out(
            `${name}:\n${labels
              .toSorted()
              .map((label) => `  - ${label}\n`)
              .join('')}`,
          )
        break
      default:
        await showGraphItem(item, argument, source, out)
    }
  }
}

async function showGraphItem(
  item: string,
  argument: string | undefined,
  source: PipelineSource,
  out: (text: string) => void,
): Promise<void> {
  const graph = await source.graph()
  const { drawGraph, drawTasks, drawText, overallInputs } = await import('#pipeline')
  if (item === 'pipeline-graph') out(`\n${drawText(drawGraph(graph))}\n`)
  if (item === 'task-graph') out(`\n${drawText(drawTasks(graph))}\n`)
  if (item === 'inputs')
    for (const type of overallInputs(graph))
      out(`${type.name} ${type.dimensions} ${type.storageClass ?? '<UNKNOWN>'}\n`)
  if (item === 'tasks') for (const task of graph.tasks) await showSubtasks(task, out)
  if (item === 'config') await showConfig(graph, argument, out)
  if (item === 'dump-config') await dumpConfig(graph, argument, out)
  if (item === 'history') await showHistory(graph, argument, out)
}

type Subtask = import('#config').Configurable

async function showSubtasks({ task, config }: TaskNode, out: (text: string) => void): Promise<void> {
  out(`### Subtasks for task \`${task.className}'\n`)
  const { Configurable, fieldsOf } = await import('#config')
  const walk = (inner: Config, prefix: string): void => {
    for (const { name, value } of fieldsOf(inner)) {
      if (!(value instanceof Configurable)) continue
      const chosen = value as Subtask
      out(`${prefix}${name}: ${chosen.target.className}\n`)
      walk(chosen.value, `${prefix}${name}.`)
    }
  }
  walk(config, '')
}

function chosen(graph: PipelineGraph, label: string | undefined): readonly TaskNode[] {
  if (label === undefined || label === '' || label === '*') return graph.tasks
  const found = graph.tasks.filter((t) => t.label === label)
  if (found.length > 0) return found
  throw new FirstlightError('cli/unknown-label', `Pipeline has no tasks named ${label}.`, {
    hint: `Its labels are ${graph.tasks.map((t) => t.label).join(', ')}.`,
  })
}

/** `LABEL::PATTERN:NOIGNORECASE`, each part but the pattern optional. */
async function showConfig(
  graph: PipelineGraph,
  argument: string | undefined,
  out: (text: string) => void,
): Promise<void> {
  const { saveFields } = await import('#config')
  const [, label, pattern = '', strict] = /^(?:([^:]*)::)?(.*?)(:NOIGNORECASE)?$/i.exec(argument ?? '') ?? []
  const sameCase = strict !== undefined
  if (!sameCase && pattern !== pattern.toLowerCase())
    out(`Matching "${pattern}" without regard to case (append :NOIGNORECASE to prevent this)\n`)
  const matches = pattern === '' ? () => true : globMatcher(pattern, sameCase)
  for (const task of chosen(graph, label)) {
    out(`### Configuration for task \`${task.label}'\n`)
    for (const block of blocksOf(saveFields(task.config)))
      if (matches(block.path)) out(`${block.lines.join('\n')}\n\n`)
  }
}

interface Block {
  readonly path: string
  readonly lines: readonly string[]
}

/** Doc comment and assignment together, by the assigned path. */
function blocksOf(lines: readonly string[]): Block[] {
  const blocks: Block[] = []
  let open: string[] = []
  for (const line of lines) {
    if (line !== '') open.push(line)
    else if (open.length > 0) {
      const path = /^config\.([^=]*)=|^config\.([^(]*)\(/.exec(open[open.length - 1] ?? '')
      blocks.push({ path: path?.[1] ?? path?.[2] ?? '', lines: open })
      open = []
    }
  }
  return blocks
}

function globMatcher(pattern: string, sameCase: boolean): (text: string) => boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  const expression = new RegExp(`^${source}$`, sameCase ? '' : 'i')
  return (text) => expression.test(text)
}

async function dumpConfig(
  graph: PipelineGraph,
  label: string | undefined,
  out: (text: string) => void,
): Promise<void> {
  const { saveConfig } = await import('#config')
  for (const task of chosen(graph, label))
    out(`### Configuration for task \`${task.label}'\n${saveConfig(task.config)}`)
}

async function showHistory(
  graph: PipelineGraph,
  argument: string | undefined,
  out: (text: string) => void,
): Promise<void> {
  const { fieldsOf, formatHistory } = await import('#config')
  const [label, path] =
    argument?.includes('::') === true ? (argument.split('::') as [string, string]) : [undefined, argument]
  let found = false
  for (const task of chosen(graph, label)) {
    const owner = ownerOf(task.config, (path ?? '').split('.'), fieldsOf)
    if (owner === undefined) continue
    found = true
    out(
      `### Configuration field for task \`${task.label}'\n${path}\n${formatHistory(owner.config, owner.field)}\n\n`,
    )
  }
  if (!found)
    throw new FirstlightError(
      'cli/unknown-field',
      `None of the tasks has field matching ${argument ?? ''}.`,
      {
        hint: `Write ${exampleOf(graph, argument)}, or a FIELD that some task has; fields of fields go by their dots.`,
      },
    )
}

const exampleOf = (graph: PipelineGraph, argument: string | undefined): string =>
  `--show history=${graph.tasks.some(({ label }) => label === argument) ? argument : 'LABEL'}::FIELD`

function ownerOf(
  config: Config,
  path: readonly string[],
  fieldsOf: typeof import('#config').fieldsOf,
): { config: Config; field: string } | undefined {
  const [first = '', ...rest] = path
  const entry = fieldsOf(config).find(({ name }) => name === first)
  if (entry === undefined) return undefined
  if (rest.length === 0) return { config, field: first }
  const inner = entry.field.nested?.(entry.value)?.[0]
  return inner === undefined ? undefined : ownerOf(inner.config, rest, fieldsOf)
}
