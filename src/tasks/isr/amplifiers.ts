import { type Logger } from '#core'
import type { Header } from '#fits'
import { fitOverscan, maskBoxes, maskSaturation } from '#algo'
import type { Amplifier, Defects, Detector, MaskedImage } from '#image'
import type { IsrConfig } from './config.ts'

/** Steps on the raw chip, amplifier by amplifier: bad ones, SAT and SUSPECT, overscan. In place. */
export function processAmplifiers(
  raw: MaskedImage,
  detector: Detector,
  defects: Defects | undefined,
  config: IsrConfig,
  metadata: Header,
  log: Logger,
): void {
  const levels: number[] = []
  for (const amp of detector.amplifiers) {
    if (isBad(amp, defects)) {
      log.warn(`Amplifier ${amp.name} is bad.`)
      maskBoxes(raw.mask, [amp.rawBBox], 'BAD')
      continue
    }
    const unusable = maskSaturation(raw, amp.rawBBox, {
      saturation: config.doSaturation ? amp.saturation : Number.NaN,
      suspect: config.doSuspect ? amp.suspectLevel : Number.NaN,
    })
    if (unusable) {
      log.warn(`Amplifier ${amp.name} has no pixel below its saturation level; it is masked BAD.`)
      maskBoxes(raw.mask, [amp.rawBBox], 'BAD')
    }
    if (config.doOverscan && amp.rawSerialOverscanBBox.area > 0)
      levels.push(subtractOverscan(raw, amp, config, metadata))
  }
  if (levels.length > 0) metadata.set('OVERSCAN', 'Overscan corrected', 'overscan level was subtracted')
}

/** A defect that covers the whole amplifier says that it is dead. */
const isBad = (amp: Amplifier, defects: Defects | undefined): boolean =>
  defects?.boxes.some((box) => box.contains(amp.bbox)) ?? false

function subtractOverscan(
  { image, mask }: MaskedImage,
  amp: Amplifier,
  config: IsrConfig,
  metadata: Header,
): number {
  const strip = image.subimage(amp.rawSerialOverscanBBox)
  const { fitType, order, numSigmaClip, maxDeviation } = config.overscan
  const fit = fitOverscan(strip.data, strip.width, strip.height, {
    fitType,
    order,
    numSigmaClip,
    maxDeviation,
  })
  const data = amp.rawDataBBox
  for (let y = 0; y < data.height; y++) {
    // A strip shorter than the data section (mostly the same) lends its last row's level.
    const level =
      fit.level[Math.min(fit.level.length - 1, Math.max(0, data.y0 + y - amp.rawSerialOverscanBBox.y0))]!
    const row = (data.y0 - image.y0 + y) * image.width + data.x0 - image.x0
    for (let i = row; i < row + data.width; i++) image.data[i]! -= level
  }
  const suspect = mask.mask('SUSPECT')
  for (const y of fit.extrapolated) {
    const row = (amp.rawSerialOverscanBBox.y0 + y - image.y0) * image.width + data.x0 - image.x0
    for (let i = row; i < row + data.width; i++) mask.data[i]! |= suspect
  }
  const name = amp.name.replace(/[^A-Za-z0-9]/g, '')
  metadata.set(`ISR_OSCAN_LEVEL${name}`, fit.mean, '[adu] mean overscan level')
  metadata.set(`ISR_OSCAN_SIGMA${name}`, fit.sigma, '[adu] scatter about the overscan model')
  return fit.mean
}
