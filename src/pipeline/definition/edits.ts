import { didYouMean } from '#core'
import { parseOverride } from '#config'
import { pipelineError } from '../errors.ts'
import { addBlock } from './merge.ts'
import type { ConfigBlock, Pipeline, TaskEntry } from './pipeline.ts'
import { keepTasks } from './subset.ts'

/** One option that changes a pipeline; they are applied in the order given. */
export type PipelineEdit =
  | { readonly config: string }
  | { readonly configFile: string }
  | { readonly task: string }
  | { readonly delete: string }
  | { readonly instrument: string }

/** Stands where a label does and means the parameters of the pipeline. */
const PARAMETERS = 'parameters'

/** Apply one command-line edit. `defaultLabel` gives a task class's own label. */
export async function editPipeline(
  pipeline: Pipeline,
  edit: PipelineEdit,
  defaultLabel: (className: string) => Promise<string>,
): Promise<Pipeline> {
  if ('config' in edit) {
    const { label, path, text } = parseOverride(edit.config)
    const place = { file: `-c ${edit.config}` }
    if (label === PARAMETERS)
      return { ...pipeline, parameters: new Map([...pipeline.parameters, [path, text]]) }
    return withBlock(pipeline, label, {
      files: [],
      values: new Map([[path, text]]),
      valuePlaces: new Map([[path, place]]),
      place,
    })
  }
  if ('configFile' in edit) {
    const found = /^([^:]+):(.+)$/.exec(edit.configFile)
    if (found === null)
      throw pipelineError('bad-option', `Cannot read the option -C '${edit.configFile}'.`, {
        hint: 'Write LABEL:FILE.',
      })
    const [, label = '', file = ''] = found
    if (label === PARAMETERS)
      throw pipelineError('bad-option', `Parameters cannot be set by a file: -C '${edit.configFile}'.`, {
        hint: 'Write -c parameters:NAME=VALUE for each.',
      })
    return withBlock(pipeline, label, {
      files: [file],
      values: new Map(),
      valuePlaces: new Map(),
      place: { file: '-C' },
    })
  }
  if ('delete' in edit) {
    if (!pipeline.tasks.has(edit.delete)) throw unknownTask(pipeline, edit.delete)
    return keepTasks(pipeline, new Set([...pipeline.tasks.keys()].filter((l) => l !== edit.delete)), 'EDIT')
  }
  if ('instrument' in edit) return { ...pipeline, instrument: edit.instrument }
  const [className = '', label] = edit.task.split(':')
  const name = label === undefined || label === '' ? await defaultLabel(className) : label
  if (name === PARAMETERS)
    throw pipelineError('bad-option', "'parameters' is a reserved word and cannot be used as a task label.", {
      hint: `Give another label: -t ${className}:LABEL.`,
    })
  const entry: TaskEntry = { label: name, className, configs: [], place: { file: `-t ${edit.task}` } }
  return { ...pipeline, tasks: new Map([...pipeline.tasks, [name, entry]]) }
}

function withBlock(pipeline: Pipeline, label: string, block: ConfigBlock): Pipeline {
  const task = pipeline.tasks.get(label)
  if (task === undefined) throw unknownTask(pipeline, label)
  const changed = { ...task, configs: addBlock(task.configs, block) }
  return { ...pipeline, tasks: new Map([...pipeline.tasks, [label, changed]]) }
}

const unknownTask = (pipeline: Pipeline, label: string): Error =>
  pipelineError(
    'unknown-label',
    `There are no tasks labeled '${label}' in the pipeline.${didYouMean(label, pipeline.tasks.keys())}`,
    { hint: `Its labels are ${[...pipeline.tasks.keys()].join(', ')}.`, data: { label } },
  )
