import type { PeerServer } from './servers.ts'

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)$/
const HTTP_DATE = /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/

/** Takes out of a value what must differ between two servers: addresses, folders, identifiers, times. */
export function normaliser({ base, port, root }: PeerServer): (value: unknown) => unknown {
  const ids = new Map<string, string>()
  const text = (value: string): string => {
    if (ISO.test(value)) return '<time>'
    if (HTTP_DATE.test(value)) return '<http time>'
    return value
      .replaceAll(base, '<base>')
      .replaceAll(`127.0.0.1:${port}`, '<host>')
      .replaceAll(root, '<root>')
      .replace(UUID, (id) => {
        if (!ids.has(id)) ids.set(id, `<id ${ids.size + 1}>`)
        return ids.get(id)!
      })
  }
  const walk = (value: unknown): unknown => {
    if (typeof value === 'string') return text(value)
    if (Array.isArray(value)) return inOrder(value.map(walk))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(upOrNot(value)).map(([key, item]) => [key, isWords(key, item) ? '<words>' : walk(item)]),
    )
  }
  return walk
}

/** Theirs hears a kernel's state only while a client is connected, so `starting` may mean `idle`. */
function upOrNot(value: object): object {
  const { execution_state, last_activity } = value as { execution_state?: unknown; last_activity?: unknown }
  const isUp = last_activity !== undefined && (execution_state === 'starting' || execution_state === 'idle')
  return isUp ? { ...value, execution_state: '<up>' } : value
}

/** Texts of refusals are for people and differ; that there is one does not. */
const isWords = (key: string, value: unknown) =>
  (key === 'message' || key === 'reason' || key === 'traceback') &&
  (typeof value === 'string' || value === null)

/** Lists of files and settings have no order; compare them by name. */
function inOrder(list: unknown[]): unknown[] {
  const nameOf = (item: unknown) => {
    const { path, id } = (item ?? {}) as { path?: unknown; id?: unknown }
    return path ?? id
  }
  if (!list.every((item) => typeof nameOf(item) === 'string')) return list
  return list.sort((a, b) => (String(nameOf(a)) < String(nameOf(b)) ? -1 : 1))
}
