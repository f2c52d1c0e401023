import type { Butler } from '#butler'
import { Instant } from '#time'
import type { PipelineGraph } from '../graph/pipeline-graph.ts'
import { pipelineError } from '../errors.ts'

/** The collection options of `pipetask run` and `qgraph`. */
export interface CollectionOptions {
  readonly input?: readonly string[]
  readonly output?: string
  readonly outputRun?: string
  readonly extendRun?: boolean
  readonly replaceRun?: boolean
  readonly pruneReplaced?: 'unstore' | 'purge'
  readonly rebase?: boolean
  /** A graph that was built before knows its inputs: a new chain may have none. */
  readonly inputsAreKnown?: boolean
}

/** Where a run reads and writes, and what is changed once there is something to do. */
export interface RunCollections {
  /** Searched for inputs, flattened, in order. */
  readonly inputs: readonly string[]
  readonly output: string | undefined
  readonly run: string
  readonly runExists: boolean
  /** What the output chain will be; undefined when it stays or there is none. */
  readonly chain: readonly string[] | undefined
  readonly chainExists: boolean
  /** Its members when the options were looked at; another process may add to them until the run begins. */
  readonly chainBefore: readonly string[]
  /** Run that leaves the chain. */
  readonly replaced: string | undefined
  readonly pruneReplaced: 'unstore' | 'purge' | undefined
}

/** Apply the anchor's rules to the options; nothing is changed yet. `now` is in milliseconds since 1970. */
export async function resolveCollections(
  butler: Butler,
  options: CollectionOptions,
  now: number,
): Promise<RunCollections> {
  const { output, extendRun = false, replaceRun = false, pruneReplaced, rebase = false } = options
  if (replaceRun && extendRun)
    throw bad('--replace-run and --extend-run exclude each other.', 'Give one of them.')
  if (pruneReplaced !== undefined && !replaceRun) throw bad('--prune-replaced needs --replace-run.')
  const known = await collectionTypes(butler)
  const chainExists = output !== undefined && known.has(output)
  if (chainExists && known.get(output) !== 'CHAINED')
    throw bad(
      `Output collection '${output}' is a ${known.get(output)} collection, not CHAINED.`,
      'Give -o another name.',
    )
  if (replaceRun && !chainExists) throw bad('--replace-run needs an existing output chain (-o).')
  const chain = chainExists ? [...(await butler.collections.getInfo(output)).children] : []
  const given =
    options.input === undefined || options.input.length === 0
      ? undefined
      : await flatten(butler, options.input)
  if (given === undefined && !chainExists && options.inputsAreKnown !== true)
    throw bad(noInputs(output, extendRun), 'Name where the inputs are with -i.')
  const run = chooseRun(options, chain, known, now)
  const replaced = replaceRun ? firstRun(chain, known, output ?? '') : undefined
  if (replaced !== undefined && pruneReplaced !== undefined) await refuseHeld(butler, replaced, output)
  const kept = chain.filter((name) => name !== replaced)
  const based =
    given === undefined || output === undefined
      ? kept
      : await rebased(butler, { chain, kept }, given, output, rebase, chainExists)
  const inputs = chainExists ? await flatten(butler, based) : (given ?? [])
  const members = chainExists ? based : (given ?? [])
  const newChain = members.includes(run) ? members : [run, ...members]
  const changed = output !== undefined && (!chainExists || newChain.join('\n') !== chain.join('\n'))
  return {
    inputs: inputs.filter((name) => name !== run || known.has(run)),
    output,
    run,
    runExists: known.has(run),
    chain: changed ? newChain : undefined,
    chainExists,
    chainBefore: chain,
    replaced,
    pruneReplaced,
  }
}

/** A run that somebody keeps in another chain is not pruned, though the anchor would unstore it. */
async function refuseHeld(butler: Butler, run: string, output: string | undefined): Promise<void> {
  const [info] = await butler.collections.queryInfo(run, { includeParents: true })
  const others = (info?.parents ?? []).filter((name) => name !== output)
  if (others.length > 0)
    throw bad(
      `Run '${run}' cannot be pruned: it is in ${others.map((name) => `'${name}'`).join(', ')} too.`,
      'Leave --prune-replaced out, or take it out first: butler collection-chain REPO PARENT RUN --mode remove.',
    )
}

const bad = (message: string, hint?: string): Error =>
  pipelineError('bad-collections', message, hint === undefined ? {} : { hint })

const noInputs = (output: string | undefined, extendRun: boolean): string =>
  extendRun && output !== undefined
    ? `--extend-run needs an existing output chain, and there is no '${output}'.`
    : 'No input collections provided.'

async function collectionTypes(butler: Butler): Promise<ReadonlyMap<string, string>> {
  const infos = await butler.collections.queryInfo('*', { includeChains: true })
  return new Map(infos.map((info) => [info.name, info.type]))
}

const flatten = (butler: Butler, names: readonly string[]): Promise<readonly string[]> =>
  names.length === 0
    ? Promise.resolve([])
    : butler.collections.query(names, { flattenChains: true, includeChains: false })

