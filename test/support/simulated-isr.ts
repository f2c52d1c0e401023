import { bytesSource, type Logger, makeLogger } from '#core'
import { openFits } from '#fits'
import type { Exposure } from '#image'
import { IsrConfig, runIsr } from '#tasks'
import {
  brighterFatterKernel,
  type FrameSpec,
  makeCalib,
  rawFileBytes,
  type SimulatedFrame,
  simulateFrame,
} from '#sim'

export interface Reduced extends SimulatedFrame {
  readonly postIsr: Exposure
  /** Electrons each count of the calibrated frame is worth. */
  readonly response: Float32Array
}

/** Simulate a raw file, read it back as the instrument does and run isr with all corrections on. */
export async function simulateAndReduce(
  spec: FrameSpec,
  date: string,
  log: Logger = makeLogger('', () => {}),
): Promise<Reduced> {
  const frame = simulateFrame(spec)
  const raw = await spec.camera.instrument.readRaw(
    await openFits(bytesSource(rawFileBytes(spec, frame.raw), 'raw.fits')),
  )
  const calib = (kind: 'bias' | 'dark' | 'flat') =>
    makeCalib({
      camera: spec.camera,
      sensor: frame.sensor,
      kind,
      date,
      seed: spec.seed,
      filter: spec.visit.filter,
    })
  const kernel = brighterFatterKernel(spec.camera.brighterFatter)
  const side = Math.sqrt(kernel.length)
  const config = IsrConfig.make()
  config.overscan.fitType = 'AKIMA_SPLINE'
  config.overscan.order = 30
  config.doCrosstalk = spec.camera.instrument.camera.detector(spec.detector).crosstalk !== undefined
  config.doBrighterFatter = true
  config.doMeasureBackground = true
  const postIsr = runIsr(
    {
      ccdExposure: raw,
      bias: calib('bias'),
      dark: calib('dark'),
      flat: calib('flat'),
      defects: { boxes: frame.sensor.defects.filter((d) => d.since <= date).map((d) => d.box) },
      bfKernel: { shape: [side, side], data: kernel },
    },
    config,
    log,
  )
  return { ...frame, postIsr, response: frame.sensor.response(date) }
}

/**
 * (image − truth)/σ, with σ the noise expected of the true light: the variance plane moved from the pixel's own noisy count to the true
 * one (a count of n electrons has variance n, so taking σ from the count itself would bias the mean by −1/(2√n)). Over pixels that carry none of
 * the planes and lie inside the border.
 */
export function pulls(
  { postIsr, truth, response }: Reduced,
  planes: readonly string[],
  border: number,
): Float32Array {
  const { image, variance, mask } = postIsr
  const bits = mask.mask(...planes.filter((p) => mask.planes.has(p)))
  const out = new Float32Array(image.data.length)
  let n = 0
  for (let y = border; y < image.height - border; y++)
    for (let x = border; x < image.width - border; x++) {
      const i = y * image.width + x
      if ((mask.data[i]! & bits) !== 0) continue
      const excess = image.data[i]! - truth.image.data[i]!
      out[n++] = excess / Math.sqrt(variance.data[i]! - excess / response[i]!)
    }
  return out.subarray(0, n)
}
