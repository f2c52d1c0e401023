import type { Files } from '#core'
import { writeExposureFits } from '#formats'
import type { Exposure } from '#image'
import { type Catalog, writeParquet } from '#table'

/**
 * Write `exposure.fits` and `sources.parquet` into a folder, which is made. Both are encoded before the first is written,
 * and each appears whole or not at all.
 */
export async function writeFrameResults(
  files: Files,
  dir: string,
  result: { readonly exposure: Exposure; readonly sources: Catalog },
): Promise<{ readonly exposure: string; readonly sources: string }> {
  const table = writeParquet(result.sources)
  const pixels = writeExposureFits(result.exposure)
  await files.makeDirectory(dir)
  const paths = { exposure: `${dir}/exposure.fits`, sources: `${dir}/sources.parquet` }
  await files.writeAtomic(paths.sources, table)
  await files.writeAtomic(paths.exposure, pixels)
  return paths
}
