import type { Logger } from '#core'
import type { RateLimits } from './kernels/rate-limit.ts'

/** What the embedded server is started with; everything has a safe default but the folder. */
export interface ServerOptions {
  /** Folder that is served; nothing outside it is ever read or written. */
  readonly root: string
  /** 0 takes any free port. */
  readonly port?: number
  /** Login token; 32 random bytes when absent. There is no way to run without one. */
  readonly token?: string
  /** Folder of the built browser application. */
  readonly staticDir?: string
  /** Folder for settings, workspaces and the trust secret of this user. */
  readonly stateDir?: string
  /** Added to the environment of every kernel, e.g. `FIRSTLIGHT_REPO`. */
  readonly kernelEnv?: Readonly<Record<string, string>>
  /** Main file of the built-in kernel; found beside this package when absent. */
  readonly kernelMain?: string
  /** Folders searched for installed kernelspecs; by the JUPYTER_PATH rules when absent. */
  readonly kernelDirs?: readonly string[]
  /** Shut idle kernels without a client down after so many seconds; 0 (the default) never. */
  readonly cullIdleSec?: number
  /** How often idle kernels are looked for; 300 s. */
  readonly cullEverySec?: number
  /** What output a browser is sent at most; beyond it output is dropped with a message. */
  readonly rateLimits?: RateLimits
  /** Origins besides our own that may call, compared whole. */
  readonly allowOrigins?: readonly string[]
  readonly log?: Logger
}

export interface RunningServer {
  /** The one link to open, token included. */
  readonly url: string
  readonly port: number
  readonly token: string
  /** Stop listening, end every kernel, close every socket. */
  close(): Promise<void>
}
