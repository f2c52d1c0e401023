import { readFile } from 'node:fs/promises'
import { basename, join, relative, resolve } from 'node:path'
import type { Command } from 'commander'
import { type DatasetRef, FileExistsError, QuantumBackedButler } from '#butler'
import { FirstlightError } from '#core'
import { inputsOfQuanta, loadQuantumGraph, outputsOfQuanta, transferableRef } from '#pipeline'
import { nodeButlerEnvironment, nodeFiles } from '#platform/node'
import { allTasks } from '../pipetask/pipeline-source.ts'
import { addFlag, choice, collectList } from '../shared/options.ts'
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
    .argument('<destination>', 'folder to copy to')
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
    const files = await QuantumBackedButler.open(nodeButlerEnvironment(), resolve(io.cwd, repository))
    const tasks = await allTasks([], { env: io.env, cwd: io.cwd })
    const graph = await loadQuantumGraph(
      file,
      new Uint8Array(await readFile(resolve(io.cwd, file))),
      tasks,
      files,
    )
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
    let copied = 0
    for (const ref of [...wanted.values()].map((r) => transferableRef(graph, r))) {
      if (!(await files.exists(ref))) continue
      const source = await files.pathOf(ref)
      const name = options.preservePath ? relative(files.root, source) : basename(source)
      const target = join(resolve(io.cwd, destination), name)
      if (!options.clobber && (await nodeFiles.stat(target)) !== undefined)
        throw new FileExistsError(`'${target}' is there already.`, {
          hint: 'Give --clobber to replace files.',
        })
      await nodeFiles.remove(target)
      await nodeFiles.makeDirectory(join(target, '..'))
      const how = options.transfer
      if (how === 'auto' || how === 'copy') await nodeFiles.copy(source, target)
      else await nodeFiles.link(source, target, how === 'link' ? 'hardlink' : how)
      copied++
    }
    io.out(`Wrote ${copied} files to ${destination}\n`)
  })
}
