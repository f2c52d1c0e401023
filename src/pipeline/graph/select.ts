import { didYouMean } from '#core'
import { pipelineError } from '../errors.ts'
import type { PipelineGraph } from './pipeline-graph.ts'

/**
 * Labels of the tasks that a selection expression names: `isr | >=calexp`, `step1 & ~isr`, `<=D:calexp`. `<x` is what x needs,
 * `>x` what needs x, with `=` x too; `T:`, `D:`, `S:` say task, dataset type, subset. Throws `pipeline/bad-expression`.
 */
export function selectTasks(graph: PipelineGraph, expression: string): ReadonlySet<string> {
  const labels = new Selection(graph, expression).whole()
  return new Set(graph.tasks.map((t) => t.label).filter((label) => labels.has(label)))
}

type Labels = ReadonlySet<string>
type Links = ReadonlyMap<string, readonly string[]>

/** What a name stands for: tasks, or a dataset type with those that make it and those that read it. */
interface Named {
  readonly tasks: readonly string[]
  readonly readers?: readonly string[]
}

class Selection {
  readonly graph: PipelineGraph
  readonly tokens: readonly { readonly text: string; readonly at: number }[]
  readonly types: ReadonlyMap<string, DatasetUse>
  readonly before: Links
  readonly after: Links
  at = 0

  constructor(graph: PipelineGraph, expression: string) {
    this.graph = graph
    this.tokens = tokenize(expression)
    this.types = datasetUses(graph)
    const joined = [...this.types.values()].filter((use) => !use.isInit)
    this.before = links(joined.flatMap(({ makers, readers }) => readers.map((reader) => [reader, makers])))
    this.after = links(joined.flatMap(({ makers, readers }) => makers.map((maker) => [maker, readers])))
  }

  whole(): Labels {
    const labels = this.or()
    const extra = this.tokens[this.at]
    if (extra !== undefined) throw bad(`unexpected '${extra.text}' near character ${extra.at}`)
    return labels
  }

  private or(): Labels {
    let labels = this.and()
    while (this.take('|')) labels = new Set([...labels, ...this.and()])
    return labels
  }

  private and(): Labels {
    let labels = this.unary()
    while (this.take('&')) {
      const right = this.unary()
      labels = new Set([...labels].filter((label) => right.has(label)))
    }
    return labels
  }

  private unary(): Labels {
    if (this.take('~')) {
      const without = this.unary()
      return new Set(this.graph.tasks.map((t) => t.label).filter((label) => !without.has(label)))
    }
    if (this.take('(')) {
      const labels = this.or()
      if (!this.take(')'))
        throw bad(this.tokens[this.at] === undefined ? 'Expression ended unexpectedly.' : "expected ')'")
      return labels
    }
    for (const operator of ['<=', '>=', '<', '>'] as const)
      if (this.take(operator)) return this.towards(operator)
    return new Set(this.name(true).tasks)
  }

  /** A dataset type has its makers before it and its readers after it. */
  private towards(operator: '<=' | '>=' | '<' | '>'): Labels {
    const inclusive = operator.endsWith('=')
    const { tasks, readers } = this.name(operator !== '>')
    const own = inclusive ? tasks : []
    if (operator.startsWith('<')) return new Set([...own, ...reach(tasks, this.before)])
    if (readers === undefined) return new Set([...own, ...reach(tasks, this.after)])
    return new Set([...own, ...readers, ...reach(readers, this.after)])
  }

  private name(wantsMaker: boolean): Named {
    const token = this.tokens[this.at++]
    if (token === undefined) throw bad('Expression ended unexpectedly.')
    const [, kind, name = ''] = /^(?:([TDS]):)?([\w./]+)$/.exec(token.text) ?? []
    if (name === '') throw bad(`unexpected '${token.text}' near character ${token.at}`)
    const labels = this.graph.tasks.map((t) => t.label)
    const subset = this.graph.subsets.get(name)
    const type = this.types.get(name)
    if (kind === undefined && type !== undefined && (labels.includes(name) || subset !== undefined))
      throw bad(
        `'${name}' is a dataset type and a ${subset === undefined ? 'task' : 'subset'}: write D:${name} or ${subset === undefined ? 'T' : 'S'}:${name}.`,
      )
    if (kind !== 'D' && kind !== 'S' && labels.includes(name)) return { tasks: [name] }
    if (kind !== 'T' && kind !== 'D' && subset !== undefined) return { tasks: subset.labels }
    if (kind === 'T' || kind === 'S' || type === undefined) {
      const known = [...labels, ...this.graph.subsets.keys(), ...this.types.keys()]
      throw bad(
        `'${name}' is not a task label, task subset label, or dataset type name.${didYouMean(name, known)}`,
      )
    }
    if (type.isInit && wantsMaker && type.makers.length > 0)
      throw bad(`${name} is made before the first quantum runs: only >${name} has a meaning.`)
    return { tasks: type.makers, readers: type.readers }
  }

  private take(text: string): boolean {
    if (this.tokens[this.at]?.text !== text) return false
    this.at++
    return true
  }
}

interface DatasetUse {
  readonly makers: string[]
  readonly readers: string[]
  readonly isInit: boolean
}

/** Every dataset type of a pipeline, those that each task makes of itself too. */
function datasetUses({ tasks }: PipelineGraph): ReadonlyMap<string, DatasetUse> {
  const uses = new Map<string, DatasetUse>()
  const use = (name: string, isInit: boolean): DatasetUse => {
    const known = uses.get(name) ?? { makers: [], readers: [], isInit }
    uses.set(name, known)
    return known
  }
  for (const task of tasks) {
    const { label, logName } = task
    for (const name of [task.metadataName, ...(logName === undefined ? [] : [logName])])
      use(name, false).makers.push(label)
    for (const { datasetType } of task.outputs) use(datasetType, false).makers.push(label)
    for (const name of [task.configName, ...task.initOutputs.map((edge) => edge.datasetType)])
      use(name, true).makers.push(label)
  }
  for (const task of tasks) {
    for (const { datasetType } of [...task.inputs, ...task.prerequisites])
      use(datasetType, false).readers.push(task.label)
    for (const { datasetType } of task.initInputs) use(datasetType, true).readers.push(task.label)
  }
  return uses
}

function links(pairs: readonly (readonly [from: string, to: readonly string[]])[]): Links {
  const all = new Map<string, string[]>()
  for (const [from, to] of pairs) all.set(from, [...(all.get(from) ?? []), ...to])
  return all
}

/** All that links lead to, without where they begin. */
function reach(start: readonly string[], next: Links): readonly string[] {
  const found = new Set<string>()
  const queue = [...start]
  for (let label = queue.pop(); label !== undefined; label = queue.pop())
    for (const other of next.get(label) ?? [])
      if (!found.has(other)) {
        found.add(other)
        queue.push(other)
      }
  return [...found]
}

function tokenize(expression: string): { text: string; at: number }[] {
  const tokens: { text: string; at: number }[] = []
  const pattern = /\s*(<=|>=|[<>~&|()]|(?:[TDS]:)?[\w./]+)|\s*$/y
  while (pattern.lastIndex < expression.length) {
    const at = pattern.lastIndex
    const found = pattern.exec(expression)
    if (found === null) throw bad(`invalid token in expression near character ${at}: '${expression[at]}'`)
    if (found[1] !== undefined) tokens.push({ text: found[1], at })
  }
  return tokens
}

const bad = (message: string): Error =>
  pipelineError('bad-expression', message, {
    hint: 'Write labels, subsets or dataset types joined by & and |, with <, <=, >, >= or ~ in front; see `pipetask build --help`.',
  })
