import type { Butler } from '#butler'
import type { Pipeline } from '../definition/pipeline.ts'

/**
 * A pipeline made for any camera, with the instrument that the data query names (or the only one there is), so that its config
 * overrides are used. One that names its instrument stays as it is.
 */
export async function withInstrumentOfData(
  pipeline: Pipeline,
  where: string | undefined,
  butler: Butler,
): Promise<Pipeline> {
  if (pipeline.instrument !== undefined) return pipeline
  const records = await butler.queryDimensionRecords('instrument', { limit: null, explain: false })
  const named = /\binstrument\s*=\s*'([^']*)'/.exec(where ?? '')?.[1]
  const found = named === undefined && records.length === 1 ? records[0] : records.find((r) => r.id === named)
  const className = found?.get('class_name')
  return typeof className === 'string' && className !== '' ? { ...pipeline, instrument: className } : pipeline
}
