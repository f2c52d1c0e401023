import {
  type DatasetRef,
  type FileStores,
  type PlacedFile,
  type Provenance,
  ProvenanceRecorder,
} from '#butler'
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
import type { QuantumHooks } from './executor.ts'
import { QuantumFiles, type QuantumJob, type QuantumOutcome } from './job.ts'
import { errorRecord, type QuantumResult } from './outcome.ts'
import { loadInputs, presentInputs } from './quantum-inputs.ts'
import { makeTaskContext } from './task-context.ts'

/** What quanta of one run have in common, where they run. */
export interface QuantumEnvironment {
  readonly stores: FileStores
  readonly raiseOnPartialOutputs: boolean
  /** What the user lets a quantum have. */
  readonly resources?: QuantumResources
  /** CPU seconds and peak memory of the process, where the platform tells. */
  readonly usage?: () => { readonly cpuSec: number; readonly maxRssBytes: number }
}

const ONE_CORE: QuantumResources = { cores: 1 }

/** Runs quanta by their jobs, in any process; keeps the init inputs of their tasks. */
export class QuantumRunner {
  readonly #environment: QuantumEnvironment
  readonly #init = new Map<string, Promise<Values>>()

  constructor(environment: QuantumEnvironment) {
    this.#environment = environment
  }

