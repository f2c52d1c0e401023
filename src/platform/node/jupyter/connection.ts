import { randomUUID } from 'node:crypto'
import { open, readFile } from 'node:fs/promises'
import { type AddressInfo, createServer, type Server } from 'node:net'
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

/** Connection details with five free ports of `ip` and a fresh key. Ports are held together while choosing, so they differ. */
export async function freeConnection(kernelName: string, ip = '127.0.0.1'): Promise<ConnectionInfo> {
  const holders = await Promise.all(Array.from({ length: 5 }, () => listen(ip)))
  const ports = holders.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(holders.map((server) => new Promise((done) => server.close(done))))
  const [shell_port, control_port, iopub_port, stdin_port, hb_port] = ports as [
    number,
    number,
    number,
    number,
    number,
  ]
  const addresses = { shell_port, control_port, iopub_port, stdin_port, hb_port }
  const signing = { key: randomUUID(), signature_scheme: 'hmac-sha256' }
  return { transport: 'tcp', ip, ...addresses, ...signing, kernel_name: kernelName }
}

const listen = (ip: string): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, ip, () => resolve(server))
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
