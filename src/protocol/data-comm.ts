import { FirstlightError } from '#core'
import type { ConfigAnswer, ConfigEdit } from './config.ts'
import type { PlaneName } from './exposure.ts'

/** Comm target the front end opens once a kernel; the kernel answers even while cells are queued. */
export const DATA_COMM_TARGET = 'firstlight.data.v1'

/**
 * A view's request, sent as comm_msg data. `id` is echoed.
 * - `plane`: reply buffer is the plane's rows, bottom row (y0) first: Float32 for image and variance, Int32 for mask.
 * - `rows`: reply buffer is an Arrow IPC stream of rows [offset, offset + limit).
 * - `cancel`: stop the run with that id; no buffer.
 * - `config`: check changes of a config in their order, and apply them all if told to; the reply holds what they come to.
 */
export type DataRequest =
  | { readonly id: number; readonly op: 'plane'; readonly objectId: string; readonly plane: PlaneName }
  | {
      readonly id: number
      readonly op: 'rows'
      readonly objectId: string
      readonly offset: number
      readonly limit: number
      /** `column` or `-column`, sorted before the slice is taken. */
      readonly orderBy?: string
    }
  | { readonly id: number; readonly op: 'cancel'; readonly runId: string }
  | {
      readonly id: number
      readonly op: 'config'
      readonly objectId: string
      readonly edits: readonly ConfigEdit[]
      readonly apply: boolean
    }

/** Sent back as comm_msg data, with one buffer where the request has one. */
export type DataReply =
  | {
      readonly id: number
      readonly ok: true
      readonly width?: number
      readonly height?: number
      readonly numRows?: number
      readonly config?: ConfigAnswer
    }
  | { readonly id: number; readonly ok: false; readonly code: string; readonly message: string }

/** Narrow what came over the wire. */
export function parseDataRequest(data: unknown): DataRequest {
  if (typeof data !== 'object' || data === null) throw bad('an object', data)
  const m = data as Record<string, unknown>
  if (typeof m['id'] !== 'number') throw bad('a numeric id', m['id'])
  const id = m['id']
  if (m['op'] === 'cancel' && typeof m['runId'] === 'string') return { id, op: 'cancel', runId: m['runId'] }
  if (typeof m['objectId'] !== 'string') throw bad('an objectId', m['objectId'])
  const objectId = m['objectId']
  if (m['op'] === 'plane' && isPlane(m['plane'])) return { id, op: 'plane', objectId, plane: m['plane'] }
  if (m['op'] === 'rows' && isCount(m['offset']) && isCount(m['limit'])) {
    const orderBy = typeof m['orderBy'] === 'string' ? { orderBy: m['orderBy'] } : {}
    return { id, op: 'rows', objectId, offset: m['offset'], limit: m['limit'], ...orderBy }
  }
  if (m['op'] === 'config' && isEdits(m['edits']) && typeof m['apply'] === 'boolean')
    return { id, op: 'config', objectId, edits: m['edits'], apply: m['apply'] }
  throw bad('op plane, rows, config or cancel with its fields', m['op'])
}

const isPlane = (value: unknown): value is PlaneName =>
  value === 'image' || value === 'mask' || value === 'variance'
const isEdits = (value: unknown): value is readonly ConfigEdit[] =>
  Array.isArray(value) &&
  value.every(
    (edit: Partial<ConfigEdit> | null) => typeof edit?.path === 'string' && typeof edit.text === 'string',
  )
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
const bad = (wanted: string, found: unknown) =>
  new FirstlightError(
    'protocol/bad-request',
    `Data request: wanted ${wanted}, found ${JSON.stringify(found)}`,
  )
