import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { expand, number, positive, unusedName } from './frame-files.ts'
import type { FrameJob } from './frame-job.ts'
import { runAndReport } from './frame-report.ts'

interface Flags {
  readonly output: string
  readonly weight?: string
  readonly mask?: string
  readonly gain?: number
  readonly saturate?: number
  readonly threshold: number
  readonly zeroPoint?: number
  readonly backgroundSize?: number
  readonly hdu?: string
  readonly cosmicRays?: boolean
  readonly jobs: number
  readonly verbose?: boolean
}

/** `firstlight measure IMAGE.fits -o DIR`: sources of any FITS image, without a repository. */
export function register(program: Command): void {
  program
    .command('measure')
    .description(
      'find and measure the sources of any FITS image; writes DIR/exposure.fits and DIR/sources.parquet',
    )
    .argument('<images...>', 'FITS images (also .gz, .fz) or patterns; several are written to DIR/<name>/')
    .requiredOption('-o, --output <dir>', 'folder for the results')
    .option('--weight <file>', 'weight map (relative inverse variance, 0: do not use)')
    .option('--mask <file>', 'mask (not 0: do not use)')
    .option('--gain <e/count>', 'electrons a count; else from the header', positive)
    .option('--saturate <counts>', 'level of saturation; else from the header', positive)
    .option('--threshold <sigma>', 'detection threshold in sigmas of the PSF-smoothed image', positive, 5)
    .option('--zero-point <mag>', 'magnitude of a source of one count: adds magnitudes', number)
    .option('--background-size <pixels>', 'side of the background cells', positive)
    .option('--hdu <index or name>', 'HDU with the image; else the first that has one')
    .option('--cosmic-rays', 'find and replace cosmic rays (well-sampled images only)')
    .option('-j, --jobs <n>', 'images measured at once', positive, Math.min(4, availableParallelism()))
    .option('-v, --verbose', 'print what is assumed and done')
    .action(run)
}

async function run(images: readonly string[], flags: Flags): Promise<void> {
  await runAndReport('measure', makeJobs(images.flatMap(expand), flags), flags)
}

function makeJobs(paths: readonly string[], flags: Flags): FrameJob[] {
  const several = paths.length > 1
  const taken = new Set<string>()
  return paths.map((path) => {
    const { hdu, weight, mask, gain, saturate, threshold, zeroPoint, cosmicRays, backgroundSize } = flags
    return {
      path,
      dir: resolve(several ? join(flags.output, unusedName(path, taken)) : flags.output),
      ...(hdu !== undefined && { hdu: /^\d+$/.test(hdu) ? Number(hdu) : hdu }),
      ...(weight !== undefined && { weight }),
      ...(mask !== undefined && { mask }),
      options: {
        threshold,
        ...(gain !== undefined && { gain }),
        ...(saturate !== undefined && { saturation: saturate }),
        ...(zeroPoint !== undefined && { zeroPoint }),
        ...(backgroundSize !== undefined && { binSize: Math.round(backgroundSize) }),
        ...(cosmicRays !== undefined && { cosmicRays }),
      },
    }
  })
}
