import type { Butler } from '#butler'
import { FirstlightError, toHex } from '#core'
import { patchRegion, type SkyMap } from '#skymap'
import { SKYMAPS } from '../instrument.ts'

export const SKYMAP_TYPE = { name: 'skyMap', dimensions: ['skymap'], storageClass: 'SkyMap' } as const

/**
 * Insert a sky map under a name: its record with the hash, its tracts and patches with their regions, and the map itself in run
 * `skymaps`. The same map under the same name is left as it is. @returns whether it was new
 * @throws 'obs/skymap-conflict' when another map has the name, or this map another name
 * @see lsst.skymap.BaseSkyMap.register
 */
export async function registerSkyMap(
  butler: Butler,
  name: string,
  skyMap: SkyMap,
  run = SKYMAPS,
): Promise<boolean> {
  const hash = await skyMap.sha1()
  const hex = toHex(hash)
  for (const record of await butler.queryDimensionRecords('skymap', { explain: false, limit: null })) {
    const other = record.get('hash')
    const same = other instanceof Uint8Array && toHex(other) === hex
    if (record.id === name && same) return false
    if (record.id === name || same) throw conflict(name, String(record.id), same)
  }
  await butler.registry.registerDatasetType(SKYMAP_TYPE)
  await butler.collections.register(run, 'RUN')
  const tracts = [...skyMap.tracts()]
  await butler.transaction(async (inside) => {
    const { registry } = inside
    await registry.syncDimensionData('skymap', {
      name,
      hash,
      tract_max: skyMap.numTracts,
      patch_nx_max: Math.max(...tracts.map((t) => t.numPatches[0])),
      patch_ny_max: Math.max(...tracts.map((t) => t.numPatches[1])),
    })
    await registry.insertDimensionData(
      'tract',
      tracts.map((tract) => ({ skymap: name, id: tract.id, region: tract.region })),
    )
    for (const tract of tracts) {
      const patches = Array.from({ length: tract.patchCount }, (_, i) => tract.patch(i))
      await registry.insertDimensionData(
        'patch',
        patches.map((patch) => ({
          skymap: name,
          tract: tract.id,
          id: patch.sequentialIndex,
          cell_x: patch.index[0],
          cell_y: patch.index[1],
          region: patchRegion(patch),
        })),
      )
    }
    await inside.put(skyMap, 'skyMap', { skymap: name }, { run })
  })
  return true
}

const conflict = (name: string, other: string, same: boolean) =>
  new FirstlightError(
    'obs/skymap-conflict',
    same
      ? `This sky map is registered already, as '${other}'.`
      : `There is another sky map named '${name}' already, with another geometry.`,
    { hint: same ? `Use '${other}'.` : 'Choose another name.', data: { name, other } },
  )
