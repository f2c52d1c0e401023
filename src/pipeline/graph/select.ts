import { didYouMean } from '#core'
import { pipelineError } from '../errors.ts'
import type { PipelineGraph, TaskNode } from './pipeline-graph.ts'

type Node = `T:${string}` | `D:${string}`

/**
 * Labels of the tasks that a selection expression names: `isr | >=calexp`, `step1 & ~isr`, `<=D:calexp`. `<x` is what x needs,
 * `>x` what needs x, with `=` x too; `T:`, `D:`, `S:` say task, dataset type, subset. Throws `pipeline/bad-expression`.
 */
export function selectTasks(graph: PipelineGraph, expression: string): ReadonlySet<string> {
  const reader = new Selection(graph, expression)
  const nodes = reader.whole()
  return new Set(graph.tasks.map((t) => t.label).filter((label) => nodes.has(`T:${label}`)))
}

class Selection {
  readonly graph: PipelineGraph
  readonly tokens: readonly { readonly text: string; readonly at: number }[]
  readonly before = new Map<Node, Node[]>()
  readonly after = new Map<Node, Node[]>()
  at = 0

  constructor(graph: PipelineGraph, expression: string) {
    this.graph = graph
    this.tokens = tokenize(expression)
    for (const task of graph.tasks) {
      for (const edge of [...task.inputs, ...task.prerequisites])
        this.connect(`D:${edge.datasetType}`, `T:${task.label}`)
      for (const edge of task.outputs) this.connect(`T:${task.label}`, `D:${edge.datasetType}`)
    }
  }

  whole(): ReadonlySet<Node> {
    const nodes = this.or()
    const extra = this.tokens[this.at]
    if (extra !== undefined) throw bad(`unexpected '${extra.text}' near character ${extra.at}`)
    return nodes
  }

  private or(): ReadonlySet<Node> {
    let nodes = this.and()
    while (this.take('|')) nodes = new Set([...nodes, ...this.and()])
    return nodes
  }

  private and(): ReadonlySet<Node> {
    let nodes = this.unary()
    while (this.take('&')) {
      const right = this.unary()
      nodes = new Set([...nodes].filter((n) => right.has(n)))
    }
    return nodes
  }

  private unary(): ReadonlySet<Node> {
    if (this.take('~')) {
      const without = this.unary()
      return new Set(this.all().filter((n) => !without.has(n)))
    }
    if (this.take('(')) {
      const nodes = this.or()
      if (!this.take(')'))
        throw bad(this.tokens[this.at] === undefined ? 'Expression ended unexpectedly.' : "expected ')'")
      return nodes
    }
    for (const [operator, links, inclusive] of [
      ['<=', this.before, true],
      ['>=', this.after, true],
      ['<', this.before, false],
      ['>', this.after, false],
    ] as const)
      if (this.take(operator)) return reach(this.withMaker(this.name(), inclusive), links, inclusive)
    return this.withMaker(this.name(), true)
  }

  private name(): ReadonlySet<Node> {
    const token = this.tokens[this.at++]
    if (token === undefined) throw bad('Expression ended unexpectedly.')
    const [, kind, name = ''] = /^(?:([TDS]):)?([\w./]+)$/.exec(token.text) ?? []
    if (name === '') throw bad(`unexpected '${token.text}' near character ${token.at}`)
    const { graph } = this
    if (kind !== 'D' && kind !== 'S' && graph.tasks.some((t) => t.label === name))
      return new Set<Node>([`T:${name}`])
    const subset = graph.subsets.get(name)
    if (kind !== 'T' && kind !== 'D' && subset !== undefined)
      return new Set(subset.labels.map((l) => `T:${l}` as const))
    if (kind !== 'T' && kind !== 'S' && graph.datasetTypes.has(name)) return new Set<Node>([`D:${name}`])
    const known = [...graph.tasks.map((t) => t.label), ...graph.subsets.keys(), ...graph.datasetTypes.keys()]
    throw bad(
      `'${name}' is not a task label, task subset label, or dataset type name.${didYouMean(name, known)}`,
    )
  }

  /** A dataset type stands for the task that makes it, too. */
  private withMaker(nodes: ReadonlySet<Node>, wanted: boolean): ReadonlySet<Node> {
    if (!wanted) return nodes
    const makers = [...nodes].filter((n) => n.startsWith('D:')).flatMap((n) => this.before.get(n) ?? [])
    return new Set([...nodes, ...makers])
  }

  private all(): readonly Node[] {
    return [
      ...this.graph.tasks.map((t: TaskNode) => `T:${t.label}` as const),
      ...[...this.graph.datasetTypes.keys()].map((d) => `D:${d}` as const),
    ]
  }

  private take(text: string): boolean {
    if (this.tokens[this.at]?.text !== text) return false
    this.at++
    return true
  }

  private connect(from: Node, to: Node): void {
    this.after.set(from, [...(this.after.get(from) ?? []), to])
    this.before.set(to, [...(this.before.get(to) ?? []), from])
  }
}

function reach(
  start: ReadonlySet<Node>,
  links: ReadonlyMap<Node, readonly Node[]>,
  inclusive: boolean,
): ReadonlySet<Node> {
  const found = new Set<Node>()
  const queue = [...start]
  for (let node = queue.pop(); node !== undefined; node = queue.pop())
    for (const next of links.get(node) ?? [])
      if (!found.has(next)) {
        found.add(next)
        queue.push(next)
      }
  return inclusive ? new Set([...start, ...found]) : found
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
