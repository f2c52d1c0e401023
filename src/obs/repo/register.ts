import type { Butler } from '#butler'
import type { Detector } from '#image'
import type { Instrument } from '../instrument.ts'

/**
 * Insert the instrument, its detectors and filters; what is there already must be the same (with `update` it is replaced).
 * @see lsst.obs.base.Instrument.register
 */
export async function registerInstrument(
  butler: Butler,
  instrument: Instrument,
  options: { readonly update?: boolean } = {},
): Promise<void> {
  const update = options.update === true
  await butler.transaction(async ({ registry }) => {
    await registry.syncDimensionData(
      'instrument',
      {
        name: instrument.name,
        detector_max: instrument.detectorMax,
        visit_max: instrument.visitMax,
        exposure_max: instrument.exposureMax,
        class_name: instrument.className,
        visit_system: instrument.visitSystem,
      },
      { update },
    )
    for (const detector of instrument.camera.detectors)
      await registry.syncDimensionData('detector', detectorRecord(instrument, detector), { update })
    for (const { name, band } of instrument.filters)
      await registry.syncDimensionData(
        'physical_filter',
        { instrument: instrument.name, name, band },
        { update },
      )
  })
}

/** `1_43`: raft 1, 43 in it. */
function detectorRecord(instrument: Instrument, { id, name, type }: Detector) {
  const [raft = '', nameInRaft = name] = name.split('_')
  return {
    instrument: instrument.name,
    id,
    full_name: name,
    name_in_raft: nameInRaft,
    raft,
    purpose: type.toUpperCase(),
  }
}
