import { didYouMean } from '#core'
import { pipelineError } from '../errors.ts'
import type { Pipeline, Subset } from './pipeline.ts'

/** Labels and subset names to labels. Throws `pipeline/unknown-label` naming those the pipeline does not have. */
export function labelsOf(pipeline: Pipeline, names: readonly string[]): ReadonlySet<string> {
  const known = [...pipeline.tasks.keys(), ...pipeline.subsets.keys()]
  const extra = names.filter((name) => !known.includes(name))
  if (extra.length > 0) {
    const listed = extra.map((name) => `'${name}'`).join(', ')
    throw pipelineError(
      'unknown-label',
      `Not all supplied labels (specified or named subsets) are in the pipeline definition, extra labels: ${listed}.${didYouMean(extra[0] ?? '', known)}`,
      { data: { extra } },
    )
  }
  return new Set(names.flatMap((name) => pipeline.subsets.get(name)?.labels ?? [name]))
}

/**
 * The pipeline with only some tasks. Subsets that lose a member go (`DROP`) or shrink (`EDIT`); contracts about lost tasks
 * and steps of lost subsets go.
 */
export function keepTasks(pipeline: Pipeline, keep: ReadonlySet<string>, mode: 'DROP' | 'EDIT'): Pipeline {
  const lost = [...pipeline.tasks.keys()].filter((label) => !keep.has(label))
  const subsets = new Map<string, Subset>()
  for (const [name, subset] of pipeline.subsets) {
    const labels = subset.labels.filter((label) => keep.has(label))
    if (mode === 'EDIT' || labels.length === subset.labels.length) subsets.set(name, { ...subset, labels })
  }
  return {
    ...pipeline,
    tasks: new Map([...pipeline.tasks].filter(([label]) => keep.has(label))),
    subsets,
    contracts: pipeline.contracts.filter(
      ({ expression }) => !lost.some((label) => mentions(expression, label)),
    ),
    steps: pipeline.steps.filter(({ label }) => subsets.has(label)),
  }
}

/** Does an expression use a label, as a name of its own and not as an attribute? */
export const mentions = (expression: string, label: string): boolean =>
  new RegExp(`(?<![\\w.])${label.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?!\\w)`).test(expression)

/** Give tasks other labels, in contracts and steps too; subsets with such a task go (`DROP`, as in the anchor) or follow. */
export function renameTasks(
  whole: Pipeline,
  names: ReadonlyMap<string, string>,
  mode: 'DROP' | 'EDIT',
): Pipeline {
  if (names.size === 0) return whole
  const kept = [...whole.subsets].filter(([, s]) => mode === 'EDIT' || !s.labels.some((l) => names.has(l)))
  const pipeline = { ...whole, subsets: new Map(kept) }
  const renamed = (label: string): string => names.get(label) ?? label
  const replace = (expression: string): string =>
    [...names].reduce(
      (text, [from, to]) => text.replace(new RegExp(`(?<![\\w.])${from}(?!\\w)`, 'g'), to),
      expression,
    )
  return {
    ...pipeline,
    tasks: new Map(
      [...pipeline.tasks].map(([label, task]) => [renamed(label), { ...task, label: renamed(label) }]),
    ),
    subsets: new Map(
      [...pipeline.subsets].map(([name, s]) => [
        renamed(name),
        { ...s, name: renamed(name), labels: s.labels.map(renamed) },
      ]),
    ),
    contracts: pipeline.contracts.map((c) => ({ ...c, expression: replace(c.expression) })),
    steps: pipeline.steps.map((s) => ({ ...s, label: renamed(s.label) })),
  }
}
