import { readConnectionFile } from '../../src/platform/node/jupyter/index.ts'
import { historyPath } from './history.ts'
import { Kernel } from './kernel.ts'
import type { LanguageThread } from './language-thread.ts'
import { watchParent } from './parent-watch.ts'
import { ZmqTransport } from './zmq-transport.ts'

/** Run a kernel on the sockets of a connection file until it is shut down, signalled, or left by its parent. */
export async function serve(connectionFile: string, language: LanguageThread): Promise<void> {
  const leave = (code: number) => process.exit(code)
  try {
    const info = await readConnectionFile(connectionFile)
    const kernel = new Kernel({
      folder: process.cwd(),
      language,
      historyPath: historyPath(process.env),
      onShutdown: () => leave(0),
    })
    kernel.attach(await ZmqTransport.open(info, kernel.origin, (request) => kernel.receive(request)))
    process.on('SIGINT', () => void kernel.interrupt())
    for (const signal of ['SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => void kernel.close().then(() => leave(0)))
    watchParent(process.env, () => leave(1))
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    leave(1)
  }
}
