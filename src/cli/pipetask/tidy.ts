import { Command } from 'commander'
import type { Butler, CollectionInfo } from '#butler'
import { FirstlightError } from '#core'
import type { CommandIo } from './io.ts'
import { ExitCode } from './command.ts'

interface TidyFlags {
  readonly butlerConfig: string
  readonly confirm: boolean
  readonly recursive?: boolean
}

const addTidyOptions = (command: Command): Command =>
  command
    .argument('<collection>', 'a CHAINED collection')
    .requiredOption('-b, --butler-config <repo>', 'data repository')
    .option('--confirm', 'ask before anything is removed', true)
    .option('--no-confirm', 'do not ask')

/** Collections to remove, told apart as the messages do. */
interface Doomed {
  readonly runs: readonly string[]
  readonly chains: readonly string[]
  readonly others: readonly string[]
}

/** `pipetask cleanup`: remove runs that a chain has displaced. */
export const makeCleanup = (io: CommandIo): Command =>
  addTidyOptions(new Command('cleanup'))
    .description('remove collections named after a chain that are no longer in it')
    .action((name: string, flags: TidyFlags) =>
      withButler(io, flags, async (butler) => {
        const all = await collections(butler)
        const chain = find(all, name, `Did not find a collection named "${name}".`)
        requireChain(chain)
        const displaced = all.filter((c) => c.name.startsWith(`${name}/`) && !chain.children.includes(c.name))
        for (const collection of displaced) refuseHeld(collection, displaced)
        await remove(butler, io, flags, sortOut(displaced), false)
      }),
    )

/** `pipetask purge`: remove a chain and what is in it. */
export const makePurge = (io: CommandIo): Command =>
  addTidyOptions(new Command('purge'))
    .description('remove a chain with its own runs and chains')
    .option('--recursive', 'also chains below it that carry its name', false)
    .action((name: string, flags: TidyFlags) =>
      withButler(io, flags, async (butler) => {
        const all = await collections(butler)
        const top = find(all, name, `The passed-in collection "${name}" was not found.`)
        requireChain(top)
        if ((top.parents ?? []).length > 0)
          throw new FirstlightError(
            'cli/in-chain',
            `"${name}" is in other chains: ${top.parents?.join(', ')}.`,
            {
              hint: 'Take it out first: butler collection-chain PARENT CHILD --mode remove.',
            },
          )
        await remove(butler, io, flags, sortOut(membersToPurge(all, top, flags.recursive === true)), true)
      }),
    )

function membersToPurge(
  all: readonly CollectionInfo[],
  top: CollectionInfo,
  recursive: boolean,
): readonly CollectionInfo[] {
  const doomed = [top]
  const walk = (chain: CollectionInfo): void => {
    for (const child of chain.children) {
      const info = all.find((c) => c.name === child)
      if (info === undefined || !info.name.startsWith(`${top.name}/`)) continue
      refuseHeld(info, doomed)
      doomed.push(info)
      if (info.type === 'CHAINED' && recursive) walk(info)
    }
  }
  walk(top)
  return doomed
}

/** Nothing is taken from a chain that stays. */
function refuseHeld({ name, parents = [] }: CollectionInfo, doomed: readonly CollectionInfo[]): void {
  if (parents.every((parent) => doomed.some((d) => d.name === parent))) return
  const held = parents.map((parent) => `"${parent}"`).join(', ')
  throw new FirstlightError(
    'cli/in-chain',
    parents.length > 1
      ? `Collection "${name}" is in multiple chained collections: ${held}.`
      : `Collection "${name}" is in the chained collection ${held}.`,
    {
      hint: 'Use `butler collection-chain PARENT CHILD --mode remove` to take it out, or `butler remove-collections` to remove that parent.',
    },
  )
}

const collections = (butler: Butler): Promise<readonly CollectionInfo[]> =>
  butler.collections.queryInfo('*', { includeChains: true, includeParents: true })

function find(all: readonly CollectionInfo[], name: string, missing: string): CollectionInfo {
  const found = all.find((c) => c.name === name)
  if (found === undefined) throw new FirstlightError('cli/missing-collection', missing)
  return found
}

function requireChain({ name, type }: CollectionInfo): void {
  if (type !== 'CHAINED')
    throw new FirstlightError(
      'cli/not-a-chain',
      `COLLECTION must be a CHAINED collection, "${name}" is a "${type}" collection.`,
    )
}

const sortOut = (doomed: readonly CollectionInfo[]): Doomed => {
  const of = (test: (type: string) => boolean): string[] =>
    doomed.filter((c) => test(c.type)).map((c) => c.name)
  return {
    runs: of((t) => t === 'RUN'),
    chains: of((t) => t === 'CHAINED'),
    others: of((t) => t !== 'RUN' && t !== 'CHAINED'),
  }
}

async function remove(
  butler: Butler,
  io: CommandIo,
  flags: TidyFlags,
  doomed: Doomed,
  showChains: boolean,
): Promise<void> {
  const { runs, chains, others } = doomed
  if (runs.length + chains.length + others.length === 0) {
    io.out('Did not find any collections to remove.\n')
    return
  }
  const list = (title: string): string =>
    [
      `${title}:`,
      `  runs: ${runs.join(', ')}`,
      ...(showChains
        ? [`  chains: ${chains.join(', ')}`, `  others: ${others.join(', ')}`]
        : [`  others: ${[...chains, ...others].join(', ')}`]),
      '',
    ].join('\n')
  if (flags.confirm) {
    io.out(list('Will remove'))
    if (!(await io.confirm('Continue?'))) {
      io.err('Aborted!\n')
      throw new ExitCode(1)
    }
  }
  for (const chain of chains) await butler.collections.remove(chain)
  if (runs.length > 0) await butler.removeRuns(runs)
  for (const other of others) await butler.collections.remove(other)
  io.out(list('Removed'))
}

async function withButler(
  io: CommandIo,
  { butlerConfig }: TidyFlags,
  work: (butler: Butler) => Promise<void>,
): Promise<void> {
  const { openNodeButler } = await import('#platform/node')
  const butler = await openNodeButler(butlerConfig, { writeable: true, folder: io.cwd })
  try {
    await work(butler)
  } finally {
    await butler.close()
  }
}
