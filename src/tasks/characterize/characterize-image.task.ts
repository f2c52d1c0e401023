import { FirstlightError } from '#core'
import type { BackgroundList } from '#image'
import { definePipelineTask, initOutput, input, output, valueType } from '#pipeline'
import { Catalog } from '#table'
import { characterizeImage, type SourceIds } from './characterize-image.ts'
import { CharacterizeImageConfig } from './config.ts'
import { icSrcSchema } from './schema.ts'

const VISIT = ['instrument', 'visit', 'detector'] as const

/** Detectors that a visit number leaves room for in an exposure's number, as HSC has it. */
const DETECTORS = 200n
/** Bits of an exposure's number; the rest of the 63 and the sign count sources. */
const EXPOSURE_BITS = 32

/** First characterization of one CCD: postISRCCD → icExp, icSrc, icExpBackground. */
export const CharacterizeImageTask = definePipelineTask({
  className: 'lsst.pipe.tasks.characterizeImage.CharacterizeImageTask',
  defaultName: 'characterizeImage',
  dimensions: VISIT,
  connections: {
    exposure: input({
      name: 'postISRCCD',
      storageClass: 'Exposure',
      dimensions: ['instrument', 'exposure', 'detector'],
      doc: 'Input exposure data',
    }),
    characterized: output({
      name: 'icExp',
      storageClass: 'ExposureF',
      dimensions: VISIT,
      doc: 'Output characterized data.',
    }),
    sourceCat: output({
      name: 'icSrc',
      storageClass: 'ArrowAstropy',
      dimensions: VISIT,
      value: valueType<Catalog>(),
      doc: 'Output source catalog.',
    }),
    backgroundModel: output({
      name: 'icExpBackground',
      storageClass: 'Background',
      dimensions: VISIT,
      value: valueType<BackgroundList>(),
      doc: 'Output background model.',
    }),
    outputSchema: initOutput({
      name: 'icSrc_schema',
      storageClass: 'ArrowAstropy',
      value: valueType<Catalog>(),
      doc: 'Output catalog schema.',
    }),
  },
  config: CharacterizeImageConfig,
  init: (_inputs, context) => ({ outputSchema: Catalog.empty(icSrcSchema(context)) }),
  run({ exposure }, context) {
    const { characterized, sourceCat, backgroundModel } = characterizeImage(
      exposure,
      sourceIds(context.dataId),
      context,
    )
    return { characterized, sourceCat, backgroundModel }
  },
})

/** The exposure's number from its data ID: visit · 200 + detector, as obs_subaru packs them. */
export function sourceIds(dataId: Readonly<Record<string, unknown>>): SourceIds {
  const [visit, detector] = [dataId['visit'] ?? dataId['exposure'], dataId['detector']]
  const whole = (value: unknown): value is number | bigint =>
    typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value))
  if (!whole(visit) || !whole(detector))
    throw new FirstlightError(
      'tasks/bad-data-id',
      'A source id needs a visit and a detector number in the data ID.',
    )
  return { expId: BigInt(visit) * DETECTORS + BigInt(detector), bits: 64 - EXPOSURE_BITS }
}
