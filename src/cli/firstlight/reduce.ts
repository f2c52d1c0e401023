import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { expand, number, positive, unusedName } from './frame-files.ts'
import type { FrameJob } from './frame-job.ts'
import { runAndReport } from './frame-report.ts'

interface Flags {
  readonly output: string
  readonly bias?: readonly string[]
  readonly dark?: readonly string[]
  readonly flat?: readonly string[]
  readonly gain?: number
  readonly readNoise?: number
  readonly saturate?: number
  readonly threshold: number
  readonly zeroPoint?: number
  readonly cosmicRays?: boolean
  readonly jobs: number
  readonly verbose?: boolean
}

/** `firstlight reduce LIGHT.fits --bias F --dark F --flat F -o DIR`: raw frames of any camera, without a repository. */
export function register(program: Command): void {
  program
    .command('reduce')
    .description(
      'reduce raw frames of any camera with its own bias, dark and flat frames, then measure their sources; writes DIR/exposure.fits and DIR/sources.parquet',
    )
    .argument(
      '<lights...>',
      'raw FITS frames (also .gz, .fz) or patterns; several are written to DIR/<name>/',
    )
    .requiredOption('-o, --output <dir>', 'folder for the results')
    .option('--bias <files...>', 'bias frames; several are combined')
    .option('--dark <files...>', 'dark frames, scaled to the exposure when there is a bias')
    .option('--flat <files...>', 'flat frames of the same filter')
    .option('--gain <e/ADU>', 'electrons a count; else from the header', positive)
    .option('--read-noise <e>', 'read noise in electrons; else from the header or the overscan', positive)
    .option('--saturate <ADU>', 'level of saturation; else from the header or the pixels', positive)
    .option('--threshold <sigma>', 'detection threshold in sigmas of the PSF-smoothed image', positive, 5)
    .option('--zero-point <mag>', 'magnitude of a source of one count: adds magnitudes', number)
    .option('--cosmic-rays', 'find and replace cosmic rays (well-sampled images only)')
    .option('-j, --jobs <n>', 'frames reduced at once', positive, Math.min(4, availableParallelism()))
    .option('-v, --verbose', 'print what is assumed and done')
    .action((lights: readonly string[], flags: Flags) =>
      runAndReport('reduce', makeJobs(lights.flatMap(expand), flags), flags),
    )
}

function makeJobs(paths: readonly string[], flags: Flags): FrameJob[] {
  const { gain, readNoise, saturate, threshold, zeroPoint, cosmicRays } = flags
  const files = (given: readonly string[] | undefined) =>
    (given ?? []).flatMap(expand).map((path) => resolve(path))
  const reduce = {
    files: { bias: files(flags.bias), dark: files(flags.dark), flat: files(flags.flat) },
    camera: {
      ...(gain !== undefined && { gain }),
      ...(readNoise !== undefined && { readNoise }),
      ...(saturate !== undefined && { saturation: saturate }),
    },
  }
  const taken = new Set<string>()
  return paths.map((path) => ({
    path,
    dir: resolve(paths.length > 1 ? join(flags.output, unusedName(path, taken)) : flags.output),
    reduce,
    options: {
      threshold,
      ...(zeroPoint !== undefined && { zeroPoint }),
      ...(cosmicRays !== undefined && { cosmicRays }),
    },
  }))
}
