import type { Header } from '#fits'
import { percentiles } from '#math'

/** What to take where the header does not say, or instead of what it says. */
export interface GenericOptions {
  /** e⁻/ADU. */
  readonly gain?: number
  /** e⁻. */
  readonly readNoise?: number
  /** ADU. */
  readonly saturation?: number
}

/** The card names cameras use, most specific first. */
const GAIN = ['GAIN', 'EGAIN', 'CCDGAIN', 'GAIN_ELE', 'ADUGAIN']
const READ_NOISE = ['RDNOISE', 'READNOIS', 'READNOISE', 'RON', 'RO_NOISE', 'ENOISE', 'RN']
const SATURATION = ['SATURATE', 'SATLEVEL', 'SATURATI', 'MAXLIN', 'ESATUR']
export const EXPOSURE_TIME = ['EXPTIME', 'EXPOSURE', 'EXP_TIME', 'ITIME', 'TEXPTIME']
export const DARK_TIME = ['DARKTIME', ...EXPOSURE_TIME]
export const FILTER = ['FILTER', 'FILTNAM', 'FILTERID', 'FILTER01', 'FILTER1', 'FILTERS', 'INSFILTE']

/** Numbers of one amplifier and, in words, those that had to be assumed. */
export interface AmplifierNumbers {
  readonly gain: number
  readonly readNoise: number
  readonly saturation: number
  readonly assumed: readonly string[]
}

/** Gain, read noise (e⁻) and saturation (ADU) of an amplifier: given, from its cards, or assumed and said so. */
export function amplifierNumbers(
  header: Header,
  suffix: string,
  pixels: Float32Array,
  options: GenericOptions,
): AmplifierNumbers {
  const assumed: string[] = []
  const gain = options.gain ?? positive(header, GAIN, suffix) ?? (assumed.push('gain 1 e-/ADU'), 1)
  const readNoise =
    options.readNoise ?? readNoiseOf(header, suffix, gain) ?? (assumed.push('read noise 0 e-'), 0)
  const saturation = options.saturation ?? positive(header, SATURATION, suffix) ?? plateau(pixels)
  if (!Number.isFinite(saturation)) assumed.push('no saturation level')
  return { gain, readNoise, saturation, assumed }
}

/** First positive number among the cards, with and without the amplifier's suffix. */
export function positive(header: Header, keys: readonly string[], suffix = ''): number | undefined {
  const key = found(header, keys, suffix)
  return key === undefined ? undefined : Number(header.get(key))
}

function found(header: Header, keys: readonly string[], suffix: string): string | undefined {
  const all = suffix === '' ? keys : [...keys.map((key) => key + suffix), ...keys]
  return all.find((key) => {
    const value = header.get(key)
    return value !== undefined && value !== '' && typeof value !== 'boolean' && Number(value) > 0
  })
}

/** Electrons, unless the card's comment says ADU (as phoSim's does). */
function readNoiseOf(header: Header, suffix: string, gain: number): number | undefined {
  const key = found(header, READ_NOISE, suffix)
  if (key === undefined) return undefined
  const value = Number(header.get(key))
  return /\badu\b/i.test(header.card(key)?.comment ?? '') ? value * gain : value
}

/**
 * The level at which the frame is cut off: its maximum, when far above the sky and reached by several pixels. NaN when there is no
 * such plateau, as in a bias or a well exposed frame.
 */
function plateau(pixels: Float32Array): number {
  let top = Number.NEGATIVE_INFINITY
  let count = 0
  for (const v of pixels) {
    if (v > top) {
      top = v
      count = 1
    } else if (v === top) count++
  }
  const [low = 0, middle = 0, high = 0] = percentiles(pixels, [25, 50, 75])
  return count >= 4 && high > low && top > middle + 50 * (high - low) ? top : Number.NaN
}
