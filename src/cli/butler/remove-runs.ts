import type { Command } from 'commander'
import type { Butler, CollectionInfo } from '#butler'
import { addConfirm, splitLists } from '../shared/options.ts'
import { ExitCode } from '../shared/report.ts'
import type { CommandContext } from './context.ts'

interface Options {
  readonly confirm: boolean
  readonly force: boolean
}

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<repo>', 'repository')
    .argument('<globs...>', 'names or globs of runs')
    .option('--force', 'with --no-confirm: also runs that are in chains', false)
  addConfirm(command).action(async (repo: string, globs: readonly string[], options: Options) => {
    const { io, open } = context()
    const butler = await open(repo, { writeable: true })
    const runs = await select(butler, splitLists(globs))
    if (runs.length === 0) {
      io.out('No RUN collections were found.\n')
      return
    }
    const counts = await countDatasets(butler, runs)
    const linked = runs.filter((r) => (r.parents ?? []).length > 0)
    if (!options.confirm && linked.length > 0 && !options.force) {
      io.out(
        'Removing runs that are in parent CHAINED collections requires confirmation. \nTry again without --no-confirm to confirm removal of RUN collections from parents, or add the --force flag to skip confirmation.\n',
      )
      for (const run of linked) io.out(`${run.name}: must be unlinked from ${parents(run)}\n`)
      throw new ExitCode(1)
    }
    if (options.confirm) {
      io.out(`The following RUN collections will be removed:\n${names(runs, 'will be unlinked from')}\n`)
      io.out(`The following datasets will be removed:\n${counts}`)
      if ((await io.confirm('Continue?')) !== true) {
        io.err('Aborted!\n')
        throw new ExitCode(1)
      }
    }
    await butler.removeRuns(
      runs.map((r) => r.name),
      { unlinkFromChains: true },
    )
    if (options.confirm) io.out('The RUN collections were removed.\n')
    else {
      io.out(`The following RUN collections were removed:\n${names(runs, 'was removed and unlinked from')}`)
      io.out(`The following datasets were removed:\n${counts}`)
    }
  })
}

const parents = (run: CollectionInfo): string => (run.parents ?? []).map((p) => `"${p}"`).join(', ')

const names = (runs: readonly CollectionInfo[], words: string): string =>
  runs.map((r) => `${r.name}${(r.parents ?? []).length > 0 ? `: ${words} ${parents(r)}` : ''}\n`).join('')

async function select(butler: Butler, globs: readonly string[]): Promise<readonly CollectionInfo[]> {
  const known = new Set(await butler.collections.query('*'))
  const wanted = globs.filter((g) => /[*?[]/.test(g) || known.has(g))
  const infos = await butler.collections.queryInfo(wanted, { types: ['RUN'], includeParents: true })
  return [...infos].sort((a, b) => (a.name < b.name ? -1 : 1))
}

async function countDatasets(butler: Butler, runs: readonly CollectionInfo[]): Promise<string> {
  const { collections, datasets, types } = butler.repository
  const counts = new Map<string, number>()
  for (const { name } of runs)
    for (const [id, count] of await datasets.countsInRun((await collections.get(name)).id)) {
      const type = (await types.byId(id)).type.name
      counts.set(type, (counts.get(type) ?? 0) + count)
    }
  const total = [...counts.values()].reduce((a, b) => a + b, 0)
  const list = [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([type, n]) => `${type}(${n})`)
  return `${list.join(', ')}\nTotal number of datasets to remove:  ${total}\n`
}
