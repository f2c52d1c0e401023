import { isFirstlightError } from '#core'
import { PipelineSyntaxError, pipelineError } from '../errors.ts'
import type { PipelineHost } from '../host.ts'
import { mergeImports } from './merge.ts'
import { type Import, parsePipelineText } from './parse.ts'
import type { Pipeline, Place } from './pipeline.ts'
import { keepTasks, labelsOf, renameTasks } from './subset.ts'

/** A pipeline's place with the labels after `#`: `drp.yaml#step1,makeWarp`, `drp.yaml#isr..calibrate`. */
export interface PipelineUri {
  readonly location: string
  readonly fragment: string | undefined
}

export function splitPipelineUri(uri: string): PipelineUri {
  const at = uri.indexOf('#')
  const fragment = at < 0 ? '' : uri.slice(at + 1)
  return { location: at < 0 ? uri : uri.slice(0, at), fragment: fragment === '' ? undefined : fragment }
}

/** Replace `$NAME` and `${NAME}`; throws naming a variable that is not set. */
export function expandVariables(text: string, host: PipelineHost, place?: Place): string {
  return text.replace(/\$(?:\{(\w+)\}|(\w+))/g, (_all, braced?: string, bare?: string) => {
    const name = braced ?? bare ?? ''
    const value = host.env(name)
    if (value !== undefined) return value
    const message = `the environment variable ${name} is not set, and '${text}' needs it`
    throw place === undefined
      ? pipelineError('unset-variable', message)
      : new PipelineSyntaxError(message, place)
  })
}

/** Cuts a pipeline to `first..last`: `selectFragment`, which knows the order of the tasks. */
export type SelectRange = (pipeline: Pipeline, range: string) => Promise<Pipeline>

/** Read a pipeline and everything it imports; the fragment is left to `selectFragment`, which needs the task graph. */
export async function loadPipeline(
  location: string,
  host: PipelineHost,
  selectRange?: SelectRange,
): Promise<Pipeline> {
  const file = expandVariables(location, host)
  return parsePipeline(await host.readText(file), { file, host, ...(selectRange && { selectRange }) })
}

interface ParseOptions {
  readonly file?: string
  readonly host: PipelineHost
  readonly importing?: readonly string[]
  /** For imports of `FILE#first..last`. */
  readonly selectRange?: SelectRange
}

/** Read a pipeline from its text. `file` is what messages call it and what relative imports start from. */
export async function parsePipeline(text: string, options: ParseOptions): Promise<Pipeline> {
  const { file = '<pipeline>' } = options
  const { own, imports } = parsePipelineText(text, file)
  const imported: (Pipeline & { place: Place })[] = []
  for (const one of imports) imported.push({ ...(await readImport(one, file, options)), place: one.place })
  return mergeImports(own, imported)
}

async function readImport(one: Import, from: string, options: ParseOptions): Promise<Pipeline> {
  const { host, importing = [] } = options
  const { location, fragment } = splitPipelineUri(expandVariables(one.location, host, one.place))
  const path = await placeOfImport(location, from, host, one.place)
  if (importing.includes(path) || path === from)
    throw new PipelineSyntaxError(
      `imports go in a circle: ${[...importing, from, path].join(' → ')}`,
      one.place,
    )
  const text = await host.readText(path)
  const whole = await parsePipeline(text, { ...options, file: path, importing: [...importing, from] })
  try {
    return cut(fragment === undefined ? whole : await partOf(whole, fragment, one, options), one)
  } catch (error) {
    if (
      !isFirstlightError(error) ||
      !['pipeline/unknown-label', 'pipeline/bad-fragment'].includes(error.code)
    )
      throw error
    throw new PipelineSyntaxError(error.message, one.place, { cause: error })
  }
}

function partOf(
  whole: Pipeline,
  fragment: string,
  { subsetMode }: Import,
  { selectRange }: ParseOptions,
): Pipeline | Promise<Pipeline> {
  if (fragment.includes('..') && selectRange !== undefined) return selectRange(whole, fragment)
  return keepTasks(whole, labelsOf(whole, fragment.split(',')), subsetMode)
}

async function placeOfImport(
  location: string,
  from: string,
  host: PipelineHost,
  place: Place,
): Promise<string> {
  const folder = from.includes('/') ? from.slice(0, from.lastIndexOf('/') + 1) : ''
  const absolute = location.startsWith('/') || /^\w+:/.test(location)
  for (const candidate of absolute ? [location] : [folder + location, location])
    if (await host.exists(candidate)) return candidate
  throw new PipelineSyntaxError(`the import's file '${location}' does not exist`, place, {
    data: { location },
  })
}

function cut(pipeline: Pipeline, one: Import): Pipeline {
  const keep = one.include
    ? labelsOf(pipeline, one.include)
    : new Set([...pipeline.tasks.keys()].filter((label) => !excluded(pipeline, one).has(label)))
  const kept = keepTasks(pipeline, keep, one.subsetMode)
  refuseTakenLabels(kept, one)
  const { instrument, ...rest } = renameTasks(kept, one.rename, one.subsetMode)
  const chosen = one.instrument === undefined ? instrument : one.instrument
  return {
    ...rest,
    ...(chosen !== null && chosen !== undefined && { instrument: chosen }),
    contracts: one.importContracts ? rest.contracts : [],
    steps: one.importSteps ? rest.steps : [],
  }
}

function refuseTakenLabels({ tasks }: Pipeline, { rename, place }: Import): void {
  const labels = [...tasks.keys()].map((label) => rename.get(label) ?? label)
  const taken = labels.find((label, i) => labels.indexOf(label) < i)
  if (taken === undefined) return
  const from = [...rename].find(([old, label]) => label === taken && tasks.has(old))?.[0] ?? ''
  throw new PipelineSyntaxError(`'${from}' cannot be renamed to '${taken}': there is such a label`, place, {
    hint: 'Leave that one out with `exclude`, or give it another name too.',
  })
}

const excluded = (pipeline: Pipeline, { exclude = [] }: Import): ReadonlySet<string> =>
  new Set(exclude.flatMap((name) => pipeline.subsets.get(name)?.labels ?? [name]))
