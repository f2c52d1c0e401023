import { DiscreteSkyMap, RingsSkyMap, type SkyMap, TractInfo } from '#skymap'
import type { RecordNode } from '#protocol'
import type { DisplayData } from '../protocol/threads.ts'
import { recordData } from './record.ts'
import { positionText } from './sky-text.ts'
import { numberText } from './text.ts'

/** Tracts listed; a map of the whole sky has thousands. */
const MOST_TRACTS = 40

/** Sky maps and tracts: their geometry, a branch for each tract. */
export function showSkyMap(value: unknown): Promise<DisplayData> | undefined {
  if (value instanceof TractInfo) return Promise.resolve(showTract(value))
  return value instanceof DiscreteSkyMap || value instanceof RingsSkyMap
    ? Promise.resolve(showMap(value))
    : undefined
}

function showMap(map: SkyMap): DisplayData {
  const { config, kind, numTracts } = map
  const tracts: RecordNode[] = []
  for (const tract of map.tracts()) {
    if (tracts.length === MOST_TRACTS) break
    tracts.push(tractNode(tract))
  }
  const rest = numTracts - tracts.length
  const facts = [
    { label: 'tracts', value: String(numTracts) },
    {
      label: 'patches',
      value: `${config.patchInnerDimensions.join(' × ')} px, border ${config.patchBorder} px`,
    },
    { label: 'pixel scale', value: `${numberText(config.pixelScale)}″` },
    { label: 'projection', value: config.projection },
    { label: 'tract overlap', value: `${numberText(config.tractOverlap)}°` },
  ]
  const tree = [
    {
      label: 'tracts',
      note: String(numTracts),
      open: numTracts <= 5,
      children: [...tracts, ...(rest > 0 ? [{ label: '…', value: `${rest} more` }] : [])],
    },
  ]
  return recordData({ title: 'Sky map', subtitle: kind, facts, tree })
}

const tractNode = ({ id, center, numPatches }: TractInfo): RecordNode => ({
  label: `tract ${id}`,
  value: positionText(center),
  note: `${numPatches.join(' × ')} patches`,
})

function showTract(tract: TractInfo): DisplayData {
  const { id, center, numPatches, bbox } = tract
  const facts = [
    { label: 'center', value: positionText(center) },
    { label: 'patches', value: numPatches.join(' × ') },
    { label: 'pixels', value: `${bbox.width} × ${bbox.height} from (${bbox.x0}, ${bbox.y0})` },
    { label: 'WCS', value: tract.wcs.kind },
  ]
  return recordData({ title: `Tract ${id}`, facts })
}
