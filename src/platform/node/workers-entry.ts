import { Worker } from 'node:worker_threads'
import {
  butlerStore,
  errorRecord,
  type FromWorker,
  loadQuantumGraph,
  makeWireReader,
  type Quantum,
  type QuantumStore,
  quantumBackedStore,
  readInitInputs,
  runQuantum,
  type TaskRegistry,
  type ToWorker,
  type WireQuantum,
  type WorkerSetup,
} from '#pipeline'
import type { DatasetRef } from '#butler'
import { openNodeButler } from './butler.ts'
import { nodeFiles } from './node-files.ts'
import { openQuantumBackedButler } from './quantum-backed.ts'

interface Served {
  readonly store: QuantumStore
  readonly setup: WorkerSetup
  quantum(wire: WireQuantum): Quantum
  initRef(label: string, datasetType: string): DatasetRef | undefined
}

type LoadTasks = (modules: readonly string[]) => Promise<TaskRegistry>

/** Serve quanta to the pool that started this process. `loadTasks` gives the tasks, those of the named modules included. */
export function serveQuanta(loadTasks: LoadTasks): void {
  const send = (message: FromWorker): void => void process.send?.(message)
  const init = new Map<string, Readonly<Record<string, unknown>>>()
  let served: Promise<Served> | undefined
  let stop = new AbortController()
  const run = async (message: Extract<ToWorker, { kind: 'run' }>): Promise<void> => {
    if (served === undefined) throw new Error('setup comes before run')
    const { store, setup, ...reader } = await served
    const quantum = reader.quantum(message.quantum)
    const known =
      init.get(quantum.label) ??
      (await readInitInputs(store, quantum.node, (name) => reader.initRef(quantum.label, name)))
    init.set(quantum.label, known)
    stop = new AbortController()
    const { run: name, options, resources } = setup
    const environment = { store, run: name, options, init: known, usage, ...(resources && { resources }) }
    const result = await runQuantum(quantum, environment, {
      signal: stop.signal,
      onLog: (record) => send({ kind: 'log', record }),
    })
    send({ kind: 'result', result })
  }
  process.on('message', (message: ToWorker) => {
    if (message.kind === 'abort') stop.abort(new Error('Interrupted'))
    else if (message.kind === 'run')
      run(message).catch((error: unknown) => {
        const { id, label, dataId } = message.quantum
        send({ kind: 'result', result: { id, label, dataId, state: 'failed', error: errorRecord(error) } })
      })
    else {
      served = open(message.setup, loadTasks)
      served.then(
        () => send({ kind: 'ready' }),
        (error: unknown) =>
          send({ kind: 'broken', message: `its worker could not start: ${errorRecord(error).message}` }),
      )
    }
  })
  dieWithParent()
}

async function open(setup: WorkerSetup, loadTasks: LoadTasks): Promise<Served> {
  const tasks = await loadTasks(setup.taskModules)
  if (setup.graphFile !== undefined) return openFiles(setup, setup.graphFile, tasks)
  const butler = await openNodeButler(setup.repository, { writeable: true })
  return { store: butlerStore(butler), setup, ...(await makeWireReader(setup, tasks, butler)) }
}

async function openFiles(setup: WorkerSetup, file: string, tasks: TaskRegistry): Promise<Served> {
  const butler = await openQuantumBackedButler(setup.repository)
  const graph = await loadQuantumGraph(file, await nodeFiles.readBytes(file), tasks, butler)
  return {
    store: quantumBackedStore(butler, graph),
    setup,
    quantum: ({ id, index }) => graph.quantum(graph.indexOf(id) ?? index),
    initRef: (_label, datasetType) => graph.initRef(datasetType),
  }
}

/**
 * End when the pool's process does, whatever a task is doing: a thread looks who the parent is. Ctrl-C of a terminal reaches
 * this process too, and is left to the pool.
 */
function dieWithParent(): void {
  process.on('SIGINT', () => undefined)
  process.on('disconnect', () => process.exit(1))
  const parent = process.ppid
  const watch = `setInterval(() => { if (process.ppid !== ${parent}) process.kill(process.pid, 'SIGKILL') }, 250)`
  new Worker(watch, { eval: true }).unref()
}

const usage = (): { cpuSec: number; maxRssBytes: number } => {
  const { user, system } = process.cpuUsage()
  return { cpuSec: (user + system) / 1e6, maxRssBytes: process.resourceUsage().maxRSS * 1024 }
}
