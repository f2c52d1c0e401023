import { repr } from '#config'
import { PipelineSyntaxError } from '../errors.ts'
import type { ConfigBlock, Pipeline, Place, Step, Subset, TaskEntry } from './pipeline.ts'

/** Put imported pipelines under a file's own declarations, by the anchor's rules. */
export function mergeImports(
  own: Pipeline,
  imported: readonly (Pipeline & { readonly place: Place })[],
): Pipeline {
  const tasks = new Map<string, TaskEntry>()
  const subsets = new Map<string, Subset>()
  let { instrument } = own
  for (const pipeline of imported) {
    const { place } = pipeline
    if (instrument !== undefined && pipeline.instrument !== undefined && instrument !== pipeline.instrument)
      throw new PipelineSyntaxError(
        `only one instrument can be declared in a pipeline and its imports: ${instrument} here, ${pipeline.instrument} in the import`,
        place,
        { hint: 'Write `instrument: None` in the import to leave its instrument out.' },
      )
    instrument ??= pipeline.instrument
    refuseRepeats(
      [...pipeline.tasks.keys()],
      [...tasks.keys()],
      'task labels of imported pipelines must be unique',
      place,
    )
    refuseRepeats(
      [...pipeline.subsets.keys()],
      [...subsets.keys(), ...tasks.keys()],
      'subset names must be unique amongst imports',
      place,
    )
    for (const [label, task] of pipeline.tasks) tasks.set(label, task)
    for (const [name, subset] of pipeline.subsets) subsets.set(name, subset)
  }
  for (const [label, task] of own.tasks) tasks.set(label, mergeTask(tasks.get(label), task))
  for (const [name, subset] of own.subsets) subsets.set(name, subset)
  for (const subset of subsets.values()) checkSubset(subset, tasks)
  return {
    description: own.description,
    ...(instrument !== undefined && { instrument }),
    parameters: new Map([...imported.flatMap((p) => [...p.parameters]), ...own.parameters]),
    tasks,
    subsets,
    contracts: [...own.contracts, ...imported.flatMap((p) => p.contracts)],
    steps: mergeSteps([...imported.flatMap((p) => p.steps), ...own.steps], subsets),
  }
}

function refuseRepeats(names: readonly string[], known: readonly string[], rule: string, place: Place): void {
  const repeated = names.filter((name) => known.includes(name))
  if (repeated.length > 0)
    throw new PipelineSyntaxError(`${rule}; these appear more than once: ${repeated.join(', ')}`, place, {
      hint: 'Leave one out with `exclude`, or give it another name with `rename`.',
    })
}

/** Steps by label: the same one may come by several imports, two different ones may not. */
function mergeSteps(steps: readonly Step[], subsets: ReadonlyMap<string, Subset>): readonly Step[] {
  const known = new Map<string, Step>()
  for (const step of steps) {
    const { label, dimensions, place } = step
    if (!subsets.has(label))
      throw new PipelineSyntaxError(`the step '${label}' is not a subset of the pipeline`, place, {
        hint: 'Declare the tasks of the step below `subsets`, under its label.',
      })
    const other = known.get(label)
    if (other !== undefined && other.dimensions.join() !== dimensions.join())
      throw new PipelineSyntaxError(
        `the step '${label}' has dimensions ${dimensions.join(', ')} here, and ${other.dimensions.join(', ')} in ${other.place.file}`,
        place,
        { hint: 'Leave the imported steps out with `importSteps: false`.' },
      )
    if (other === undefined) known.set(label, step)
  }
  return [...known.values()]
}

function checkSubset({ labels, name, place }: Subset, tasks: ReadonlyMap<string, TaskEntry>): void {
  if (tasks.has(name)) throw new PipelineSyntaxError(`the subset '${name}' has the name of a task`, place)
  const unknown = labels.filter((label) => !tasks.has(label))
  if (unknown.length > 0)
    throw new PipelineSyntaxError(
      `labels of subset '${name}' are not in the pipeline: ${unknown.join(', ')}`,
      place,
    )
}

/** A task declared over an imported one adds its config when the class is the same, else replaces it. */
function mergeTask(imported: TaskEntry | undefined, task: TaskEntry): TaskEntry {
  if (imported === undefined || imported.className !== task.className) return task
  return { ...imported, configs: task.configs.reduce(addBlock, imported.configs), place: task.place }
}

/** Append a config block, joining it with the last one where that changes nothing. */
export function addBlock(blocks: readonly ConfigBlock[], block: ConfigBlock): readonly ConfigBlock[] {
  const last = blocks[blocks.length - 1]
  if (last === undefined || !canJoin(last, block)) return [...blocks, block]
  const joined: ConfigBlock = {
    ...last,
    values: new Map([...last.values, ...block.values]),
    valuePlaces: new Map([...last.valuePlaces, ...block.valuePlaces]),
  }
  return [...blocks.slice(0, -1), joined]
}

function canJoin(a: ConfigBlock, b: ConfigBlock): boolean {
  const plain = (block: ConfigBlock): boolean =>
    block.python === undefined && block.files.length === 0 && !block.dataId
  return (
    plain(a) &&
    plain(b) &&
    [...b.values].every(([k, v]) => !a.values.has(k) || repr(a.values.get(k)) === repr(v))
  )
}
