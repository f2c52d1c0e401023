import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { ExecutionFlags } from './execution-options.ts'
import type { CommandIo } from './io.ts'

/** Run some work under `--pdb` and `--profile`. */
export async function inspected<T>(flags: ExecutionFlags, io: CommandIo, work: () => Promise<T>): Promise<T> {
  if (flags.pdb !== undefined) await waitForDebugger(flags.pdb, io)
  if (flags.profile === undefined) return work()
  const { Session } = await import('node:inspector/promises')
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.start')
  try {
    return await work()
  } finally {
    const { profile } = await session.post('Profiler.stop')
    await writeFile(resolve(io.cwd, flags.profile), JSON.stringify(profile))
    session.disconnect()
  }
}

async function waitForDebugger(address: string | true, io: CommandIo): Promise<void> {
  const inspector = await import('node:inspector')
  const [, host = '127.0.0.1', port = '9229'] =
    /^(?:(.*):)?(\d+)$/.exec(address === true ? '' : address) ?? []
  inspector.open(Number(port), host)
  io.err(
    `Waiting for a debugger at ${inspector.url() ?? host}: open chrome://inspect, or attach an editor.\n`,
  )
  inspector.waitForDebugger()
}
