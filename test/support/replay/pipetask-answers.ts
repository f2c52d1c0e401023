import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { parse } from 'yaml'
import { loadQuantumGraph, type QuantumGraph } from '#pipeline'
import { openNodeButler } from '#platform/node'
import { tasks } from '../fl-tasks.ts'
import type { CommandResult, Recorded, RecordedGraph } from '../pipetask.ts'

// What of a recorded `pipetask` command has to be the same: structure and facts, not the order of Python's sets or call stacks.

export type Step = Recorded & { readonly collections_after?: readonly string[] }

/** Call stacks of the real software: ours prints the places of assignments instead. */
export const isHistory = ({ cmd, rc }: Recorded): boolean =>
  rc === 0 && cmd.some((word) => word.startsWith('history='))
/** The recording's order depends on Python's hash seed. */
const isDrawing = ({ cmd }: Recorded): boolean => cmd.includes('pipeline-graph') || cmd.includes('task-graph')
const isPipeline = ({ cmd }: Recorded): boolean => cmd.includes('pipeline')

/** Printed text in the form that is compared, ours and theirs. */
export function shownForm(step: Recorded, stdout: string): unknown {
  if (isHistory(step)) return undefined
  if (isDrawing(step)) return drawnNodes(stdout)
  return isPipeline(step) ? pipelineOf(stdout) : blocks(stdout)
}

