import type { Butler } from '#butler'
import { FirstlightError } from '#core'
import {
  buildPipelineGraph,
  loadPipeline,
  type PipelineHost,
  registerPipelineTypes,
  withInstrumentOfData,
} from '#pipeline'
import { instrumentOverrides, standardPipelines, taskRegistry } from '#tasks'

const SHIPPED = 'firstlight:'

/** The pipelines that ship with us and nothing else. */
const shippedOnly: PipelineHost = {
  env: () => undefined,
  exists: (path) => Promise.resolve(textOf(path) !== undefined),
  readText(path) {
    const text = textOf(path)
    if (text !== undefined) return Promise.resolve(text)
    return Promise.reject(new FirstlightError('files/not-found', `No pipeline '${path}' ships with us.`))
  },
  instrumentOverrides: (instrument, taskName) => Promise.resolve(instrumentOverrides(instrument, taskName)),
}

const textOf = (path: string): string | undefined =>
  standardPipelines[path.startsWith(SHIPPED) ? path.slice(SHIPPED.length) : path]

/** Register what the shipped pipelines make, as a repository that is handed out has it: the tutorial's commands ask for no more. */
export async function registerStandardTypes(butler: Butler): Promise<void> {
  for (const name of Object.keys(standardPipelines)) {
    const shipped = await loadPipeline(`${SHIPPED}${name}`, shippedOnly)
    const pipeline = await withInstrumentOfData(shipped, undefined, butler)
    const graph = await buildPipelineGraph(pipeline, {
      tasks: taskRegistry,
      host: shippedOnly,
      universe: butler.dimensions,
      repositoryTypes: await butler.registry.queryDatasetTypes(),
    })
    await registerPipelineTypes(butler, graph)
  }
}
