import type { DatasetRef } from '#butler'
import { type Logger, type LogRecord, makeLogger, silentProgress } from '#core'
import {
  AlgorithmError,
  AnnotatedPartialOutputsError,
  InvalidQuantumError,
  NoWorkFound,
  pipelineError,
  RepeatableQuantumError,
  UnprocessableDataError,
  UpstreamFailureNoWorkFound,
} from '../errors.ts'
import { TaskMetadata } from '../metadata.ts'
import { inputEdges, type Quantum } from '../quanta/quantum-graph.ts'
import type { QuantumContext, QuantumResources } from '../task.ts'
import { CAVEAT, caveatCode } from './caveats.ts'
import type { ExecutionOptions, QuantumHooks } from './executor.ts'
import { errorRecord, type QuantumResult } from './outcome.ts'
import { loadInputs, presentInputs } from './quantum-inputs.ts'
import type { QuantumStore } from './store.ts'
import { makeTaskContext } from './task-context.ts'

/** What a quantum is run with besides itself. */
export interface QuantumEnvironment {
  readonly store: QuantumStore
  readonly run: string
  readonly options: ExecutionOptions
  /** Values of the task's init inputs. */
  readonly init: Readonly<Record<string, unknown>>
  /** What the user lets a quantum have. */
  readonly resources?: QuantumResources
  /** CPU seconds and peak memory of the process, where the platform tells. */
  readonly usage?: () => { readonly cpuSec: number; readonly maxRssBytes: number }
}

const ONE_CORE: QuantumResources = { cores: 1 }

interface Ended {
  readonly caveats: number
  readonly outputs: readonly DatasetRef[]
}

/**
 * Run one quantum: check what is there, read the inputs, call the task, write outputs, metadata and log. Outputs and metadata are
 * written in one transaction; a failure writes the log only.
 */
export async function runQuantum(
  quantum: Quantum,
  environment: QuantumEnvironment,
  hooks: QuantumHooks,
): Promise<QuantumResult> {
  const started = performance.now()
  const records: LogRecord[] = []
  const log = makeLogger(quantum.label, (record) => {
    records.push(record)
    hooks.onLog(record)
  })
  const about = { id: quantum.id, label: quantum.label, dataId: quantum.dataId }
  const elapsed = (): number => (performance.now() - started) / 1000
  const metadata = new TaskMetadata()
  note(metadata, 'prep', environment)
  try {
    if (await isDone(quantum, environment)) return { ...about, state: 'skipped', elapsedSec: elapsed() }
    const { caveats } = await execute(quantum, environment, hooks, { log, metadata, records })
    const caveat = caveatCode(caveats)
    return { ...about, state: 'done', elapsedSec: elapsed(), ...(caveat !== '' && { caveat }) }
  } catch (error) {
    log.error(
      `Execution of task '${quantum.label}' on quantum ${quantum.coordinate} failed. ${describe(error)}`,
    )
    // A cancelled quantum leaves nothing, so that a later --extend-run simply does it.
    if (!hooks.signal.aborted) await writeLog(quantum, environment, records)
    return {
      ...about,
      state: 'failed',
      error: errorRecord(error),
      elapsedSec: elapsed(),
      ...(error instanceof InvalidQuantumError && { fatal: true }),
      ...(error instanceof RepeatableQuantumError && { exitCode: RepeatableQuantumError.exitCode }),
    }
  }
}

const describe = (error: unknown): string =>
  error instanceof Error ? `Exception ${error.name}: ${error.message}` : `Exception: ${String(error)}`

interface Notes {
  readonly log: Logger
  readonly metadata: TaskMetadata
  readonly records: readonly LogRecord[]
}

async function execute(
  quantum: Quantum,
  environment: QuantumEnvironment,
  hooks: QuantumHooks,
  notes: Notes,
): Promise<Ended> {
  const { store, run } = environment
  const { log, metadata } = notes
  const made = new Map<DatasetRef, unknown>()
  let caveats = 0
  try {
    const refs = await presentInputs(store, quantum, run, log).catch((error: unknown) => {
      if (error instanceof NoWorkFound) caveats |= CAVEAT.adjustQuantum
      throw error
    })
    note(metadata, 'init', environment)
    // A task that reads by itself is not read for.
    const inputs = quantum.node.task.runQuantum ? {} : await loadInputs(store, inputEdges(quantum.node), refs)
    note(metadata, 'start', environment)
    await callTask(quantum, environment, hooks, notes, inputs, refs, made)
  } catch (error) {
    caveats |= excuse(error, environment.options, metadata.child(quantum.label))
    log.info(
      `Nothing to do for task '${quantum.label}' on quantum ${quantum.coordinate}; saving metadata and skipping: ${(error as Error).message}`,
    )
  }
  hooks.signal.throwIfAborted()
  note(metadata, 'end', environment)
  const outputs = [...made.keys()]
  caveats |= missingOutputs(quantum, outputs)
  metadata.child('quantum').set(
    'outputs',
    outputs.map((ref) => ref.id),
  )
  metadata.child('quantum').set('caveats', caveats)
  await store.put([
    ...made,
    ...(quantum.log === undefined ? [] : [[quantum.log, notes.records] as const]),
    [quantum.metadata, metadata.toStored()],
  ])
  return { caveats, outputs }
}

