import type { Amplifier, Detector } from '#image'
import { median, type Random } from '#math'
import { NoiseStream } from './noise.ts'
import type { Canvas } from './render.ts'
import type { Sensor } from './sensor.ts'

/** Amplitude of the slow wander of an amplifier's zero along a frame, ADU. */
const DRIFT = 2

/** A frame as the electronics give it: 16-bit ADU in the orientation of the amplifiers' raw boxes. */
export interface RawFrame {
  readonly width: number
  readonly height: number
  readonly data: Uint16Array
}

/**
 * Charge to numbers: shot noise, gain, crosstalk between amplifiers, non-linearity, bias with drift and structure, read noise,
 * rounding. Over- and prescan hold the same bias and drift.
 * @param charge mean electrons of the assembled chip; not changed
 */
export function readOut(sensor: Sensor, charge: Canvas, random: Random): RawFrame {
  const { detector } = sensor
  const noise = new NoiseStream(random.fork('noise'))
  const signals = detector.amplifiers.map((amp) => ampSignal(charge, amp, noise))
  addCrosstalk(detector, signals)
  const structure = sensor.biasStructure()
  const [width, height] = rawSize(detector)
  const raw: RawFrame = { width, height, data: new Uint16Array(width * height) }
  for (const [a, amp] of detector.amplifiers.entries()) {
    const drift = rowDrift(amp.rawBBox.height, random.fork(`drift ${a}`))
    writeAmp(raw, amp, {
      signal: signals[a]!,
      structure,
      chipWidth: charge.width,
      level: sensor.biasLevels[a]!,
      drift,
      noise,
    })
  }
  return raw
}

/** Pixels of the whole raw frame. */
export function rawSize(detector: Detector): readonly [width: number, height: number] {
  const boxes = detector.amplifiers.map((amp) => amp.rawBBox)
  return [Math.max(...boxes.map((b) => b.x1)) + 1, Math.max(...boxes.map((b) => b.y1)) + 1]
}

/** ADU of one amplifier with shot noise, in read-out order: the column next to the output first. */
function ampSignal({ data, width }: Canvas, amp: Amplifier, noise: NoiseStream): Float32Array {
  const { bbox, gain } = amp
  const out = new Float32Array(bbox.area)
  const mirrored = readFromRight(amp)
  const deviates = new Float32Array(bbox.width)
  for (let row = 0; row < bbox.height; row++) {
    const from = (bbox.y0 + row) * width + (mirrored ? bbox.x1 : bbox.x0)
    const step = mirrored ? -1 : 1
    noise.fillNormal(deviates)
    for (let k = 0, i = row * bbox.width; k < bbox.width; k++, i++) {
      const mean = data[from + step * k]!
      const z = deviates[k]!
      // Far above the read noise a Gaussian with the third moment of Poisson's will do.
      out[i] = (mean >= 32 ? mean + Math.sqrt(mean) * z + (z * z - 1) / 6 : noise.poisson(mean)) / gain
    }
  }
  return out
}

const readFromRight = ({ readoutCorner }: Amplifier): boolean =>
  readoutCorner === 'LR' || readoutCorner === 'UR'

/** Pixels read at the same moment disturb each other, in proportion to what they are above the sky. */
function addCrosstalk({ crosstalk }: Detector, signals: readonly Float32Array[]): void {
  if (crosstalk === undefined) return
  const levels = signals.map((s) => median(sample(s)))
  const level = median(levels)
  const quiet = signals.map((s) => s.slice())
  for (const [target, out] of signals.entries()) {
    const sources = quiet.map((from, source) => ({ from, c: crosstalk[source]?.[target] ?? 0 }))
    for (let i = 0; i < out.length; i++) {
      let ghost = 0
      for (const { from, c } of sources) ghost += c * (from[i]! - level)
      out[i]! += ghost
    }
  }
}

const sample = (values: Float32Array): Float32Array =>
  Float32Array.from({ length: 4096 }, (_, i) => values[Math.floor((i * values.length) / 4096)]!)

/** Two slow waves and a slope: what an overscan correction has to follow. */
function rowDrift(rows: number, random: Random): Float32Array {
  const [p, q] = [random.between(0, 2 * Math.PI), random.between(0, 2 * Math.PI)]
  const [a, b] = [random.between(1.5, 3), random.between(4, 7)]
  const slope = random.between(-0.4, 0.4)
  return Float32Array.from({ length: rows }, (_, y) => {
    const t = y / rows
    return DRIFT * (0.45 * Math.sin(p + 2 * a * t) + 0.15 * Math.sin(q + 2 * b * t) + slope * t)
  })
}

interface AmpReadout {
  readonly signal: Float32Array
  readonly structure: Float32Array
  readonly chipWidth: number
  readonly level: number
  readonly drift: Float32Array
  readonly noise: NoiseStream
}

function writeAmp(
  raw: RawFrame,
  amp: Amplifier,
  { signal, structure, chipWidth, level, drift, noise }: AmpReadout,
): void {
  const { rawBBox, rawDataBBox: box, bbox, gain } = amp
  const sigma = amp.readNoise / gain
  const squared = amp.linearityType === 'Squared' ? (amp.linearityCoeffs[0] ?? 0) : 0
  const mirrored = readFromRight(amp)
  const deviates = new Float32Array(rawBBox.width)
  for (let y = rawBBox.y0; y <= rawBBox.y1; y++) {
    const zero = level + drift[y - rawBBox.y0]!
    const row = y * raw.width
    noise.fillNormal(deviates)
    for (let k = 0; k < rawBBox.width; k++)
      raw.data[row + rawBBox.x0 + k] = toAdu(zero + sigma * deviates[k]!)
    if (y < box.y0 || y > box.y1) continue
    const line = y - box.y0
    const pattern = (bbox.y0 + line) * chipWidth + bbox.x0
    for (let k = 0; k < box.width; k++) {
      const s = signal[line * box.width + (mirrored ? box.width - 1 - k : k)]!
      const measured =
        squared === 0 || s <= 0 ? s : (2 * s) / (1 + Math.sqrt(Math.max(0, 1 + 4 * squared * s)))
      const value = zero + measured + structure[pattern + k]! + sigma * deviates[box.x0 - rawBBox.x0 + k]!
      raw.data[row + box.x0 + k] = toAdu(value)
    }
  }
}

const toAdu = (value: number): number => (value <= 0 ? 0 : value >= 65535 ? 65535 : (value + 0.5) | 0)
