import { ArgumentError, type Butler, type DatasetRef } from '#butler'
import { type Context, defaultContext, messageOf } from '#core'
import type { Header } from '#fits'
import { IngestError } from '../errors.ts'
import { type Instrument, rawRun } from '../instrument.ts'
import { syncExposure } from './ingest.ts'

export interface UpdateExposuresOptions {
  /** Expression that picks exposures; wanted, since every raw that it admits is opened. */
  readonly where: string
  /** `INSTR/raw/all` by default. */
  readonly collections?: readonly string[]
  /** Stop at the first bad header, and change nothing. */
  readonly failFast?: boolean
}

/**
 * Read the headers of registered raws again, one raw an exposure, and write what their exposure records should say: after a fault in
 * the translation of headers was mended. @returns ids of the exposures whose records changed
 * @see lsst.obs.base.script.updateExposures
 */
export async function updateExposuresFromRaws(
  butler: Butler,
  instrument: Instrument,
  { where, collections = [rawRun(instrument.name)], failFast = false }: UpdateExposuresOptions,
  ctx: Context = defaultContext(),
): Promise<readonly number[]> {
  if (where.trim() === '')
    throw new ArgumentError('Which exposures are to be updated is not said.', {
      hint: 'Give an expression, such as "exposure.day_obs = 20240201".',
    })
  const raws = await oneEach(butler, instrument, where, collections)
  ctx.log.info(`Reading the headers of ${raws.length} raws, one an exposure.`)
  const changed: number[] = []
  const failed: { path: string; error: unknown }[] = []
  const bar = ctx.progress.start('Reading headers', raws.length, 'files')
  await butler.transaction(async (inside) => {
    for (const ref of raws) {
      ctx.signal.throwIfAborted()
      try {
        const header = await inside.get<Header>(ref, undefined, { component: 'metadata' })
        const info = instrument.translateHeader(header, ref.toString())
        if (await syncExposure(inside.registry, info, true)) changed.push(info.exposureId)
      } catch (error) {
        if (failFast) throw error
        failed.push({ path: ref.toString(), error })
        ctx.log.warn(messageOf(error))
      }
      bar.advance()
    }
  })
  bar.end()
  ctx.log.info(`Changed ${changed.length} exposure records.`)
  if (failed.length > 0) throw new IngestError(failed, raws.length)
  return changed
}

async function oneEach(
  butler: Butler,
  { name }: Instrument,
  where: string,
  collections: readonly string[],
): Promise<readonly DatasetRef[]> {
  const query = { collections, where: `(${where}) AND instrument = '${name}'`, findFirst: false }
  const refs = await butler.queryDatasets('raw', { ...query, limit: null, explain: false })
  return [...new Map(refs.map((ref) => [ref.dataId['exposure'], ref])).values()]
}
