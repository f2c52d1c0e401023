import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { ArgumentError, matchesAny, QuantumBackedButler } from '#butler'
import { loadGraphDatasets, transferableOutputs } from '#pipeline'
import { nodeButlerEnvironment } from '#platform/node'
import { collectList } from '../shared/options.ts'
import type { CommandContext } from './context.ts'

interface Options {
  readonly datasetType?: readonly string[]
}

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<graph>', 'saved graph whose quanta have run')
    .argument('<repo>', 'repository that holds the files')
    .argument('<dest>', 'folder for the archive')
    .option('-d, --dataset-type <list>', 'only these dataset types: names or globs', collectList)
  command.action(async (file: string, repository: string, folder: string, options: Options) => {
    const { io } = context()
    const files = await QuantumBackedButler.open(nodeButlerEnvironment(), resolve(io.cwd, repository))
    const bytes = new Uint8Array(await readFile(resolve(io.cwd, file)))
    const graph = await loadGraphDatasets(file, bytes, files)
    const types = options.datasetType
    const wanted = [...transferableOutputs(graph)].filter(
      (ref) => types === undefined || matchesAny(ref.datasetType.name, types),
    )
    if (wanted.length === 0)
      throw new ArgumentError(`The graph '${file}' makes no datasets of types ${(types ?? []).join(', ')}.`)
    const archive = await files.zip(wanted, resolve(io.cwd, folder))
    io.out(`Zip file written to file://${archive}\n`)
  })
}
