import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { type Context, defaultContext, FirstlightError, formatShort, LOG_LEVELS, makeLogger } from '#core'
import { createNodeButler, nodeFiles, openNodeButler, startJobThreads } from '#platform/node'
import { type DemoOptions, type DemoSummary, makeDemo as fillDemo } from '#sim'
import { terminalProgress } from './progress-bar.ts'
import { writeSimFiles } from './sim-files.ts'

interface Flags {
  readonly visits?: readonly number[]
  readonly detectors?: readonly number[]
  readonly tiny?: boolean
  readonly seed?: string
  readonly jobs: number
}

/** `firstlight demo DIR`: the simulated ci_hsc repository. */
export function register(program: Command): void {
  program
    .command('demo')
    .description(
      'make a repository with simulated HSC raws, calibrations and reference catalogs; run again, it adds what is missing',
    )
    .argument('<dir>', 'repository folder, made when it is not there')
    .option('--visits <list>', 'only these visits, e.g. 903344,903334', numberList)
    .option('--detectors <list>', 'only these detectors, e.g. 5,11', numberList)
    .option('--tiny', 'a four-chip test camera instead of HSC (seconds instead of minutes)')
    .option('--seed <text>', 'another seed gives another sky')
    .option('-j, --jobs <n>', 'threads', positive, Math.min(4, availableParallelism()))
    .action(async (dir: string, flags: Flags) => {
      const stop = new AbortController()
      process.once('SIGINT', () => stop.abort(interrupted()))
      const log = makeLogger('demo', (record) => {
        if (LOG_LEVELS.indexOf(record.level) >= LOG_LEVELS.indexOf('WARNING'))
          console.error(formatShort(record))
      })
      const ctx = { signal: stop.signal, progress: terminalProgress(), log }
      const { jobs, ...options } = flags
      const made = await makeDemo(dir, { ...options, workers: jobs }, ctx)
      console.log(summaryLine(dir, made))
    })
}

/** Make or complete a demo repository in a folder. */
export async function makeDemo(
  root: string,
  options: DemoOptions & { readonly workers?: number } = {},
  ctx: Context = defaultContext(),
): Promise<DemoSummary> {
  const { workers = availableParallelism(), ...wanted } = options
  const folder = resolve(root)
  const exists = (await nodeFiles.stat(join(folder, 'butler.yaml'))) !== undefined
  const butler = exists ? await openNodeButler(folder, { writeable: true }) : await createNodeButler(folder)
  const entry = import.meta.url.endsWith('.ts') ? './sim-worker.ts' : './sim-worker.js'
  const pool = startJobThreads(new URL(entry, import.meta.url), workers, writeSimFiles)
  try {
    const staging = join(folder, '.demo-staging')
    const environment = { butler, files: nodeFiles, staging, run: pool.run, workers }
    const made = await fillDemo(environment, wanted, ctx)
    const { registerStandardTypes } = await import('./standard-types.ts')
    await registerStandardTypes(butler)
    return made
  } finally {
    await pool.close()
    await butler.close()
  }
}

/** What the first notebooks need: visit 903344, detector 5 and its calibrations. Later `demo` runs extend it. */
export const ensureFirstLightRepo = (
  root: string,
  ctx: Context = defaultContext(),
  workers = availableParallelism(),
): Promise<DemoSummary> => makeDemo(root, { visits: [903344], detectors: [5], workers }, ctx)

const interrupted = () =>
  new FirstlightError(
    'demo/interrupted',
    'Interrupted; the frames that were finished are in the repository.',
    {
      hint: 'Run the same command again to go on.',
    },
  )

function summaryLine(dir: string, { raws, calibs, refcatShards, kept }: DemoSummary): string {
  const there = kept > 0 ? `; ${kept} frames were there already` : ''
  return `${dir}: ${raws} raws, ${calibs} calibrations and ${refcatShards} reference catalog shards made${there}.`
}

function numberList(text: string): readonly number[] {
  const numbers = text.split(',').map((part) => Number(part.trim()))
  if (numbers.every((n) => Number.isInteger(n) && n >= 0)) return numbers
  throw new InvalidArgumentError('Give whole numbers with commas between them.')
}

function positive(text: string): number {
  const n = Number(text)
  if (Number.isInteger(n) && n > 0) return n
  throw new InvalidArgumentError('Give a whole number above 0.')
}
