import { type DatasetType, DimensionUniverse } from '#butler'
import {
  type Config,
  ConfigSyntaxError,
  FieldValidationError,
  freeze,
  loadConfig,
  overrideFromValue,
  type PyValue,
  validate,
} from '#config'
import { type FirstlightError, isFirstlightError } from '#core'
import { checkContracts } from '../definition/contracts.ts'
import { expandVariables } from '../definition/load.ts'
import type { ConfigBlock, Pipeline, TaskEntry } from '../definition/pipeline.ts'
import { PipelineSyntaxError, pipelineError } from '../errors.ts'
import type { PipelineHost } from '../host.ts'
import type { PipelineTask } from '../pipeline-task.ts'
import type { TaskRegistry } from '../task-registry.ts'
import { assembleGraph } from './assemble.ts'
import { makeTaskNode } from './make-node.ts'
import type { PipelineGraph, TaskNode } from './pipeline-graph.ts'
import { checkSteps } from './steps.ts'

export interface BuildGraphOptions {
  readonly tasks: TaskRegistry
  readonly host: PipelineHost
  readonly universe?: DimensionUniverse
  /** Dataset types as a repository has them. */
  readonly repositoryTypes?: readonly DatasetType[]
}

/** Configure every task of a pipeline and join them to a graph. */
export async function buildPipelineGraph(
  pipeline: Pipeline,
  options: BuildGraphOptions,
): Promise<PipelineGraph> {
  const universe = options.universe ?? DimensionUniverse.canonical()
  const registered = new Map(options.repositoryTypes?.map((type) => [type.name, type]))
  const tasks: TaskNode[] = []
  const configs = new Map<string, Config>()
  for (const entry of pipeline.tasks.values()) {
    const task = await loadTask(entry, options.tasks)
    const config = await configure(entry, task, pipeline, options)
    configs.set(entry.label, config)
    const node = () =>
      makeTaskNode(entry.label, task, config, universe, (name) => registered.get(name)?.dimensions)
    tasks.push(atTask(entry, node))
  }
  checkContracts(pipeline.contracts, configs)
  checkSteps(pipeline, universe)
  return assembleGraph(
    {
      universe,
      description: pipeline.description,
      instrument: pipeline.instrument,
      tasks,
      subsets: pipeline.subsets,
      steps: pipeline.steps,
    },
    (name) => registered.get(name),
  )
}

/** What is wrong with the names of connections, or other things of a task as a whole, is told where these were given, or where the task is. */
function atTask<T>(entry: TaskEntry, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!isFirstlightError(error) || 'file' in error.data) throw error
    const isNamed = (value: PyValue | undefined): boolean =>
      typeof value === 'string' && error.message.includes(`'${value}'`)
    const named = entry.configs.flatMap(({ values, valuePlaces }) =>
      [...valuePlaces].filter(([path]) => path.startsWith('connections.') && isNamed(values.get(path))),
    )
    const place = named.at(-1)?.[1] ?? entry.place
    throw pipelineError(error.code.replace(/^pipeline\//, ''), `${textOf(place)}: ${error.message}`, {
      cause: error,
      ...(error.hint !== undefined && { hint: error.hint }),
      data: { ...error.data, ...place },
    })
  }
}

async function loadTask({ className, label, place }: TaskEntry, tasks: TaskRegistry): Promise<PipelineTask> {
  try {
    return await tasks.load(className)
  } catch (error) {
    if (!isFirstlightError(error) || error.code !== 'pipeline/unknown-task') throw error
    throw new PipelineSyntaxError(`task '${label}': ${error.message}`, place, {
      cause: error,
      ...(error.hint !== undefined && { hint: error.hint }),
    })
  }
}

/** Class defaults, then the instrument's overrides, then the pipeline's blocks in order. */
async function configure(
  entry: TaskEntry,
  task: PipelineTask,
  pipeline: Pipeline,
  options: BuildGraphOptions,
): Promise<Config> {
  const config = task.config.make()
  const { host } = options
  if (pipeline.instrument !== undefined) {
    const overrides = (await host.instrumentOverrides?.(pipeline.instrument, task.defaultName)) ?? []
    for (const { file, text } of overrides) await read(config, text, file, options)
  }
  for (const block of entry.configs)
    await applyBlock(config, block, entry.label, pipeline.parameters, options)
  try {
    validate(config)
  } catch (error) {
    if (!isFirstlightError(error)) throw error
    const { where } = error.data
    throw located(error, entry.label, typeof where === 'string' ? { place: { file: where } } : entry)
  }
  return freeze(config)
}

const read = (
  config: Config,
  text: string,
  file: string,
  { host, tasks }: BuildGraphOptions,
  parameters?: Pipeline['parameters'],
): Promise<void> =>
  loadConfig(config, text, {
    file,
    ...(parameters && { parameters }),
    readText: (path) => host.readText(path),
    findTarget: (name) => tasks.findTarget(name),
  })

async function applyBlock(
  config: Config,
  block: ConfigBlock,
  label: string,
  parameters: ReadonlyMap<string, PyValue>,
  options: BuildGraphOptions,
): Promise<void> {
  if (block.dataId)
    throw new PipelineSyntaxError(
      `task '${label}': a config block for one data ID cannot be used when running`,
      block.place,
      {
        hint: 'Take `dataId` out, or use two labels with different configs.',
      },
    )
  for (const file of block.files) {
    const path = expandVariables(file, options.host, block.place)
    const text = await options.host.readText(path).catch((error: unknown) => {
      throw isFirstlightError(error) ? located(error, label, block) : error
    })
    await read(config, text, path, options, parameters)
  }
  if (block.python !== undefined) {
    const { file, line } = block.place
    await loadConfig(config, block.python, {
      file: `${file}${line === undefined ? '' : `:${line}`} python`,
      inline: true,
      parameters,
      findTarget: (name) => options.tasks.findTarget(name),
      readText: (path) => options.host.readText(path),
    })
  }
  for (const [path, value] of block.values) {
    const place = block.valuePlaces.get(path) ?? block.place
    try {
      overrideFromValue(config, path, substitute(value, parameters), {
        source: place.file,
        ...(place.line !== undefined && { line: place.line }),
      })
    } catch (error) {
      throw isFirstlightError(error) && !(error instanceof ConfigSyntaxError)
        ? located(error, label, { place })
        : error
    }
  }
}

function substitute(value: PyValue, parameters: ReadonlyMap<string, PyValue>): PyValue {
  if (typeof value !== 'string' || !value.startsWith('parameters.')) return value
  const found = parameters.get(value.slice('parameters.'.length))
  return found === undefined ? value : found
}

const textOf = ({ file, line, column = 1 }: TaskEntry['place']): string =>
  line === undefined ? file : `${file}:${line}:${column}`

/** The same error with the task's label and the place in the pipeline file in front. */
function located(
  error: FirstlightError,
  label: string,
  { place }: Pick<TaskEntry, 'place'>,
): FirstlightError {
  const text =
    error instanceof FieldValidationError ? error.message.replace(/ \(set by .*\)$/, '') : error.message
  return pipelineError('bad-config', `${textOf(place)}: task '${label}': ${text}`, {
    cause: error,
    ...(error.hint !== undefined && { hint: error.hint }),
    data: { ...error.data, label, ...place, reason: error.code },
  })
}
