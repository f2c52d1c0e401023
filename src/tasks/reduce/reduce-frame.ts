import { type Context, FirstlightError } from '#core'
import type { Exposure } from '#image'
import { median } from '#math'
import { IsrConfig, runIsr } from '../isr/index.ts'
import { combineFrames } from './combine.ts'

/** Raw calibration frames of one camera, as many of each as there are. */
export interface CalibrationFrames {
  readonly bias?: readonly Exposure[]
  readonly dark?: readonly Exposure[]
  readonly flat?: readonly Exposure[]
}

/** Master frames in the shape of the assembled chip. */
export interface Masters {
  readonly bias?: Exposure
  readonly dark?: Exposure
  /** Median 1. */
  readonly flat?: Exposure
}

/** Combine raw calibration frames: bias as it is, dark less bias, flat less both and scaled to median 1. */
export function makeMasters(frames: CalibrationFrames, { log }: Pick<Context, 'log'>): Masters {
  const bias = master(frames.bias, 'bias', {}, log)
  const dark = master(frames.dark, 'dark', { ...(bias && { bias }) }, log)
  const flat = master(
    frames.flat,
    'flat',
    {
      ...(bias && { bias }),
      ...(dark && matches(frames.flat, dark, bias) && { dark }),
    },
    log,
  )
  return { ...(bias && { bias }), ...(dark && { dark }), ...(flat && { flat: normalised(flat) }) }
}

/** A dark that still holds the bias may be subtracted from frames of its own length only. */
const matches = (
  frames: readonly Exposure[] | undefined,
  dark: Exposure,
  bias: Exposure | undefined,
): boolean => bias !== undefined || frames?.[0]?.visitInfo?.darkTime === dark.visitInfo?.darkTime

/** ISR with what is at hand. Same task, same log lines as in a pipeline. @returns ADU, trimmed, variance and mask filled */
export function reduceFrame(raw: Exposure, masters: Masters, { log }: Pick<Context, 'log'>): Exposure {
  const isr = log.child('isr')
  const { bias, dark, flat } = masters
  if (dark !== undefined && bias === undefined && !sameTime(raw, dark))
    isr.warn(
      `The dark (${dark.visitInfo?.darkTime ?? '?'} s) still holds the bias and the light frame is ${raw.visitInfo?.darkTime ?? '?'} s long: give a --bias to scale it rightly.`,
    )
  return runIsr({ ccdExposure: raw, ...masters }, configFor(masters), isr)
}

const sameTime = (a: Exposure, b: Exposure): boolean => a.visitInfo?.darkTime === b.visitInfo?.darkTime

function configFor(masters: Masters): IsrConfig {
  const config = IsrConfig.make()
  config.doBias = masters.bias !== undefined
  config.doDark = masters.dark !== undefined
  config.doFlat = masters.flat !== undefined
  config.doDefect = false
  config.doMeasureBackground = true
  // The cores of saturated stars stay as they were read: a straight line across them would move their centres.
  config.maskListToInterpolate = ['BAD', 'UNMASKEDNAN']
  config.overscan.fitType = 'MEDIAN_PER_ROW'
  return config
}

function master(
  frames: readonly Exposure[] | undefined,
  kind: string,
  masters: Masters,
  log: Context['log'],
): Exposure | undefined {
  if (frames === undefined || frames.length === 0) return undefined
  const config = configFor(masters)
  config.doInterpolate = false
  config.doSetBadRegions = false
  config.doMeasureBackground = false
  const quiet = log.child(kind)
  return combineFrames(
    frames.map((frame) =>
      runIsr({ ccdExposure: frame, ...masters }, config, {
        ...quiet,
        info: quiet.debug,
        warn: quiet.verbose,
      }),
    ),
    kind,
  )
}

function normalised(flat: Exposure): Exposure {
  const level = median(flat.image.data)
  if (!(level > 0))
    throw new FirstlightError(
      'reduce/dark-flat',
      `The flat's median is ${level.toFixed(2)} ADU after bias and dark: it holds no light.`,
      {
        hint: 'Check that --flat names a flat field, and --dark and --bias frames of the same camera.',
      },
    )
  const scaled = flat.clone()
  for (let i = 0; i < scaled.image.data.length; i++) {
    scaled.image.data[i]! /= level
    scaled.variance.data[i]! /= level * level
  }
  return scaled
}
