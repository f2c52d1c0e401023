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
  return at < 0
    ? { location: uri, fragment: undefined }
    : { location: uri.slice(0, at), fragment: uri.slice(at + 1) }
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

/** Read a pipeline and everything it imports; the fragment is left to `selectFragment`, which needs the task graph. */
export async function loadPipeline(location: string, host: PipelineHost): Promise<Pipeline> {
  const file = expandVariables(location, host)
  return parsePipeline(await host.readText(file), { file, host })
}

/** Read a pipeline from its text. `file` is what messages call it and what relative imports start from. */
export async function parsePipeline(
  text: string,
  {
    file = '<pipeline>',
    host,
    importing = [],
  }: { file?: string; host: PipelineHost; importing?: readonly string[] },
): Promise<Pipeline> {
  const { own, imports } = parsePipelineText(text, file)
  const imported: (Pipeline & { place: Place })[] = []
  for (const one of imports)
    imported.push({ ...(await readImport(one, file, host, importing)), place: one.place })
  return mergeImports(own, imported)
}

async function readImport(
  one: Import,
  from: string,
  host: PipelineHost,
  importing: readonly string[],
): Promise<Pipeline> {
  const { location, fragment } = splitPipelineUri(expandVariables(one.location, host, one.place))
  const path = await placeOfImport(location, from, host, one.place)
  if (importing.includes(path) || path === from)
    throw new PipelineSyntaxError(
      `imports go in a circle: ${[...importing, from, path].join(' → ')}`,
      one.place,
    )
  const whole = await parsePipeline(await host.readText(path), {
    file: path,
    host,
    importing: [...importing, from],
  })
  const part =
    fragment === undefined ? whole : keepTasks(whole, labelsOf(whole, fragment.split(',')), one.subsetMode)
  return cut(part, one)
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
  const { instrument, ...rest } = renameTasks(kept, one.rename, one.subsetMode)
  const chosen = one.instrument === undefined ? instrument : one.instrument
  return {
    ...rest,
    ...(chosen !== null && chosen !== undefined && { instrument: chosen }),
    contracts: one.importContracts ? rest.contracts : [],
    steps: one.importSteps ? rest.steps : [],
  }
}

const excluded = (pipeline: Pipeline, { exclude = [] }: Import): ReadonlySet<string> =>
  new Set(exclude.flatMap((name) => pipeline.subsets.get(name)?.labels ?? [name]))
