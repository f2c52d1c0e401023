import type { Command } from 'commander'
import { EXPORT_FILE, FileNotFoundError, importRepository } from '#butler'
import { addTrackFileAttrs, choice, collectList, TRANSFER_MODES } from '../shared/options.ts'
import { placeFrom } from '../../platform/node/place.ts'
import type { CommandContext } from './context.ts'

interface Options {
  readonly trackFileAttrs: boolean
  readonly exportFile?: string
  readonly transfer: (typeof TRANSFER_MODES)[number]
  readonly skipDimensions?: readonly string[]
}

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<repo>', 'repository')
    .argument('<directory>', 'folder with the export file and the files that it names')
    .option('--export-file <file>', `the export file; ${EXPORT_FILE} in the folder by default`)
    .option('-t, --transfer <mode>', 'how files come in', choice(TRANSFER_MODES), 'auto')
    .option('-s, --skip-dimensions <list>', 'dimensions whose records are not taken', collectList)
  addTrackFileAttrs(command).action(async (repo: string, directory: string, options: Options) => {
    const { io, open } = context()
    const { routedFiles } = await import('../../platform/node/remote/routed-files.ts')
    const folder = placeFrom(io.cwd, directory)
    // The one of the folder goes before another of its name in the working directory, as in the real Butler.
    const candidates = new Set(
      [folder, io.cwd].map((place) => placeFrom(place, options.exportFile ?? EXPORT_FILE)),
    )
    let file: string | undefined
    for (const path of candidates)
      if (file === undefined && (await routedFiles.stat(path)) !== undefined) file = path
    if (file === undefined)
      throw new FileNotFoundError(`There is no export file ${[...candidates].join(' or ')}.`)
    const butler = await open(repo, { writeable: true })
    await importRepository(butler.repository, await routedFiles.readText(file), file, {
      directory: folder,
      transfer: options.transfer,
      recordValidationInfo: options.trackFileAttrs,
      ...(options.skipDimensions !== undefined && { skipDimensions: options.skipDimensions }),
    })
  })
}
