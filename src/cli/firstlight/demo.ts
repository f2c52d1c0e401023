import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { type Context, defaultContext, FirstlightError, formatShort, LOG_LEVELS, makeLogger } from '#core'
import { createNodeButler, nodeFiles, openNodeButler, startJobThreads } from '#platform/node'
import { DEFAULT_SEED, type DemoOptions, type DemoSummary, makeDemo as fillDemo, planDemo } from '#sim'
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
  // Refuses unknown visits and detectors before there is a repository.
  planDemo(wanted)
  const exists = (await nodeFiles.stat(join(folder, 'butler.yaml'))) !== undefined
  await holdSeed(folder, wanted.seed ?? DEFAULT_SEED, exists)
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

/** A repository holds one sky: its seed is noted beside butler.yaml, and another one is refused. */
async function holdSeed(folder: string, seed: string, exists: boolean): Promise<void> {
  const note = join(folder, 'demo.json')
  const noted = (await nodeFiles.stat(note)) !== undefined
  const held = noted ? seedOf(await nodeFiles.readText(note)) : exists ? DEFAULT_SEED : seed
  if (held !== seed)
    throw new FirstlightError(
      'demo/other-seed',
      `${folder} was made with the seed '${held}': '${seed}' would mix two skies.`,
      { hint: `Give --seed ${held}, or another folder.` },
    )
  if (!noted) await nodeFiles.writeAtomic(note, `${JSON.stringify({ seed })}\n`)
}

function seedOf(text: string): string | undefined {
  const note: unknown = JSON.parse(text)
  return typeof note === 'object' && note !== null && 'seed' in note && typeof note.seed === 'string'
    ? note.seed
    : undefined
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
  const numbers = text.split(',').map((part) => part.trim())
  if (numbers.every((part) => /^\d+$/.test(part))) return numbers.map(Number)
  throw new InvalidArgumentError('Give whole numbers with commas between them.')
}

function positive(text: string): number {
  const n = Number(text)
  if (Number.isInteger(n) && n > 0) return n
  throw new InvalidArgumentError('Give a whole number above 0.')
}
