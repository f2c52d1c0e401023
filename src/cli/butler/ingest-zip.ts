import { resolve } from 'node:path'
import type { Command } from 'commander'
import { ingestZip, type TransferMode } from '#butler'
import { addFlag, choice, TRANSFER_MODES } from '../shared/options.ts'
import type { CommandContext } from './context.ts'

interface Options {
  readonly transfer: TransferMode
  readonly transferDimensions: boolean
  readonly dryRun: boolean
}

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<repo>', 'repository')
    .argument('<zip>', 'archive made by retrieve-artifacts --zip or zip-from-graph')
    .option(
      '-t, --transfer <mode>',
      'how the archive gets into the repository',
      choice(TRANSFER_MODES),
      'auto',
    )
  addFlag(
    command,
    'transfer-dimensions',
    'insert dimension records that the archive has and the repository lacks',
  )
  addFlag(command, 'dry-run', 'only say what would be ingested')
  command.action(async (repo: string, zip: string, options: Options) => {
    const { io, open, log } = context()
    const butler = await open(repo, { writeable: true })
    const { transfer, transferDimensions, dryRun } = options
    const place = /^[a-z][a-z0-9+.-]*:\/\//i.test(zip) ? zip : resolve(io.cwd, zip)
    const { datasets, files } = await ingestZip(butler.repository, place, {
      transfer,
      transferDimensions,
      dryRun,
    })
    log.info(`${dryRun ? 'Would ingest' : 'Ingested'} ${datasets} datasets in ${files} files from ${zip}.`)
  })
}
