import type { Command } from 'commander'
import type { Butler, CollectionInfo } from '#butler'
import { addConfirm, splitLists } from '../shared/options.ts'
import { ExitCode } from '../shared/report.ts'
import { formatTable } from '../shared/table.ts'
import type { CommandContext } from './context.ts'

interface Options {
  readonly confirm: boolean
  readonly removeFromParents: boolean
}

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<repo>', 'repository')
    .argument('<globs...>', 'names or globs of collections that are not runs')
    .option('--remove-from-parents', 'also take them out of the chains that hold them', false)
  addConfirm(command).action(async (repo: string, globs: readonly string[], options: Options) => {
    const { io, open } = context()
    const butler = await open(repo, { writeable: true })
    const found = await select(butler, splitLists(globs))
    if (found.length === 0) {
      if (options.confirm) io.out('No non-RUN collections were found.\n')
      return
    }
    const table = formatTable(
      ['Collection', 'Collection Type'],
      found.map((c) => [c.name, c.type]),
      'left',
    )
    const links = found.flatMap((c) => (c.parents ?? []).map((parent) => [c.name, parent]))
    const linked = formatTable(['Child Collection', 'Parent Collection'], links, 'left')
    if (options.confirm) {
      io.out(`The following collections will be removed:\n${table}`)
      if (options.removeFromParents && links.length > 0)
        io.out(`The following collections will be removed from their parents:\n${linked}`)
      if ((await io.confirm('Continue?')) !== true) {
        io.err('Aborted!\n')
        throw new ExitCode(1)
      }
    }
    await butler.transaction(async () => {
      if (options.removeFromParents)
        for (const [child, parent] of links) await butler.collections.removeFromChain(parent!, child!)
      for (const { name } of inOrder(found)) await butler.collections.remove(name)
    })
    io.out(`\nRemoved collections:\n\n${table}`)
    if (options.removeFromParents && links.length > 0)
      io.out(`\nRemoved collections from their parent collection chains:\n${linked}`)
    if (options.removeFromParents && links.length > 0) io.out('\n')
  })
}

async function select(butler: Butler, globs: readonly string[]): Promise<readonly CollectionInfo[]> {
  const known = new Set(await butler.collections.query('*'))
  const wanted = globs.filter((g) => /[*?[]/.test(g) || known.has(g))
  const infos = await butler.collections.queryInfo(wanted, {
    types: ['CHAINED', 'TAGGED', 'CALIBRATION'],
    includeParents: true,
  })
  return [...infos].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Chains before what they hold, so that none is in the way of another. */
function inOrder(infos: readonly CollectionInfo[]): readonly CollectionInfo[] {
  const byName = new Map(infos.map((i) => [i.name, i]))
  const out: CollectionInfo[] = []
  const visit = (info: CollectionInfo) => {
    if (out.includes(info)) return
    for (const parent of info.parents ?? []) {
      const above = byName.get(parent)
      if (above !== undefined) visit(above)
    }
    out.push(info)
  }
  for (const info of infos) visit(info)
  return out
}
