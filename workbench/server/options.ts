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
  readonly limits?: Limits
  /** Serve https with this certificate and key (PEM texts) instead of http. */
  readonly tls?: { readonly cert: string; readonly key: string }
  readonly log?: Logger
}

/** What one client may take at most; every limit has a default that ordinary work does not meet. */
export interface Limits {
  /** How long a request may take to arrive; 120 s. */
  readonly requestMs?: number
  /** How long its headers may take; 30 s. */
  readonly headersMs?: number
  /** Kernels at once; 64. */
  readonly kernels?: number
  /** Size of a file that comes in pieces; 8 GiB. */
  readonly uploadBytes?: number
}

export interface RunningServer {
  /** The one link to open, token included. */
  readonly url: string
  readonly port: number
  readonly token: string
  /** Stop listening, end every kernel, close every socket. */
  close(): Promise<void>
}
