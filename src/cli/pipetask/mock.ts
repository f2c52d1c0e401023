import type { Butler } from '#butler'
import { mockPipeline, type PipelineGraph } from '#pipeline'
import type { GraphFlags } from './graph-options.ts'
import { parseFailure } from './mock-failure.ts'

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
