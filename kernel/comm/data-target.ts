import { FirstlightError, isFirstlightError, messageOf } from '#core'
import { Exposure, type Image, type Mask } from '#image'
import {
  DATA_COMM_TARGET,
  type DataReply,
  type DataRequest,
  parseDataRequest,
  type PlaneName,
} from '#protocol'
import { Catalog } from '#table'
import { shownObjects } from '../display/objects.ts'
import { ShownConfig } from '../display/config-display.ts'
import type { Comm } from './comms.ts'
import { editConfig } from './config-edits.ts'

/** Rows a view may ask for at once. */
const MOST_ROWS = 100_000

/** Runs that a view can stop, by the id in their display. */
export const stoppableRuns = new Map<string, () => void>()

/** Answer a view: pixels of exposures and rows of tables as binary buffers, changes of configs, each request when it is ready. */
export function serveData(comm: Comm): void {
  comm.onMessage(({ data }) => {
    const { reply, bytes } = answer(data)
    comm.send({ ...reply }, bytes === undefined ? {} : { buffers: [bytes] })
  })
}

interface Answer {
  readonly reply: DataReply
  readonly bytes?: Uint8Array
}

function answer(data: unknown): Answer {
  const id = Number((data as { id?: unknown } | null)?.id ?? 0)
  try {
    const request = parseDataRequest(data)
    switch (request.op) {
      case 'plane':
        return plane(request)
      case 'rows':
        return rows(request)
      case 'config':
        return config(request)
      case 'cancel':
        return cancel(request)
    }
  } catch (error) {
    const code = isFirstlightError(error) ? error.code : 'kernel/data-failed'
    return { reply: { id, ok: false, code, message: messageOf(error) } }
  }
}

function plane({ id, objectId, plane: name }: Extract<DataRequest, { op: 'plane' }>): Answer {
  const exposure = shown(objectId, Exposure)
  const { data, width, height } = planeOf(exposure, name)
  return {
    reply: { id, ok: true, width, height },
    bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  }
}

function planeOf(exposure: Exposure, name: PlaneName): Image | Mask {
  return name === 'image' ? exposure.image : name === 'mask' ? exposure.mask : exposure.variance
}

function rows({ id, objectId, offset, limit, orderBy }: Extract<DataRequest, { op: 'rows' }>): Answer {
  const catalog = sorted(shown(objectId, Catalog), orderBy)
  const slice = catalog.slice(offset, offset + Math.min(limit, MOST_ROWS))
  return { reply: { id, ok: true, numRows: slice.numRows }, bytes: slice.toIpc() }
}

function config({ id, objectId, edits, apply }: Extract<DataRequest, { op: 'config' }>): Answer {
  return { reply: { id, ok: true, config: editConfig(shown(objectId, ShownConfig), objectId, edits, apply) } }
}

function cancel({ id, runId }: Extract<DataRequest, { op: 'cancel' }>): Answer {
  const stop = stoppableRuns.get(runId)
  if (stop === undefined) throw new FirstlightError('kernel/no-such-run', 'This run has ended')
  stop()
  return { reply: { id, ok: true } }
}

function shown<T extends object>(objectId: string, type: abstract new (...args: never[]) => T): T {
  const value = shownObjects.get(objectId)
  if (value instanceof type) return value
  throw new FirstlightError(
    'kernel/no-such-object',
    'The object of this output is no longer held; run the cell again',
  )
}

/** The newest order of each table: a view asks for many slices of one order. */
const orders = new WeakMap<Catalog, { readonly by: string; readonly catalog: Catalog }>()

function sorted(catalog: Catalog, orderBy: string | undefined): Catalog {
  if (orderBy === undefined || orderBy === '') return catalog
  const known = orders.get(catalog)
  if (known?.by === orderBy) return known.catalog
  const order = { by: orderBy, catalog: catalog.take(rowOrder(catalog, orderBy)) }
  orders.set(catalog, order)
  return order.catalog
}

/** Row numbers in the column's order, `-name` falling; nulls and NaN last. Equal rows stay as they were. */
function rowOrder(catalog: Catalog, orderBy: string): Int32Array {
  const sign = orderBy.startsWith('-') ? -1 : 1
  const name = orderBy.replace(/^-/, '')
  const cells = Array.from({ length: catalog.numRows }, (_, row) => catalog.get(name, row))
  const isMissing = (cell: unknown) => cell === null || cell === undefined || Number.isNaN(cell)
  return Int32Array.from(cells.keys()).sort((i, j) => {
    const [a, b] = [cells[i], cells[j]]
    if (isMissing(a) || isMissing(b)) return Number(isMissing(a)) - Number(isMissing(b))
    return sign * (a! < b! ? -1 : a! > b! ? 1 : 0) || i - j
  })
}