function chooseRun(
  { output, outputRun, extendRun = false }: CollectionOptions,
  chain: readonly string[],
  known: ReadonlyMap<string, string>,
  now: number,
): string {
  if (outputRun === undefined && output === undefined)
    throw bad('No output RUN collection provided.', 'Give -o CHAIN or --output-run RUN.')
  const run =
    outputRun ?? (extendRun ? firstRun(chain, known, output ?? '') : freshRun(output ?? '', known, now))
  if (known.has(run) && known.get(run) !== 'RUN')
    throw bad(`Output run '${run}' is a ${known.get(run)} collection, not RUN.`)
  if (known.has(run) && !extendRun)
    throw bad(
      `Output run '${run}' already exists, but --extend-run was not given.`,
      'Add --extend-run, or leave --output-run out for a new run.',
    )
  if (!known.has(run) && extendRun)
    throw bad(
      `--extend-run was given, but output run '${run}' does not exist.`,
      'Leave --extend-run out to make it.',
    )
  return run
}

function firstRun(chain: readonly string[], known: ReadonlyMap<string, string>, output: string): string {
  const [first] = chain
  if (first === undefined)
    throw bad(`Output chain '${output}' has no children.`, 'Leave --extend-run and --replace-run out.')
  if (known.get(first) === 'RUN') return first
  throw bad(`The first child of '${output}', '${first}', is a ${known.get(first)} collection, not RUN.`)
}

/** `CHAIN/time stamp`; a second later while that run exists. */
function freshRun(output: string, known: ReadonlyMap<string, string>, now: number): string {
  const name = `${output}/${timestamp(now)}`
  return known.has(name) ? freshRun(output, known, now + 1000) : name
}

/** `20201013T140417Z`, UTC. Not by `Date`: where no TZ is set, its first use takes V8 20 ms to find the time zone. */
const timestamp = (now: number): string =>
  `${Instant.fromUnix(Math.floor(now / 1000))
    .toIso('utc', 0)
    .replace(/[-:]/g, '')}Z`

/** Inputs given for a chain that exists must be what it has; or they become so with `--rebase`. */
async function rebased(
  butler: Butler,
  { chain, kept }: { readonly chain: readonly string[]; readonly kept: readonly string[] },
  inputs: readonly string[],
  output: string,
  rebase: boolean,
  exists: boolean,
): Promise<readonly string[]> {
  if (!exists || kept.length === 0) return inputs
  const own = kept.filter((name) => name.startsWith(`${output}/`))
  const flat = (await flatten(butler, kept)).filter((name) => !own.includes(name))
  // The chain itself may be among its inputs: `-o u/a -i u/a,HSC/defaults`.
  if (isWithin(inputs, flat) || isWithin(inputs, await flatten(butler, chain))) return kept
  if (!rebase)
    throw bad(
      `Output chain '${output}' exists and does not include the same sequence of (flattened) input collections: it has ${flat.join(', ') || 'none'}, -i gives ${inputs.join(', ') || 'none'}.`,
      'Leave -i out to use the chain as it is, or add --rebase to change it.',
    )
  return [...new Set([...own, ...inputs, ...flat])].filter(
    (name) => kept.includes(name) || !chain.includes(name),
  )
}

function isWithin(part: readonly string[], all: readonly string[]): boolean {
  const at = all.indexOf(part[0] ?? '')
  return at >= 0 && part.every((name, i) => all[at + i] === name)
}

/** Together or not at all: a chain without its run, or without inputs, could not be extended after a kill. */
async function makeCollections(
  { collections }: Butler,
  { run, runExists, output, chain, chainExists, chainBefore }: RunCollections,
): Promise<void> {
  if (!runExists && !(await collections.register(run, 'RUN')))
    throw bad(
      `Run '${run}' has been made by another process since this one began.`,
      'Start the command again, or give each its own --output-run.',
    )
  if (output === undefined || chain === undefined) return
  const isMade = !chainExists && (await collections.register(output, 'CHAINED'))
  const now = isMade ? [] : (await collections.getInfo(output)).children
  const added = now.filter((name) => !chainBefore.includes(name) && !chain.includes(name))
  const [first, ...rest] = chain
  await collections.redefineChain(output, first === run ? [run, ...added, ...rest] : [...added, ...chain])
}

/**
 * Make the run and the chain, and treat what was replaced, as resolved. Unstored is what the quanta of this pipeline make, as in the
 * anchor: what others put into the run stays.
 */
export async function applyCollections(
  butler: Butler,
  collections: RunCollections,
  pipeline: PipelineGraph,
): Promise<void> {
  const { replaced, pruneReplaced } = collections
  await butler.transaction((inside) => makeCollections(inside, collections))
  if (replaced === undefined || pruneReplaced === undefined) return
  if (pruneReplaced === 'purge') return butler.removeRuns([replaced])
  const refs = await butler.queryAllDatasets({
    collections: replaced,
    findFirst: false,
    limit: null,
    explain: false,
  })
  const made = refs.filter(({ datasetType: { name } }) => {
    const type = pipeline.datasetTypes.get(name)
    return type?.producer !== undefined && !type.isInit
  })
  await butler.pruneDatasets(made, { disassociate: false, unstore: true, purge: false })
}
