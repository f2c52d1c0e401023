import { ArgumentError, type Butler, DatasetNotFoundError } from '#butler'
import { type Context, defaultContext } from '#core'
import type { Box2I, SpherePoint } from '#geom'
import { DiscreteSkyMap, makeDiscreteSkyMap, type SkyMapConfig } from '#skymap'
import type { SkyWcs } from '#wcs'
import { type Instrument, SKYMAPS } from '../instrument.ts'
import { SKYMAP_TYPE } from './register-skymap.ts'

export interface SkyMapAroundOptions {
  /** Where the images are. */
  readonly collections: readonly string[]
  /** Dataset type of the images, `calexp` by default. */
  readonly datasetType?: string
  readonly config?: Partial<SkyMapConfig>
  /** Degrees added to the radius. */
  readonly borderSize?: number
  /** Name of a discrete map whose tracts come first. */
  readonly before?: string
}

/**
 * A sky map of one tract around all images of an instrument in the collections, after the tracts of another map where one is named.
 * Only the WCS and the box of each image are read.
 * @see lsst.pipe.tasks.script.makeDiscreteSkyMap
 */
export async function skyMapAround(
  butler: Butler,
  { name }: Instrument,
  { collections, datasetType = 'calexp', config = {}, borderSize = 0, before }: SkyMapAroundOptions,
  ctx: Context = defaultContext(),
): Promise<DiscreteSkyMap> {
  const refs = await butler.queryDatasets(datasetType, {
    collections,
    where: `instrument = '${name}'`,
    limit: null,
    explain: false,
  })
  if (refs.length === 0)
    throw new DatasetNotFoundError(
      `There is no ${datasetType} of ${name} in ${collections.join(', ')}: nothing to make a sky map around.`,
    )
  ctx.log.info(`Extracting bounding boxes of ${refs.length} images`)
  const corners: SpherePoint[] = []
  for (const ref of refs) {
    ctx.signal.throwIfAborted()
    const wcs = await butler.get<SkyWcs>(ref, undefined, { component: 'wcs' })
    const bbox = await butler.get<Box2I>(ref, undefined, { component: 'bbox' })
    corners.push(...bbox.toBox2D().corners.map(({ x, y }) => wcs.pixelToSky(x, y)))
  }
  const around = makeDiscreteSkyMap(corners, config, borderSize)
  return before === undefined ? around : after(await discreteMap(butler, before), around)
}

async function discreteMap(butler: Butler, name: string): Promise<DiscreteSkyMap> {
  const map = await butler.get(SKYMAP_TYPE.name, { skymap: name }, { collections: SKYMAPS })
  if (map instanceof DiscreteSkyMap) return map
  throw new ArgumentError(`The sky map '${name}' is none of single tracts; only to those one can be added.`)
}

function after(first: DiscreteSkyMap, second: DiscreteSkyMap): DiscreteSkyMap {
  const joined = (key: 'raList' | 'decList' | 'radiusList') => [...first.config[key], ...second.config[key]]
  const lists = { raList: joined('raList'), decList: joined('decList'), radiusList: joined('radiusList') }
  return new DiscreteSkyMap({ ...second.config, ...lists })
}
