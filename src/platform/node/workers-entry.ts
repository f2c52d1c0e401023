import { Worker } from 'node:worker_threads'
import {
  errorRecord,
  type FromWorker,
  makeWireReader,
  QuantumRunner,
  type TaskRegistry,
  type ToWorker,
  type WireReader,
  type WorkerSetup,
} from '#pipeline'
import { processFacts } from './process-facts.ts'
import { openQuantumBackedButler } from './quantum-backed.ts'

interface Served {
  readonly runner: QuantumRunner
  readonly reader: WireReader
}

type LoadTasks = (modules: readonly string[]) => Promise<TaskRegistry>

/**
 * Serve quanta to the pool that started this process. `loadTasks` gives the tasks, those of the named modules included; it is called at
 * once, so that the tasks are there when the first quantum comes.
 */
export function serveQuanta(loadTasks: LoadTasks): void {
  const send = (message: FromWorker): void => void process.send?.(message)
  let served: Promise<Served> | undefined
  let stop = new AbortController()
  const run = async ({ job }: Extract<ToWorker, { kind: 'run' }>): Promise<void> => {
    if (served === undefined) throw new Error('setup comes before run')
    const { runner, reader } = await served
    stop = new AbortController()
    const outcome = await runner.run(reader.job(job), {
      signal: stop.signal,
      onLog: (record) => send({ kind: 'log', record }),
    })
    send({ kind: 'result', outcome })
  }
  process.on('message', (message: ToWorker) => {
    if (message.kind === 'abort') stop.abort(new Error('Interrupted'))
    else if (message.kind === 'run')
      run(message).catch((error: unknown) => {
        const { id, label, dataId } = message.job
        const result = { id, label, dataId, state: 'failed' as const, error: errorRecord(error) }
        send({ kind: 'result', outcome: { result, written: [] } })
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
  void loadTasks([]).catch(() => undefined)
}

async function open(setup: WorkerSetup, loadTasks: LoadTasks): Promise<Served> {
  const tasks = await loadTasks(setup.taskModules)
  const { stores, dimensions } = await openQuantumBackedButler(setup.repository)
  const { raiseOnPartialOutputs, resources, jobMetadata } = setup
  return {
    runner: new QuantumRunner({
      stores,
      raiseOnPartialOutputs,
      process: processFacts,
      ...(resources && { resources }),
      ...(jobMetadata && { jobMetadata }),
    }),
    reader: await makeWireReader(setup, tasks, dimensions),
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
