import type { QueryEngine } from './engine.ts'
import { fixedValues } from './inspect.ts'
import { conjuncts, type PlanRequest } from './plan.ts'
import type { QuerySpec } from './spec.ts'

export interface ExplainOptions {
  /** Also try parts of the query; true by default. */
  readonly execute?: boolean
}

/**
 * Why a query finds nothing: searches with nowhere to look, conditions that contradict each other, then by trying: which
 * condition alone matches nothing. Empty when there are results.
 */
export async function explainEmpty(
  engine: QueryEngine,
  spec: QuerySpec,
  request: PlanRequest,
  options: ExplainOptions = {},
): Promise<readonly string[]> {
  const reasons = [...searchReasons(spec), ...contradictionReasons(spec)]
  if (reasons.length > 0 || options.execute === false) return reasons
  if (await engine.any(spec, request)) return []
  return triedReasons(engine, spec, request)
}

function searchReasons(spec: QuerySpec): readonly string[] {
  const reasons: string[] = []
  for (const { type, asked, collections, candidates } of spec.searches.values()) {
    if (candidates.length > 0) continue
    const { name } = type.type
    if (collections.length === 0) reasons.push('No datasets can be found because collection list is empty.')
    for (const collection of collections)
      reasons.push(`No datasets of type '${name}' in collection '${collection.name}'.`)
    const list = asked.map((c) => `'${c}'`).join(', ')
    reasons.push(`Search for dataset type '${name}' in [${list}] is doomed to fail.`)
  }
  return reasons
}

function contradictionReasons(spec: QuerySpec): readonly string[] {
  const predicates = spec.conditions.flatMap((c) => conjuncts(c.predicate))
  return fixedValues(predicates).contradictions.map(
    ([dimension, first, second]) =>
      `'where' expression requires both ${dimension}=${show(second)} and ${dimension}=${show(first)}.`,
  )
}

const show = (value: unknown): string => (typeof value === 'string' ? `'${value}'` : String(value))

/** Leave conditions out to see which of them matches nothing. */
async function triedReasons(
  engine: QueryEngine,
  spec: QuerySpec,
  request: PlanRequest,
): Promise<readonly string[]> {
  const without = { ...spec, conditions: [] }
  if (!(await engine.any(without, request)))
    return spec.searches.size > 0
      ? [
          `There are no ${[...spec.searches.keys()].join(', ')} with these dimensions in the collections at all.`,
        ]
      : [`There are no records for ${request.group.label} at all.`]
  const alone: string[] = []
  for (const condition of spec.conditions)
    if (!(await engine.any({ ...spec, conditions: [condition] }, request))) alone.push(condition.text)
  if (alone.length > 0) return alone.map((text) => `Nothing has ${text}.`)
  for (const condition of spec.conditions) {
    const rest = spec.conditions.filter((c) => c !== condition)
    if (rest.length > 0 && (await engine.any({ ...spec, conditions: rest }, request)))
      return [`Each condition matches something, but ${condition.text} does not go together with the others.`]
  }
  return ['Each condition matches something, but not all together.']
}