/** The nodes of a text drawing with dimensions and storage class, one name a line. */
const drawnNodes = (text: string): string[] =>
  [...text.matchAll(/[○◍■▥][ │]*\s+([\w, ]+): (\{.*)$/gm)]
    .flatMap(([, names = '', rest = '']) => names.split(', ').map((name) => `${name}: ${rest}`))
    .sort()

/** Printed YAML as data; members of subsets and contracts come out of Python sets. */
function pipelineOf(text: string): unknown {
  const [yaml = ''] = text.split(/^(?=### |description:)/m).filter((part) => part.startsWith('description:'))
  const found = parse(yaml) as {
    subsets?: Record<string, { subset: string[] }>
    contracts?: { contract: string }[]
    /** The real software forgets them when it prints; ours keeps them. */
    steps?: unknown
  }
  for (const subset of Object.values(found.subsets ?? {})) subset.subset.sort()
  delete found.steps
  found.contracts?.sort((a, b) => (a.contract < b.contract ? -1 : 1))
  return found
}

/** Several `--show` come in an order of the real software's own: compare what each printed. */
const blocks = (text: string): string[] =>
  text
    .trim()
    .split(/\n(?=### |\w+:\n)/)
    .map((block) => block.trim())
    .sort()

/** How many quanta succeeded, failed and remained. With --fail-fast the real software says so before the failure is counted. */
export const executed = ({ cmd, stderr }: Pick<Recorded, 'cmd' | 'stderr'>): string => {
  if (cmd.includes('--fail-fast')) return ''
  const lines = stderr.matchAll(
    /Executed \d+ quanta successfully, \d+ failed and \d+ remain out of total \d+/g,
  )
  return [...lines].at(-1)?.[0] ?? ''
}

/** Name, type and children of every collection below `u/`, run stamps numbered by first sight. */
export async function collectionsOf(root: string, stamps: Map<string, string>): Promise<string[]> {
  const butler = await openNodeButler(root)
  const infos = await butler.collections.queryInfo('u/*', { includeChains: true })
  await butler.close()
  const numbered = (name: string): string =>
    name.replace(/^.*\d{8}T\d{6}Z$/, (run) => {
      if (!stamps.has(run))
        stamps.set(run, run.replace(/\d{8}T\d{6}Z$/, `<STAMP${String(stamps.size + 1).padStart(9, '0')}>`))
      return stamps.get(run) ?? run
    })
  return infos
    .filter((info) => info.name.startsWith('u/'))
    .map((info) => `${numbered(info.name)} ${info.type} ${info.children.map(numbered).join(' ')}`.trim())
    .sort()
}

/** The recorded `query-collections --chains table`: further children stand on lines of their own. */
export function recordedCollections({ collections_after: lines = [] }: Step): string[] {
  const rows: string[] = []
  for (const line of lines.slice(2)) {
    const words = line.trim().split(/\s+/)
    if (line.startsWith(' ')) rows[rows.length - 1] += ` ${words.join(' ')}`
    else rows.push(words.join(' '))
  }
  return rows.sort()
}

interface Facts {
  readonly perTask: Readonly<Record<string, number>>
  readonly perType: Readonly<Record<string, number>>
  readonly quanta: readonly unknown[]
}

const sorted = (rows: readonly unknown[]): unknown[] =>
  [...rows].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
const byKey = <T>(map: Readonly<Record<string, T>>): [string, T][] =>
  Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1))

/** Quanta of each task, datasets of each type, and every quantum with its inputs and outputs, as recorded. */
export function recordedFacts(graph: RecordedGraph): Facts {
  const quanta = graph.quanta.map((q) => ({
    task: q.task,
    dataId: byKey(q.dataId),
    ...(q.inputs && { inputs: byKey(q.inputs), outputs: byKey(q.outputs ?? {}) }),
  }))
  return { perTask: graph.quanta_per_task, perType: graph.datasets_per_type, quanta: sorted(quanta) }
}

interface NamedRef {
  readonly datasetType: { readonly name: string }
  readonly coordinate: {
    readonly key: string
    readonly group: { readonly required: readonly string[] }
    get(name: string): unknown
  }
}

/** The same of a graph of ours. */
export function graphFacts(graph: QuantumGraph, like: RecordedGraph): Facts {
  const withEdges = like.quanta.some((q) => q.inputs !== undefined)
  const types = new Map<string, Set<string>>()
  // By data ID, as the recording counts: calibrations of several nights share one.
  const note = (ref: Pick<NamedRef, 'datasetType'> & { coordinate: { key: string } }): void => {
    types.set(ref.datasetType.name, (types.get(ref.datasetType.name) ?? new Set()).add(ref.coordinate.key))
  }
  const quanta = [...graph].map((q) => {
    const outputs = { ...q.outputs, _metadata: [q.metadata], ...(q.log && { _log: [q.log] }) }
    for (const ref of [...Object.values(q.inputs), ...Object.values(outputs)].flat()) note(ref)
    return {
      task: q.label,
      dataId: byKey(q.dataId),
      ...(withEdges && {
        inputs: byKey(q.inputs)
          .filter(([, refs]) => refs.length > 0)
          .map(([connection, refs]) => [connection, refNames(refs)]),
        outputs: byKey(outputs).map(([connection, refs]) => [connection, refNames(refs)]),
      }),
    }
  })
  const perTask = Object.fromEntries(graph.tasks.map((t) => [t.node.label, t.coordinates.length]))
  for (const node of graph.pipeline.tasks) {
    for (const edge of [...node.initOutputs, ...node.initInputs]) note(graph.initRef(edge.datasetType))
    note(graph.initRef(node.configName))
  }
  note(graph.initRef('packages'))
  const perType = byKey(Object.fromEntries([...types].map(([name, ids]) => [name, ids.size])))
  return { perTask, perType: Object.fromEntries(perType), quanta: sorted(quanta) }
}

const refNames = (refs: readonly NamedRef[]): string[] =>
  refs
    .map(({ datasetType, coordinate }) => {
      const values = coordinate.group.required.map(
        (name) => `${JSON.stringify(name)}: ${JSON.stringify(coordinate.get(name))}`,
      )
      return `${datasetType.name}@{${values.join(', ')}}`
    })
    .sort()

/** The difference between a recorded command and ours in words; undefined when there is none. */
export async function comparePipetask(
  step: Step,
  ours: CommandResult,
  place: { readonly repository: string; readonly folder: string; readonly stamps: Map<string, string> },
): Promise<string | undefined> {
  if (ours.rc !== step.rc)
    return `exit code ${ours.rc} instead of ${step.rc}; ${ours.stderr.trim().split('\n').slice(-3).join(' | ')}`
  const differences: string[] = []
  const compare = (what: string, expected: unknown, found: unknown): void => {
    if (!isDeepStrictEqual(expected, found))
      differences.push(
        `${what}\n--- expected\n${JSON.stringify(expected, undefined, 1)}\n--- ours\n${JSON.stringify(found, undefined, 1)}`,
      )
  }
  if (step.rc === 0 && step.cmd[1] === 'build')
    compare('output', shownForm(step, step.stdout), shownForm(step, ours.stdout))
  if (step.rc === 0 && step.cmd[1] === 'report')
    compare('report', summaryCounts(step.stdout), summaryCounts(ours.stdout))
  if (step.cmd[1] === 'run')
    compare('quanta', executed(step), executed({ cmd: step.cmd, stderr: ours.stderr }))
  if (step.collections_after !== undefined)
    compare('collections', recordedCollections(step), await collectionsOf(place.repository, place.stamps))
  if (step.rc === 0 && step.graph !== undefined && step.graph.n_quanta > 0) {
    const butler = await openNodeButler(place.repository)
    const file = step.cmd[step.cmd.indexOf('-q') + 1]?.replace('<WORK>', place.folder) ?? ''
    const graph = await loadQuantumGraph(file, new Uint8Array(readFileSync(file)), tasks, butler)
    compare('graph', recordedFacts(step.graph), graphFacts(graph, step.graph))
    await butler.close()
  }
  return differences.length === 0 ? undefined : differences.join('\n')
}

/** Lines of a report's tables, a name and its counts; the order of types is that of Python's sets. */
const summaryCounts = (stdout: string): string[] =>
  stdout
    .split('\n')
    .filter((line) => /^\s*[A-Za-z]\w*\s+\d/.test(line))
    .map((line) => line.trim().replace(/\s+/g, ' '))
    .sort()
