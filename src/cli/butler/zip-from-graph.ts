import type { Command } from 'commander'
import { ArgumentError, matchesAny, uriOf } from '#butler'
import { loadGraphDatasets, transferableOutputs } from '#pipeline'
import { openQuantumBackedButler } from '#platform/node'
import { placeFrom } from '../../platform/node/place.ts'
import { repositoryPlace } from '../../platform/node/repository-index.ts'
import { collectList } from '../shared/options.ts'
import { readNamed } from '../shared/place.ts'
import type { CommandContext } from './context.ts'

interface Options {
  readonly datasetType?: readonly string[]
}

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<graph>', 'saved graph whose quanta have run')
    .argument('<repo>', 'repository that holds the files')
    .argument('<dest>', 'folder for the archive, or an address')
    .option('-d, --dataset-type <list>', 'only these dataset types: names or globs', collectList)
  command.action(async (file: string, repository: string, folder: string, options: Options) => {
    const { io } = context()
    const files = await openQuantumBackedButler(await repositoryPlace(repository, io.cwd))
    const graph = await loadGraphDatasets(file, await readNamed(io.cwd, file), files)
    const types = options.datasetType
    const wanted = [...transferableOutputs(graph)].filter(
      (ref) => types === undefined || matchesAny(ref.datasetType.name, types),
    )
    if (wanted.length === 0)
      throw new ArgumentError(`The graph '${file}' makes no datasets of types ${(types ?? []).join(', ')}.`)
    const archive = await files.zip(wanted, placeFrom(io.cwd, folder))
    io.out(`Zip file written to ${uriOf(archive)}\n`)
  })
}
