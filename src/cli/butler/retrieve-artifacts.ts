import type { Command } from 'commander'
import { ArgumentError, retrieveArtifacts, retrieveZip, uriOf } from '#butler'
import { addFlag, choice } from '../shared/options.ts'
import { placeFrom } from '../../platform/node/place.ts'
import type { CommandContext } from './context.ts'
import { addTypedSelection, type DatasetSelection, selectDatasets } from './select.ts'

const MODES = ['auto', 'copy', 'link', 'hardlink', 'symlink', 'relsymlink'] as const

interface Options extends DatasetSelection {
  readonly transfer: (typeof MODES)[number]
  readonly preservePath: boolean
  readonly clobber: boolean
  readonly verbose: boolean
  readonly zip: boolean
}

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<repo>', 'repository')
    .argument('<destination>', 'folder for the files: an existing one, or with a slash at its end')
    .option('-t, --transfer <mode>', 'how files get there', choice(MODES), 'auto')
    .option('--preserve-path', 'keep the folders that files have in the repository', true)
    .option('--no-preserve-path', 'put all files into one folder')
    .option('-v, --verbose', 'list the files', false)
  addFlag(command, 'clobber', 'replace files that are there')
  addFlag(command, 'zip', 'put the files into one zip archive, which ingest-zip takes in')
  addTypedSelection(command)
  command.action(async (repo: string, destination: string, options: Options) => {
    const { io, open, log } = context()
    const { routedFiles } = await import('../../platform/node/remote/routed-files.ts')
    const butler = await open(repo)
    const refs = (await selectDatasets(butler, log, options)).flat()
    log.info(`Number of datasets matching query: ${refs.length}`)
    if (refs.length === 0) {
      io.out('No datasets matched query.\n')
      return
    }
    const folder = placeFrom(io.cwd, destination)
    if (options.zip) {
      const overwrite = options.clobber
      const archive = await retrieveZip(butler.repository, refs, folder, { overwrite })
      io.out(`Zip file written to ${uriOf(archive)}\n`)
      return
    }
    if (!destination.endsWith('/') && (await routedFiles.stat(folder))?.kind !== 'directory')
      throw new ArgumentError(`'${destination}' is not a folder.`, {
        hint: 'Put a slash at its end to make it.',
      })
    const paths = await retrieveArtifacts(butler.repository, refs, folder, {
      transfer: options.transfer,
      preservePath: options.preservePath,
      overwrite: options.clobber,
    })
    if (options.verbose)
      io.out(`Transferred the following to ${destination}:\n${paths.map((p) => `${uriOf(p)}\n`).join('')}\n`)
    io.out(`Number of artifacts retrieved into destination ${destination}: ${paths.length}\n`)
  })
}
