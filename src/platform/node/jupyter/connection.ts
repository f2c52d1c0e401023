import { randomInt, randomUUID } from 'node:crypto'
import { open, readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import { messageOf } from '#core'
import { makeFolders } from '../folders.ts'
import { JupyterError } from './errors.ts'

/** A connection file's content, fields named as in the file. */
export interface ConnectionInfo {
  readonly transport: 'tcp' | 'ipc'
  /** Address for tcp, path prefix for ipc. */
  readonly ip: string
  readonly shell_port: number
  readonly control_port: number
  readonly iopub_port: number
  readonly stdin_port: number
  readonly hb_port: number
  /** Shared secret of the signatures; empty means unsigned. */
  readonly key: string
  readonly signature_scheme: string
  readonly kernel_name?: string
}

export type PortName = 'shell' | 'control' | 'iopub' | 'stdin' | 'hb'

/** ZeroMQ address of one channel. */
export const addressOf = (info: ConnectionInfo, port: PortName): string =>
  info.transport === 'ipc'
    ? `ipc://${info.ip}-${info[`${port}_port`]}`
    : `tcp://${info.ip}:${info[`${port}_port`]}`

/**
 * Where kernels listen: below the ports that systems give to outgoing connections (Linux from 32768, others from 49152). One of
 * those may be taken between the choice and the kernel's start, by the very sockets that wait for that kernel.
 */
const [FIRST_PORT, PORTS] = [20_000, 10_000]
/** Ports that were chosen are not chosen again for so many others: their kernels may only be starting, or starting again. */
const MOST_CHOSEN = 2000
const chosen = new Set<number>()

/** Connection details with five free ports of `ip` and a fresh key. */
export async function freeConnection(kernelName: string, ip = '127.0.0.1'): Promise<ConnectionInfo> {
  const port = () => freePort(ip)
  return {
    transport: 'tcp',
    ip,
    shell_port: await port(),
    control_port: await port(),
    iopub_port: await port(),
    stdin_port: await port(),
    hb_port: await port(),
    key: randomUUID(),
    signature_scheme: 'hmac-sha256',
    kernel_name: kernelName,
  }
}

async function freePort(ip: string): Promise<number> {
  for (let tries = 0; tries < PORTS; tries++) {
    const port = FIRST_PORT + randomInt(PORTS)
    if (chosen.has(port)) continue
    keepChosen(port)
    if (await isFree(port, ip)) return port
  }
  throw new JupyterError(
    'jupyter/no-port',
    `No free port of ${ip} from ${FIRST_PORT} to ${FIRST_PORT + PORTS - 1}`,
    {
      hint: 'Other programs hold them; `ss -tln` lists which.',
    },
  )
}

function keepChosen(port: number): void {
  chosen.add(port)
  const [oldest] = chosen
  if (chosen.size > MOST_CHOSEN && oldest !== undefined) chosen.delete(oldest)
}

const isFree = (port: number, ip: string): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false)
      else reject(error)
    })
    server.listen(port, ip, () => server.close(() => resolve(true)))
  })

/** Write a connection file that only this user can read; an existing file is refused. */
export async function writeConnectionFile(path: string, info: ConnectionInfo): Promise<void> {
  await makeFolders(dirname(path), 0o700)
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(JSON.stringify(info, null, 1))
  } finally {
    await file.close()
  }
}

/** Read and check a connection file. @throws JupyterError `jupyter/bad-connection-file` naming file and field. */
export async function readConnectionFile(path: string): Promise<ConnectionInfo> {
  let fields: Record<string, unknown>
  try {
    fields = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>
  } catch (cause) {
    throw bad(path, `cannot be read as JSON: ${messageOf(cause)}`)
  }
  for (const name of ['shell_port', 'control_port', 'iopub_port', 'stdin_port', 'hb_port'])
    if (!Number.isInteger(fields[name])) throw bad(path, `wanted a port number in '${name}'`)
  if (typeof fields['key'] !== 'string') throw bad(path, "wanted text in 'key'")
  return { transport: 'tcp', ip: '127.0.0.1', signature_scheme: 'hmac-sha256', ...fields } as ConnectionInfo
}

const bad = (path: string, what: string) =>
  new JupyterError('jupyter/bad-connection-file', `Connection file ${path}: ${what}`, {
    hint: 'Jupyter clients write this file and pass its path; start the kernel through one of them.',
  })
