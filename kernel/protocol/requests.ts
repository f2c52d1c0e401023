import type { JsonObject } from '../../src/platform/node/jupyter/index.ts'

/** Requests of clients, narrowed: a missing or ill-typed field takes the protocol's default. */

export interface ExecuteRequest {
  readonly code: string
  readonly silent: boolean
  readonly storeHistory: boolean
  readonly userExpressions: Readonly<Record<string, string>>
  readonly allowStdin: boolean
  readonly stopOnError: boolean
}

export function executeRequest(content: JsonObject): ExecuteRequest {
  const silent = content['silent'] === true
  return {
    code: text(content['code']),
    silent,
    storeHistory: !silent && content['store_history'] !== false,
    userExpressions: texts(content['user_expressions']),
    allowStdin: content['allow_stdin'] === true,
    stopOnError: content['stop_on_error'] !== false,
  }
}

/** Code with a position in code points; without one, the end. */
export function codeRequest(content: JsonObject): { code: string; cursor: number; detail: number } {
  const code = text(content['code'])
  const cursor = number(content['cursor_pos']) ?? [...code].length
  return { code, cursor: Math.max(0, cursor), detail: number(content['detail_level']) ?? 0 }
}

export interface HistoryRequest {
  readonly access: 'tail' | 'range' | 'search'
  readonly n: number | undefined
  readonly session: number
  readonly start: number
  readonly stop: number | undefined
  readonly pattern: string
  readonly unique: boolean
  readonly output: boolean
}

export function historyRequest(content: JsonObject): HistoryRequest {
  const access = content['hist_access_type']
  return {
    access: access === 'range' || access === 'search' ? access : 'tail',
    n: number(content['n']),
    session: number(content['session']) ?? 0,
    start: number(content['start']) ?? 0,
    stop: number(content['stop']),
    pattern: text(content['pattern']) || '*',
    unique: content['unique'] === true,
    output: content['output'] === true,
  }
}

export const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const number = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? Math.trunc(value) : undefined

function texts(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}
