import type { Butler } from '#butler'
import { FirstlightError } from '#core'
import { type MockFailure, mockPipeline, type PipelineGraph } from '#pipeline'
import { megabytes } from './execution-options.ts'
import type { GraphFlags } from './graph-options.ts'

/** The pipeline of `--mock`, with the failures of `--mock-failure`. */
export async function mocked(
  graph: PipelineGraph,
  flags: GraphFlags,
  butler: Butler,
): Promise<PipelineGraph> {
  const known = new Map((await butler.registry.queryDatasetTypes()).map((type) => [type.name, type]))
  const failures = new Map(flags.mockFailure.map(parseFailure))
  return mockPipeline(graph, flags.unmockedDatasetTypes ?? [], failures, (name) => known.get(name))
}

/** `isr:lsst.pipe.base.NoWorkFound:detector=5`, with `:3GB` behind it where memory matters. */
export function parseFailure(text: string): readonly [label: string, failure: MockFailure] {
  const [, label, exception = '', rest = ''] = /^([^:]+):([^:]*):(.+)$/s.exec(text) ?? []
  if (label === undefined)
    throw new FirstlightError('cli/bad-option', `Cannot read --mock-failure '${text}'.`, {
      hint: 'Write LABEL:EXCEPTION:WHERE, e.g. isr::detector=5 or isr:lsst.pipe.base.NoWorkFound:visit=903344.',
    })
  const [, where = rest, memory] = /^(.+):\s*([\d.]+\s*[kMGT]?B)\s*$/is.exec(rest) ?? []
  return [label, { exception, where, ...(memory !== undefined && { memoryMb: megabytes(memory) }) }]
}
