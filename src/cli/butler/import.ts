import { resolve } from 'node:path'
import type { Command } from 'commander'
import { EXPORT_FILE, FileNotFoundError, importRepository } from '#butler'
import { addTrackFileAttrs, choice, collectList, TRANSFER_MODES } from '../shared/options.ts'
import type { CommandContext } from './context.ts'

interface Options {
  readonly trackFileAttrs: boolean
  readonly exportFile?: string
  readonly transfer?: (typeof TRANSFER_MODES)[number]
  readonly skipDimensions?: readonly string[]
}

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<repo>', 'repository')
    .argument('<directory>', 'folder with the export file and the files that it names')
    .option('--export-file <file>', `the export file; ${EXPORT_FILE} in the folder by default`)
    .option(
      '-t, --transfer <mode>',
      'how files come in; by default they are in the repository already',
      choice(TRANSFER_MODES),
    )
    .option('-s, --skip-dimensions <list>', 'dimensions whose records are not taken', collectList)
  addTrackFileAttrs(command).action(async (repo: string, directory: string, options: Options) => {
    const { io, open } = context()
    const { nodeFiles } = await import('../../platform/node/node-files.ts')
    const folder = resolve(io.cwd, directory)
    const candidates = new Set(
      [io.cwd, folder].map((place) => resolve(place, options.exportFile ?? EXPORT_FILE)),
    )
    let file: string | undefined
    for (const path of candidates)
      if (file === undefined && (await nodeFiles.stat(path)) !== undefined) file = path
    if (file === undefined)
      throw new FileNotFoundError(`There is no export file ${[...candidates].join(' or ')}.`)
    const butler = await open(repo, { writeable: true })
    await importRepository(butler.repository, await nodeFiles.readText(file), file, {
      directory: folder,
      transfer: options.transfer,
      recordValidationInfo: options.trackFileAttrs,
      ...(options.skipDimensions !== undefined && { skipDimensions: options.skipDimensions }),
    })
  })
}
