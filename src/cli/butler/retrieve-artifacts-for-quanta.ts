import type { Command } from 'commander'
import type { DatasetRef } from '#butler'
import { FirstlightError } from '#core'
import { inputsOfQuanta, loadQuantumGraph, outputsOfQuanta, transferableRef } from '#pipeline'
import { openQuantumBackedButler } from '#platform/node'
import { placeFrom } from '../../platform/node/place.ts'
import { repositoryPlace } from '../../platform/node/repository-index.ts'
import { allTasks } from '../pipetask/pipeline-source.ts'
import { addFlag, choice, collectList } from '../shared/options.ts'
import { readNamed } from '../shared/place.ts'
import type { CommandContext } from './context.ts'

const MODES = ['auto', 'copy', 'link', 'hardlink', 'symlink', 'relsymlink'] as const

interface Options {
  readonly qgraphNodeId?: readonly string[]
  readonly includeInputs: boolean
  readonly includeOutputs: boolean
  readonly preservePath: boolean
  readonly clobber: boolean
  readonly transfer: (typeof MODES)[number]
}

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<graph>', 'saved graph')
    .argument('<repo>', 'repository that holds the files')
    .argument('<destination>', 'folder to copy to, or an address such as s3://bucket/folder')
    .option('--qgraph-node-id <uuids>', 'only files of these quanta', collectList)
    .option('--include-inputs', 'copy what the quanta read', true)
    .option('--no-include-inputs', 'do not copy what the quanta read')
    .option('--include-outputs', 'copy what the quanta made', true)
    .option('--no-include-outputs', 'do not copy what the quanta made')
    .option('--preserve-path', 'keep the folders below the repository', true)
    .option('--no-preserve-path', 'all files into one folder')
    .option('-t, --transfer <mode>', 'how files get there', choice(MODES), 'auto')
  addFlag(command, 'clobber', 'replace files that are there')
  command.action(async (file: string, repository: string, destination: string, options: Options) => {
    const { io } = context()
    const files = await openQuantumBackedButler(await repositoryPlace(repository, io.cwd))
    const tasks = await allTasks([], { env: io.env, cwd: io.cwd })
    const graph = await loadQuantumGraph(file, await readNamed(io.cwd, file), tasks, files)
    const indices = options.qgraphNodeId?.map((id) => {
      const index = graph.indexOf(id.toLowerCase())
      if (index === undefined)
        throw new FirstlightError(
          'cli/no-quantum',
          `Address for ${id} not found: ${file} has no such quantum.`,
          {
            hint: 'pipetask qgraph -b REPO -g GRAPH --show graph lists them.',
          },
        )
      return index
    })
    const part = indices === undefined ? graph : graph.subset(new Set(indices))
    for (const [id, records] of graph.extras.files ?? [])
      files.addRecords(records.map((record) => ({ id, ...record })))
    const wanted = new Map<string, DatasetRef>()
    if (options.includeInputs) for (const ref of inputsOfQuanta(part)) wanted.set(ref.id, ref)
    if (options.includeOutputs) for (const ref of outputsOfQuanta(part)) wanted.set(ref.id, ref)
    const refs = [...wanted.values()].map((ref) => transferableRef(graph, ref))
    const { transfer, preservePath, clobber: overwrite } = options
    const place = placeFrom(io.cwd, destination)
    const written = await files.retrieve(refs, place, { transfer, preservePath, overwrite })
    io.out(`Wrote ${written.length} files to ${destination}\n`)
  })
}
