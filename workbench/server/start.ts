import { FirstlightError } from '#core'
import type { RunningServer, ServerOptions } from './options.ts'

/** Start serving; resolves once the port listens. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  throw new FirstlightError('server/unfinished', `Cannot serve ${options.root} yet`)
}
