import {
  type DatasetRef,
  type FileStores,
  type PlacedFile,
  type Provenance,
  ProvenanceRecorder,
} from '#butler'
import { type Logger, type LogRecord, type LogRecords, makeLogger, silentProgress } from '#core'
import { NoWorkFound, pipelineError } from '../errors.ts'
import { inputEdges, type Quantum } from '../quanta/quantum-graph.ts'
import type { QuantumContext, QuantumResources } from '../task.ts'
import { CAVEAT, caveatCode } from './caveats.ts'
import type { QuantumHooks } from './executor.ts'
import { QuantumFiles, type QuantumJob, type QuantumOutcome } from './job.ts'
import { describeError, excuse, failureOf } from './ending.ts'
import type { QuantumResult } from './outcome.ts'
import { loadInputs, presentInputs } from './quantum-inputs.ts'
import { failureExtra, type JobMetadata, QuantumNotes } from './quantum-notes.ts'
import { makeTaskContext } from './task-context.ts'
import type { ProcessFacts } from './timer.ts'

/** What quanta of one run have in common, where they run. */
export interface QuantumEnvironment {
  readonly stores: FileStores
  readonly raiseOnPartialOutputs: boolean
  /** What the user lets a quantum have. */
  readonly resources?: QuantumResources
  /** Of the process, where the platform tells. */
  readonly process?: ProcessFacts
  readonly jobMetadata?: JobMetadata
}

const ONE_CORE: QuantumResources = { cores: 1 }
/** A worker may run many thousands, and each failure would name them all. */
const MOST_BEFORE = 100

/** Runs quanta by their jobs, in any process; keeps the init inputs of their tasks. */
export class QuantumRunner {
  readonly #environment: QuantumEnvironment
  readonly #init = new Map<string, Promise<Values>>()
  /** The last quanta that ran here. */
  readonly #before: string[] = []

  constructor(environment: QuantumEnvironment) {
    this.#environment = environment
  }

  /**
   * Run one quantum: read the inputs, call the task, write outputs, log and metadata. A failure writes the log only, which then has
   * the metadata too; a quantum that was stopped writes nothing.
   */
  async run(job: QuantumJob, hooks: QuantumHooks): Promise<QuantumOutcome> {
    const { quantum } = job
    const started = performance.now()
    const records: LogRecord[] & Pick<LogRecords, 'previous'> = Object.assign([], pickPrevious(job))
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
    const notes = new QuantumNotes(quantum.label, this.#environment.process, this.#environment.jobMetadata)
    const before = [...this.#before]
    this.#before.push(quantum.id)
    if (this.#before.length > MOST_BEFORE) this.#before.shift()
    try {
      const work = { quantum, files, init: () => this.#initOf(job), hooks, log, notes, records }
      const { caveats, written } = await execute(work, this.#environment)
      const caveat = caveatCode(caveats)
      return { result: { ...about(), state: 'done', ...(caveat !== '' && { caveat }) }, written }
    } catch (error) {
      if (hooks.signal.aborted) return { result: { ...about(), state: 'cancelled' }, written: [] }
      log.error(
        `Execution of task '${quantum.label}' on quantum ${quantum.coordinate} failed. ${describeError(error)}`,
      )
      notes.mark('end')
      notes.outputs = []
      const kept: LogRecords = Object.assign(records, { extra: failureExtra(error, notes, before) })
      const written = quantum.log === undefined ? [] : await files.write([[quantum.log, kept]])
      return { result: { ...about(), ...failureOf(error) }, written }
    }
  }

  #initOf(job: QuantumJob): Promise<Values> {
    const { label } = job.quantum
    const known = this.#init.get(label) ?? readAll(job.init, new QuantumFiles(this.#environment.stores, job))
    this.#init.set(label, known)
    return known
  }
}

const pickPrevious = ({ previous }: QuantumJob): Pick<LogRecords, 'previous'> => ({
  ...(previous && { previous }),
})

type Values = Readonly<Record<string, unknown>>

async function readAll(refs: QuantumJob['init'], files: QuantumFiles): Promise<Values> {
  const values: Record<string, unknown> = {}
  for (const [connection, ref] of Object.entries(refs)) values[connection] = await files.get(ref)
  return values
}

/** One quantum on its way. */
interface Work {
  readonly quantum: Quantum
  readonly files: QuantumFiles
  readonly init: () => Promise<Values>
  readonly hooks: QuantumHooks
  readonly log: Logger
  readonly notes: QuantumNotes
  readonly records: readonly LogRecord[]
}

interface Ended {
  readonly caveats: number
  readonly written: readonly PlacedFile[]
}

async function execute(work: Work, environment: QuantumEnvironment): Promise<Ended> {
  const { quantum, files, hooks, notes, records, log } = work
  const made = new Made(quantum.id)
  let caveats = 0
  try {
    const refs = adjustedInputs(work, () => void (caveats |= CAVEAT.adjustQuantum))
    notes.mark('init')
    const init = await work.init()
    notes.mark('start')
    // A task that reads by itself is not read for.
    const inputs = quantum.node.task.runQuantum
      ? {}
      : await loadInputs(files, inputEdges(quantum.node), refs, made.provenance)
    await callTask(work, environment, { inputs, init }, refs, made)
  } catch (error) {
    const metadata = notes.metadata.child(quantum.label)
    const isBegun = caveats === 0
    const { raiseOnPartialOutputs } = environment
    caveats |= excuse(error, { quantum, log, metadata, isBegun, raiseOnPartialOutputs })
  }
  hooks.signal.throwIfAborted()
  const outputs = [...made.datasets.keys()]
  caveats |= missingOutputs(quantum, outputs)
  const written = await files.write(
    [...made.datasets].map(([ref, { value, provenance }]) => [ref, value, provenance] as const),
  )
  notes.mark('end')
  notes.butler = files.metrics.toStored()
  notes.outputs = outputs.map((ref) => ref.id)
  notes.caveats = caveats
  try {
    const told = await files.write([
      ...(quantum.log === undefined ? [] : [[quantum.log, records] as const]),
      [quantum.metadata, notes.metadata.toStored()],
    ])
    return { caveats, written: [...written, ...told] }
  } catch (error) {
    await files.remove(written)
    throw error
  }
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
  { quantum, files, hooks, log, notes: { metadata, timer } }: Work,
  environment: QuantumEnvironment,
  { inputs, init }: { readonly inputs: Values; readonly init: Values },
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
      timer,
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
  const results: unknown = await node.task.run(inputs, context, init)
  if (!isRecord(results))
    throw pipelineError(
      'missing-output',
      `The run of task '${label}' gave ${String(results)}, no object of outputs.`,
      {
        hint: `Return { ${node.outputs.map(({ connection }) => `${connection}: …`).join(', ')} } from run.`,
      },
    )
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

function missingOutputs(quantum: Quantum, made: readonly DatasetRef[]): number {
  const predicted = Object.values(quantum.outputs).reduce((n, refs) => n + refs.length, 0)
  if (made.length >= predicted) return 0
  return CAVEAT.anyOutputsMissing | (made.length === 0 ? CAVEAT.allOutputsMissing : 0)
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null
