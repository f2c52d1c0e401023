import type { Catalog } from '#table'

/** Slots as characterizeImage has them: which plug-in stands for the centroid, the shape, the fluxes. */
export const DEFAULT_SLOTS: Readonly<Record<string, string>> = {
  slot_Centroid: 'base_SdssCentroid',
  slot_Shape: 'base_SdssShape',
  slot_PsfShape: 'base_SdssShape_psf',
  slot_PsfFlux: 'base_PsfFlux',
  slot_ApFlux: 'base_CircularApertureFlux_12_0',
  slot_CalibFlux: 'base_CircularApertureFlux_12_0',
  slot_GaussianFlux: 'base_GaussianFlux',
  slot_ModelFlux: 'base_GaussianFlux',
}

const SUFFIXES = ['_x', '_y', '_xErr', '_yErr', '_xx', '_yy', '_xy', '_instFlux', '_instFluxErr', '_flag']

/**
 * Give the columns of the slots' plug-ins a second time under the slots' names, as SQL has no aliases; the map is also in
 * the schema's metadata. Do it last: the columns are copies by value of what is there now.
 */
export function withSlotColumns(
  sources: Catalog,
  slots: Readonly<Record<string, string>> = DEFAULT_SLOTS,
): Catalog {
  let out = sources
  for (const [slot, plugin] of Object.entries(slots))
    for (const suffix of SUFFIXES) {
      const spec = sources.schema.find(plugin + suffix)
      if (spec === undefined) continue
      const doc = `${spec.doc ?? plugin} (slot: ${plugin})`
      out = out.withColumn({ ...spec, name: slot + suffix, doc }, sources.column(spec.name) as Float64Array)
    }
  return out.withSchema(out.schema.withMetadata(slots))
}
