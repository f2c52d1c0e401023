import { execFileSync } from 'node:child_process'
import { chownSync, mkdtempSync, readdirSync, rmSync, existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'

/** A PostgreSQL server of the tests' own on loopback. */
export interface TestServer {
  /** A fresh database; gives its URL. */
  newDatabase(): Promise<string>
  /** Run statements in the database of a URL; rows as arrays. */
  rows(url: string, sql: string): Promise<readonly unknown[][]>
}

/** Debian's server in a folder that is gone after the test file. */
export async function startPostgres(): Promise<TestServer> {
  const { afterAll } = await import('vitest')
  const { stop, ...server } = await runPostgres()
  afterAll(stop)
  return server
}

/** Start Debian's server in a folder that `stop` takes away. It does not run as root: `postgres` is its user then. */
export async function runPostgres(): Promise<TestServer & { stop(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'firstlight-postgres-'))
  const isRoot = process.getuid?.() === 0
  if (isRoot) {
    const [uid, gid] = ['-u', '-g'].map((flag) =>
      Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' })),
    )
    chownSync(folder, uid!, gid!)
  }
  const run = (program: string, ...args: readonly string[]) => {
    const command = isRoot
      ? ['runuser', '-u', 'postgres', '--', join(binaries(), program)]
      : [join(binaries(), program)]
    execFileSync(command[0]!, [...command.slice(1), ...args], {
      cwd: '/',
      stdio: ['ignore', 'ignore', 'pipe'],
    })
  }
  const data = join(folder, 'data')
  const port = await freePort()
  run('initdb', '-D', data, '-U', 'postgres', '--auth=trust', '--locale=C', '-E', 'UTF8', '--no-sync')
  const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off`
  run('pg_ctl', '-D', data, '-o', settings, '-l', join(folder, 'log'), '-w', 'start')
  const urlOf = (database: string) => `postgresql://postgres@127.0.0.1:${port}/${database}`
  let made = 0
  const rows = async (url: string, sql: string) => {
    const client = new Client({ connectionString: url })
    await client.connect()
    try {
      return (await client.query<unknown[]>({ text: sql, rowMode: 'array' })).rows
    } finally {
      await client.end()
    }
  }
  return {
    stop() {
      run('pg_ctl', '-D', data, '-m', 'immediate', '-w', 'stop')
      rmSync(folder, { recursive: true, force: true })
    },
    rows,
    newDatabase: async () => {
      const name = `test_${++made}`
      await rows(urlOf('postgres'), `CREATE DATABASE ${name}`)
      return urlOf(name)
    },
  }
}

function binaries(): string {
  const home = '/usr/lib/postgresql'
  const versions = existsSync(home) ? readdirSync(home).sort((a, b) => Number(b) - Number(a)) : []
  const found = versions.map((v) => join(home, v, 'bin')).find((b) => existsSync(join(b, 'initdb')))
  if (found === undefined)
    throw new Error(
      'No PostgreSQL server is installed; run `apt install postgresql` (or `npm test`, which does).',
    )
  return found
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
