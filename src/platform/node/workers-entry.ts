import { parentPort } from 'node:worker_threads'
import type { Butler } from '#butler'
import {
  errorRecord,
  type FromWorker,
  makeWireReader,
  readInitInputs,
  runQuantum,
  type TaskRegistry,
  type ToWorker,
  type WireReader,
  type WorkerSetup,
} from '#pipeline'
import { openNodeButler } from './butler.ts'

interface Served {
  readonly butler: Butler
  readonly reader: WireReader
  readonly setup: WorkerSetup
}

/** Serve quanta to the pool that started this thread. `loadTasks` gives the tasks, those of the named modules included. */
export function serveQuanta(loadTasks: (modules: readonly string[]) => Promise<TaskRegistry>): void {
  const port = parentPort
  if (port === null) throw new Error('serveQuanta works in a worker thread')
  const send = (message: FromWorker): void => port.postMessage(message)
  const init = new Map<string, Readonly<Record<string, unknown>>>()
  let served: Promise<Served> | undefined
  let stop = new AbortController()
  const open = async (setup: WorkerSetup): Promise<Served> => {
    const butler = await openNodeButler(setup.repository, { writeable: true })
    return { butler, setup, reader: await makeWireReader(setup, await loadTasks(setup.taskModules), butler) }
  }
  const run = async (message: Extract<ToWorker, { kind: 'run' }>): Promise<void> => {
    if (served === undefined) throw new Error('setup comes before run')
    const { butler, reader, setup } = await served
    const quantum = reader.quantum(message.quantum)
    const known =
      init.get(quantum.label) ?? (await readInitInputs(butler, quantum.node, setup.run, setup.inputs))
    init.set(quantum.label, known)
    stop = new AbortController()
    const environment = { butler, run: setup.run, options: setup.options, init: known, usage }
    const result = await runQuantum(quantum, environment, {
      signal: stop.signal,
      onLog: (record) => send({ kind: 'log', record }),
    })
    send({ kind: 'result', result })
  }
  port.on('message', (message: ToWorker) => {
    if (message.kind === 'abort') stop.abort(new Error('Interrupted'))
    else if (message.kind === 'run')
      run(message).catch((error: unknown) => {
        const { id, label, dataId } = message.quantum
        send({ kind: 'result', result: { id, label, dataId, state: 'failed', error: errorRecord(error) } })
      })
    else {
      served = open(message.setup)
      served.then(
        () => send({ kind: 'ready' }),
        (error: unknown) =>
          send({ kind: 'broken', message: `its worker could not start: ${errorRecord(error).message}` }),
      )
    }
  })
}

const usage = (): { cpuSec: number; maxRssBytes: number } => {
  const { user, system } = process.cpuUsage()
  return { cpuSec: (user + system) / 1e6, maxRssBytes: process.resourceUsage().maxRSS * 1024 }
}
