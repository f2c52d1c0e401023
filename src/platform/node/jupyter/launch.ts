import { type ChildProcess, spawn } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type ConnectionInfo, freeConnection, writeConnectionFile } from './connection.ts'
import { JupyterError } from './errors.ts'
import type { InstalledKernel } from './kernelspec.ts'
import { type Environment, runtimeDir } from './paths.ts'

export interface LaunchOptions {
  /** Working folder of the kernel: the notebook's. */
  readonly cwd: string
  /** The kernel's whole environment, before the spec's own additions. */
  readonly env: Environment
  /** Where the connection file goes; default Jupyter's runtime folder. */
  readonly connectionDir?: string
  /** Restart: keep the ports and key that clients know. */
  readonly connection?: ConnectionInfo
}

export interface LaunchedKernel {
  readonly process: ChildProcess
  readonly connection: ConnectionInfo
  readonly connectionFile: string
  /** Ends when the process has ended, with its exit code or signal. */
  readonly exited: Promise<number | NodeJS.Signals>
  /** Remove the connection file; call it when the kernel is not started again. */
  dispose(): Promise<void>
}

/** Start a kernel from its spec on fresh local ports. It leads its own process group, as jupyter_client does. */
export async function launchKernel(kernel: InstalledKernel, options: LaunchOptions): Promise<LaunchedKernel> {
  const connection = options.connection ?? (await freeConnection(kernel.name))
  const dir = options.connectionDir ?? runtimeDir(options.env)
  const connectionFile = join(dir, `kernel-${crypto.randomUUID()}.json`)
  await writeConnectionFile(connectionFile, connection)
  const [command, ...args] = kernel.spec.argv.map((word) =>
    word.replaceAll('{connection_file}', connectionFile).replaceAll('{resource_dir}', kernel.dir),
  )
  if (command === undefined)
    throw new JupyterError('jupyter/bad-kernelspec', `Kernel ${kernel.name}: empty argv`)
  const env = {
    ...options.env,
    ...expand(kernel.spec.env ?? {}, options.env),
    JPY_PARENT_PID: String(process.pid),
  }
  const child = spawn(command, args, {
    cwd: options.cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  await started(child, kernel)
  const exited = new Promise<number | NodeJS.Signals>((resolve) =>
    child.once('exit', (code, signal) => resolve(signal ?? code ?? 0)),
  )
  return {
    process: child,
    connection,
    connectionFile,
    exited,
    dispose: () => rm(connectionFile, { force: true }),
  }
}

const started = (child: ChildProcess, kernel: InstalledKernel): Promise<void> =>
  new Promise((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', (cause) =>
      reject(
        new JupyterError('jupyter/no-start', `Kernel ${kernel.name} does not start: ${cause.message}`, {
          cause,
          hint: `Its command is: ${kernel.spec.argv.join(' ')}`,
        }),
      ),
    )
  })

/** `${NAME}` in a spec's env takes the surrounding value, as jupyter_client substitutes it. */
const expand = (own: Readonly<Record<string, string>>, around: Environment): Record<string, string> =>
  Object.fromEntries(
    Object.entries(own).map(([name, value]) => [
      name,
      value.replace(
        /\$\{(\w+)\}|\$(\w+)/g,
        (whole, braced?: string, bare?: string) => around[braced ?? bare ?? ''] ?? whole,
      ),
    ]),
  )
