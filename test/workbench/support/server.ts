import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeLogger, type LogRecord } from '#core'
import { type RunningServer, type ServerOptions, startServer } from '#server'

export interface TestServer extends RunningServer {
  readonly base: string
  readonly root: string
  readonly dir: string
  readonly logged: LogRecord[]
  /** A request with the token in the header; `json` is sent as the body. */
  call(method: string, path: string, json?: unknown): Promise<Response>
  /** A request exactly as given. */
  raw(path: string, init?: RequestInit): Promise<Response>
}

/** A server on a free port over a folder of its own, which `close` removes. */
export async function startTestServer(options: Partial<ServerOptions> = {}): Promise<TestServer> {
  const dir = mkdtempSync(join(tmpdir(), 'firstlight-server-'))
  const root = join(dir, 'test')
  mkdirSync(root)
  const logged: LogRecord[] = []
  const running = await startServer({
    root,
    port: 0,
    stateDir: join(dir, 'state'),
    staticDir: fakeStatic(dir),
    kernelDirs: [join(dir, 'jupyter')],
    log: makeLogger('server', (record) => logged.push(record)),
    ...options,
  })
  const base = `http://127.0.0.1:${running.port}`
  const raw = (path: string, init?: RequestInit) => fetch(base + path, { redirect: 'manual', ...init })
  return {
    ...running,
    base,
    root,
    dir,
    logged,
    raw,
    call: (method, path, json) =>
      raw(path, {
        method,
        headers: { Authorization: `token ${running.token}`, 'Content-Type': 'application/json' },
        ...(json !== undefined && { body: JSON.stringify(json) }),
      }),
    close: async () => {
      await running.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** The least that the page needs of a built application. */
function fakeStatic(dir: string): string {
  const folder = join(dir, 'static')
  mkdirSync(folder)
  writeFileSync(join(folder, 'assets.json'), JSON.stringify({ scripts: ['main.js'], styles: ['main.css'] }))
  writeFileSync(join(folder, 'main.js'), 'void 0')
  writeFileSync(join(folder, 'logo.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
  const schema = { type: 'object', properties: { size: { type: 'number', default: 3 } } }
  writeFileSync(join(folder, 'schemas.json'), JSON.stringify({ 'test:plugin': { version: '1', schema } }))
  return folder
}

/** Put a kernelspec into the server's search path. */
export function addKernelspec(server: { readonly dir: string }, name: string, argv: readonly string[]): void {
  const folder = join(server.dir, 'jupyter', 'kernels', name)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'kernel.json'), JSON.stringify({ argv, display_name: name, language: 'test' }))
}
