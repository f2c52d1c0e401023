import { readConnectionFile } from '../src/platform/node/jupyter/index.ts'
import { historyPath } from './session/history.ts'
import { Kernel } from './session/kernel.ts'
import { watchParent } from './session/parent-watch.ts'
import { ZmqTransport } from './session/zmq-transport.ts'

/** The kernel process: `node --no-force-async-hooks-checks dist/kernel/main.js CONNECTION_FILE`. */

const [connectionFile] = process.argv.slice(2)
if (connectionFile === undefined) {
  process.stderr.write(
    'Usage: node main.js CONNECTION_FILE (written by a Jupyter client; see `firstlight kernel install`)\n',
  )
  process.exit(2)
}

const leave = (code: number) => process.exit(code)
try {
  const kernel = new Kernel({
    folder: process.cwd(),
    historyPath: historyPath(process.env),
    onShutdown: () => leave(0),
  })
  const info = await readConnectionFile(connectionFile)
  kernel.attach(await ZmqTransport.open(info, kernel.origin, (request) => kernel.receive(request)))
  process.on('SIGINT', () => void kernel.interrupt())
  for (const signal of ['SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => void kernel.close().then(() => leave(0)))
  watchParent(process.env, () => leave(1))
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  leave(1)
}