  /**
   * Run one quantum: read the inputs, call the task, write outputs, log and metadata. A failure writes the log only, a quantum
   * that was stopped writes nothing.
   */
  async run(job: QuantumJob, hooks: QuantumHooks): Promise<QuantumOutcome> {
    const { quantum } = job
    const started = performance.now()
    const records: LogRecord[] = []
    const log = makeLogger(quantum.label, (record) => {
      records.push(record)
      hooks.onLog(record)
    })
    const files = new QuantumFiles(this.#environment.stores, job)
    const about = (): Pick<QuantumResult, 'id' | 'label' | 'dataId' | 'elapsedSec'> => ({
      id: quantum.id,
      label: quantum.label,
      dataId: quantum.dataId,
      elapsedSec: (performance.now() - started) / 1000,
    })
    const metadata = new TaskMetadata()
    note(metadata, 'prep', this.#environment)
    try {
      const init = await this.#initOf(job, files)
      const work = { quantum, files, init, hooks, log, metadata, records }
      const { caveats, written } = await execute(work, this.#environment)
      const caveat = caveatCode(caveats)
      return { result: { ...about(), state: 'done', ...(caveat !== '' && { caveat }) }, written }
    } catch (error) {
      if (hooks.signal.aborted) return { result: { ...about(), state: 'cancelled' }, written: [] }
      log.error(
        `Execution of task '${quantum.label}' on quantum ${quantum.coordinate} failed. ${describe(error)}`,
      )
      const written = quantum.log === undefined ? [] : await files.write([[quantum.log, records]])
      return { result: { ...about(), ...failureOf(error) }, written }
    }
  }

  #initOf({ quantum: { label }, init }: QuantumJob, files: QuantumFiles): Promise<Values> {
    const known = this.#init.get(label) ?? readAll(init, files)
    this.#init.set(label, known)
    return known
  }
}

type Values = Readonly<Record<string, unknown>>

async function readAll(refs: QuantumJob['init'], files: QuantumFiles): Promise<Values> {
  const values: Record<string, unknown> = {}
  for (const [connection, ref] of Object.entries(refs)) values[connection] = await files.get(ref)
  return values
}

/** How a quantum ends that threw. */
export const failureOf = (
  error: unknown,
): Pick<QuantumResult, 'state' | 'error' | 'fatal' | 'exitCode'> & { readonly state: 'failed' } => ({
  state: 'failed',
  error: errorRecord(error),
  ...(isA(error, InvalidQuantumError) && { fatal: true }),
  ...(isA(error, RepeatableQuantumError) && { exitCode: RepeatableQuantumError.exitCode }),
})

/** False also for what cannot be asked. */
function isA(error: unknown, type: abstract new (...args: never[]) => Error): boolean {
  try {
    return error instanceof type
  } catch {
    return false
  }
}

function describe(error: unknown): string {
  const { name, message } = errorRecord(error)
  return isA(error, Error) ? `Exception ${name}: ${message}` : `Exception: ${message}`
}

/** One quantum on its way. */
interface Work {
  readonly quantum: Quantum
  readonly files: QuantumFiles
  readonly init: Values
  readonly hooks: QuantumHooks
  readonly log: Logger
  readonly metadata: TaskMetadata
  readonly records: readonly LogRecord[]
}

interface Ended {
  readonly caveats: number
  readonly written: readonly PlacedFile[]
}

async function execute(work: Work, environment: QuantumEnvironment): Promise<Ended> {
  const { quantum, files, hooks, metadata, records, log } = work
  const made = new Made(quantum.id)
  let caveats = 0
  try {
    const refs = adjustedInputs(work, () => void (caveats |= CAVEAT.adjustQuantum))
    note(metadata, 'init', environment)
    // A task that reads by itself is not read for.
    const inputs = quantum.node.task.runQuantum
      ? {}
      : await loadInputs(files, inputEdges(quantum.node), refs, made.provenance)
    note(metadata, 'start', environment)
    await callTask(work, environment, inputs, refs, made)
  } catch (error) {
    caveats |= excuse(error, environment, metadata.child(quantum.label))
    log.info(
      `Nothing to do for task '${quantum.label}' on quantum ${quantum.coordinate}; saving metadata and skipping: ${(error as Error).message}`,
    )
  }
  hooks.signal.throwIfAborted()
  note(metadata, 'end', environment)
  const outputs = [...made.datasets.keys()]
  caveats |= missingOutputs(quantum, outputs)
  metadata.child('quantum').set(
    'outputs',
    outputs.map((ref) => ref.id),
  )
  metadata.child('quantum').set('caveats', caveats)
  const written = await files.write([
    ...[...made.datasets].map(([ref, { value, provenance }]) => [ref, value, provenance] as const),
    ...(quantum.log === undefined ? [] : [[quantum.log, records] as const]),
    [quantum.metadata, metadata.toStored()],
  ])
  return { caveats, written }
}

/** The inputs there are; when they are too few, `onTooFew` is told before it throws. */
function adjustedInputs({ files, quantum, log }: Work, onTooFew: () => void): Quantum['inputs'] {
  try {
    return presentInputs(files, quantum, log)
  } catch (error) {
    if (error instanceof NoWorkFound) onTooFew()
    throw error
  }
}

/** What a quantum has made so far. */
class Made {
  readonly datasets = new Map<DatasetRef, { readonly value: unknown; readonly provenance: Provenance }>()
  readonly provenance: ProvenanceRecorder

  constructor(quantumId: string) {
    this.provenance = new ProvenanceRecorder(quantumId)
  }

  put(ref: DatasetRef, value: unknown): void {
    this.datasets.set(ref, { value, provenance: this.provenance.soFar() })
  }
}

/** Run the task, gathering what it makes by the refs foreseen for it. */
async function callTask(
  { quantum, files, init, hooks, log, metadata }: Work,
  environment: QuantumEnvironment,
  inputs: Values,
  refs: Quantum['inputs'],
  made: Made,
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
    addProvenance: made.provenance.addExtra.bind(made.provenance),
  } as QuantumContext
  if (node.task.runQuantum) {
    const io = {
      inputs: refs,
      outputs: quantum.outputs,
      get: <T>(ref: DatasetRef) => {
        made.provenance.addInput(ref)
        return files.get<T>(ref)
      },
      put: (value: unknown, ref: DatasetRef) => Promise.resolve(made.put(ref, value)),
    }
    return node.task.runQuantum(io, context, init)
  }
  const results = await node.task.run(inputs, context, init)
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
    wanted.forEach((ref, i) => {
      if (i < values.length) made.put(ref, values[i])
    })
  }
}

/** The caveat of an exception that counts as success; others are thrown on. */
function excuse(
  error: unknown,
  { raiseOnPartialOutputs }: QuantumEnvironment,
  metadata: TaskMetadata,
): number {
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

function note(metadata: TaskMetadata, phase: string, { usage }: QuantumEnvironment): void {
  const node = metadata.child('quantum')
  node.set(`${phase}Utc`, new Date().toISOString().replace('Z', '+00:00'))
  if (usage === undefined) return
  const { cpuSec, maxRssBytes } = usage()
  node.set(`${phase}CpuTime`, cpuSec)
  node.set(`${phase}MaxResidentSetSize`, maxRssBytes)
}
