import type { Command } from 'commander'
import { type DatasetRef, EXPORT_FILE, exportRepository, FileExistsError } from '#butler'
import { choice, collectList, splitLists } from '../shared/options.ts'
import { placeFrom } from '../../platform/node/place.ts'
import { formatTable } from '../shared/table.ts'
import type { CommandContext } from './context.ts'

const MODES = ['auto', 'copy', 'link', 'hardlink', 'symlink', 'relsymlink'] as const

interface Options {
  readonly transfer: (typeof MODES)[number]
  readonly datasetType?: readonly string[]
}

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<repo>', 'repository')
    .argument('<directory>', 'folder to make')
    .argument('<collections...>', 'CALIBRATION collections, or globs')
    .option('-t, --transfer <mode>', 'how files get there', choice(MODES), 'auto')
    .option('-d, --dataset-type <list>', 'only these dataset types', collectList)
    .action(async (repo: string, directory: string, words: readonly string[], options: Options) => {
      const { io, log, open } = context()
      const { routedFiles } = await import('../../platform/node/remote/routed-files.ts')
      const folder = placeFrom(io.cwd, directory)
      if ((await routedFiles.stat(folder)) !== undefined)
        throw new FileExistsError(`'${directory}' is there already.`, {
          hint: 'Name a folder that does not exist yet.',
        })
      const butler = await open(repo)
      const collections = await butler.collections.query(splitLists(words), {
        flattenChains: true,
        types: ['CALIBRATION'],
      })
      const refs = new Map<string, DatasetRef>()
      for (const type of await butler.registry.queryDatasetTypes(options.datasetType ?? '*')) {
        if (!type.isCalibration) continue
        const found = await butler.registry.queryDatasetAssociations(type.name, { collections })
        for (const { ref } of found) refs.set(ref.id, ref)
      }
      log.info(`Saving ${refs.size} dataset(s)`)
      await routedFiles.makeDirectory(folder)
      const text = await exportRepository(butler.repository, {
        datasets: [...refs.values()],
        collections,
        directory: folder,
        transfer: options.transfer,
      })
      await routedFiles.writeAtomic(`${folder}/${EXPORT_FILE}`, text)
      if (refs.size > 0) io.out(table([...refs.values()]))
    })
}

function table(refs: readonly DatasetRef[]): string {
  const columns = [...new Set(refs.flatMap((r) => r.datasetType.dimensions.keys))].sort()
  const cells = refs.map((r) => [
    r.datasetType.name,
    r.run,
    ...columns.map((c) => (r.dataId[c] === undefined ? '' : String(r.dataId[c]))),
  ])
  const detector = columns.indexOf('detector') + 2
  cells.sort((a, b) => (a[0] !== b[0] ? (a[0]! < b[0]! ? -1 : 1) : Number(a[detector]) - Number(b[detector])))
  return formatTable(['calibrationType', 'run', ...columns], cells, 'left')
}
