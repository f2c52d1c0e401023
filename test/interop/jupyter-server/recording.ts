import { ContentsManager, Drive, ServerConnection } from '@jupyterlab/services'
import { WebSocket } from 'ws'
import { normaliser } from './normalise.ts'
import type { PeerServer } from './servers.ts'

/** One request of the client and what it was answered; of a refusal the status alone, its words are for people. */
export interface ExchangeRecord {
  readonly request: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

/** What a case has seen: all requests, and what its own code made of them. */
export interface CaseRecord {
  readonly exchanges: readonly ExchangeRecord[]
  readonly result: unknown
}

/** JupyterLab's own client, pointed at one of the servers. */
export interface Client {
  readonly server: PeerServer
  readonly settings: ServerConnection.ISettings
  readonly contents: ContentsManager
  /** A request that the managers do not make; the body is sent as JSON unless it is a string. */
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>
}

export interface Case {
  readonly name: string
  run(client: Client): Promise<unknown>
}

const HEADERS = [
  'content-type',
  'location',
  'last-modified',
  'content-disposition',
  'x-content-type-options',
  'cache-control',
  'access-control-allow-origin',
]

/** Run one case against one server and keep what went over the line, in a form that can be compared. */
export async function record(server: PeerServer, { run }: Case): Promise<CaseRecord> {
  const exchanges: ExchangeRecord[] = []
  const settings = ServerConnection.makeSettings({
    baseUrl: `${server.base}/`,
    wsUrl: `${server.base.replace('http', 'ws')}/`,
    appUrl: '/lab',
    token: server.token,
    WebSocket: WebSocket as unknown as ServerConnection.ISettings['WebSocket'],
    fetch: async (input: RequestInfo | URL, init?: RequestInit) => {
      const request = new Request(input, init)
      const answer = await fetch(request, { redirect: 'manual' })
      exchanges.push(await recordOf(server, request, answer.clone()))
      return answer
    },
  })
  const contents = new ContentsManager({ defaultDrive: new Drive({ serverSettings: settings }) })
  const ask: Client['ask'] = (method, path, body, headers = {}) =>
    settings.fetch(`${server.base}${path}`, {
      method,
      headers: { Authorization: `token ${server.token}`, ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
  const result = await run({ server, settings, contents, ask }).catch(failureOf)
  contents.dispose()
  await endKernels(server)
  const normalise = normaliser(server)
  return { exchanges: exchanges.map((one) => normalise(one) as ExchangeRecord), result: normalise(result) }
}

/** Whatever a case has left running must not be seen by the next. */
async function endKernels({ base, token }: PeerServer): Promise<void> {
  const headers = { Authorization: `token ${token}` }
  for (const kind of ['sessions', 'kernels']) {
    const running = (await (await fetch(`${base}/api/${kind}`, { headers })).json()) as { id: string }[]
    await Promise.all(
      running.map(({ id }) => fetch(`${base}/api/${kind}/${id}`, { method: 'DELETE', headers })),
    )
  }
}

async function recordOf(server: PeerServer, request: Request, answer: Response): Promise<ExchangeRecord> {
  const query = request.url.slice(server.base.length).replace(/[?&]\d+$/, '')
  const type = answer.headers.get('content-type') ?? ''
  const text = Buffer.from(await answer.arrayBuffer()).toString('utf8')
  const headers = HEADERS.flatMap((name) => {
    const value = answer.headers.get(name)
    return value === null || value === '' ? [] : [[name, value.replace('UTF-8', 'utf-8')] as const]
  })
  const head = { request: `${request.method} ${query}`, status: answer.status }
  if (answer.status >= 400) return { ...head, headers: {}, body: '<refusal>' }
  return {
    ...head,
    headers: Object.fromEntries(headers),
    body: type.startsWith('application/json') ? jsonOr(text) : text,
  }
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return `not JSON: ${text}`
  }
}

/** An error as the front end would meet it: its kind and status; texts are not compared. */
function failureOf(error: unknown): unknown {
  const { name, response } = error as { name?: string; response?: Response }
  return { failed: name ?? 'Error', status: response?.status ?? null }
}
