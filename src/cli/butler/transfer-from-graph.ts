import type { Command } from 'commander'
import { type DatasetRef, matchesAny } from '#butler'
import { loadGraphDatasets, type QuantumGraph, registerDatasetTypes, transferableOutputs } from '#pipeline'
import { openQuantumBackedButler } from '#platform/node'
import { repositoryPlace } from '../../platform/node/repository-index.ts'
import { collectList } from '../shared/options.ts'
import { readNamed } from '../shared/place.ts'
import type { CommandContext } from './context.ts'

interface Options {
  readonly registerDatasetTypes: boolean
  readonly updateOutputChain: boolean
  readonly transferDimensions: boolean
  readonly dryRun: boolean
  readonly datasetType?: readonly string[]
}

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<graph>', 'saved graph that `pipetask run-qbb` has run')
    .argument('<dest>', 'repository that holds the files')
    .option('--register-dataset-types', 'register dataset types that the repository lacks', false)
    .option('--transfer-dimensions', 'accepted; dimension records of a graph are in its repository', true)
    .option('--no-transfer-dimensions', 'accepted, as above')
    .option('--update-output-chain', "put the run at the head of the graph's output chain", false)
    .option('-d, --dataset-type <list>', 'only these dataset types: names or globs', collectList)
    .option('--dry-run', 'only say how many there are', false)
  command.action(async (file: string, destination: string, options: Options) => {
    const { found } = await transferFromGraph(context(), file, destination, options)
    context().io.out(`Number of datasets transferred: ${found.length}\n`)
  })
}

/** What a graph's quanta have written, registered in the repository that holds the files. */
export async function transferFromGraph(
  { io, open }: CommandContext,
  file: string,
  destination: string,
  options: Omit<Options, 'transferDimensions'>,
): Promise<{ readonly graph: QuantumGraph; readonly found: readonly DatasetRef[] }> {
  const butler = await open(destination, { writeable: true })
  const graph = await loadGraphDatasets(file, await readNamed(io.cwd, file), butler)
  const files = await openQuantumBackedButler(await repositoryPlace(destination, io.cwd))
  const types = options.datasetType
  const wanted = transferableOutputs(graph).filter(
    (ref) => types === undefined || matchesAny(ref.datasetType.name, types),
  )
  const datasets = await files.datasetsOf(wanted)
  const found = [...new Set(datasets.flatMap(({ refs }) => refs))]
  if (options.dryRun) return { graph, found }
  await butler.transaction(async (inside) => {
    await inside.collections.register(graph.header.run, 'RUN')
    await registerDatasetTypes(inside, graph, options.registerDatasetTypes)
    await inside.ingest(datasets, { transfer: undefined, skipExisting: true })
  })
  if (options.updateOutputChain && graph.header.output !== undefined)
    await prepend(butler, graph.header.output, graph.header.run, graph.header.inputs)
  return { graph, found }
}

type Repository = Awaited<ReturnType<CommandContext['open']>>

/** The run first, then what the chain had; a new chain gets the graph's inputs. */
async function prepend(
  butler: Repository,
  chain: string,
  run: string,
  inputs: readonly string[],
): Promise<void> {
  const isNew = await butler.collections.register(chain, 'CHAINED')
  if (isNew) await butler.collections.redefineChain(chain, [run, ...inputs.filter((name) => name !== run)])
  else await butler.collections.prependChain(chain, run)
}