/** Run the task, gathering what it makes by the refs foreseen for it. */
async function callTask(
  quantum: Quantum,
  environment: QuantumEnvironment,
  hooks: QuantumHooks,
  { log, metadata }: Notes,
  inputs: Readonly<Record<string, unknown>>,
  refs: Quantum['inputs'],
  made: Map<DatasetRef, unknown>,
): Promise<void> {
  const { node, label, dataId, id } = quantum
  const context = {
    ...makeTaskContext({
      name: label,
      config: node.config,
      log,
      metadata: metadata.child(label),
      signal: hooks.signal,
      progress: silentProgress,
    }),
    label,
    dataId,
    quantumId: id,
    resources: environment.resources ?? ONE_CORE,
  } as QuantumContext
  if (node.task.runQuantum) {
    const { store } = environment
    const io = {
      inputs: refs,
      outputs: quantum.outputs,
      get: <T>(ref: DatasetRef) => store.get<T>(ref),
      put: (value: unknown, ref: DatasetRef) => Promise.resolve(void made.set(ref, value)),
    }
    return node.task.runQuantum(io, context, environment.init)
  }
  const results = await node.task.run(inputs, context, environment.init)
  for (const edge of node.outputs) {
    const value = results[edge.connection]
    const wanted = quantum.outputs[edge.connection] ?? []
    if (value === undefined) {
      if (node.task.connections[edge.connection]?.optional === true) continue
      throw pipelineError('missing-output', `Task '${label}' gave no '${edge.connection}'.`, {
        hint: `Return { ${edge.connection}: … } from run, or declare the output optional.`,
      })
    }
    const values = edge.multiple ? (value as readonly unknown[]) : [value]
    wanted.forEach((ref, i) => void (i < values.length && made.set(ref, values[i])))
  }
}

/** The caveat of an exception that counts as success; others are thrown on. */
function excuse(error: unknown, { raiseOnPartialOutputs }: ExecutionOptions, metadata: TaskMetadata): number {
  if (error instanceof AlgorithmError)
    for (const [key, value] of Object.entries(error.metadata)) metadata.set(`failure.${key}`, String(value))
  if (error instanceof UpstreamFailureNoWorkFound) return CAVEAT.upstreamFailure
  if (error instanceof NoWorkFound) return CAVEAT.noWork
  if (error instanceof UnprocessableDataError) return CAVEAT.unprocessableData
  if (error instanceof AnnotatedPartialOutputsError && !raiseOnPartialOutputs) return CAVEAT.partialOutputs
  throw error
}

function missingOutputs(quantum: Quantum, made: readonly DatasetRef[]): number {
  const predicted = Object.values(quantum.outputs).reduce((n, refs) => n + refs.length, 0)
  if (made.length >= predicted) return 0
  return CAVEAT.anyOutputsMissing | (made.length === 0 ? CAVEAT.allOutputsMissing : 0)
}

/** In a run that is extended: done before, or leftovers of a failure, which are removed or refused. */
async function isDone(quantum: Quantum, { store, run, options }: QuantumEnvironment): Promise<boolean> {
  if (!options.extendRun) return false
  if ((await store.findInRun(quantum.metadata)) !== undefined) return true
  const predicted = [
    ...Object.values(quantum.outputs).flat(),
    ...(quantum.log === undefined ? [] : [quantum.log]),
  ]
  const left = (await Promise.all(predicted.map((ref) => store.findInRun(ref)))).filter(
    (ref) => ref !== undefined,
  )
  if (left.length === 0) return false
  if (!options.clobberOutputs)
    throw pipelineError(
      'outputs-exist',
      `Run ${run} holds outputs of ${quantum.label} ${quantum.coordinate} from a run that failed: ${left.map((r) => r.datasetType.name).join(', ')}.`,
      {
        hint: '--clobber-outputs removes them first.',
      },
    )
  await store.remove(left)
  return false
}

async function writeLog(
  quantum: Quantum,
  { store }: QuantumEnvironment,
  records: readonly LogRecord[],
): Promise<void> {
  if (quantum.log !== undefined && !(await store.isStored(quantum.log)))
    await store.put([[quantum.log, records]])
}

function note(metadata: TaskMetadata, phase: string, { usage }: QuantumEnvironment): void {
  const node = metadata.child('quantum')
  node.set(`${phase}Utc`, new Date().toISOString().replace('Z', '+00:00'))
  if (usage === undefined) return
  const { cpuSec, maxRssBytes } = usage()
  node.set(`${phase}CpuTime`, cpuSec)
  node.set(`${phase}MaxResidentSetSize`, maxRssBytes)
}
