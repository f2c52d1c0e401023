import { type Table, tableFromIPC, tableToIPC } from 'apache-arrow'
import { messageOf } from '#core'
import { tableError } from './errors.ts'

export const toIpcBytes = (table: Table): Uint8Array => tableToIPC(table, 'stream')

/** What begins a stream (the continuation mark) and a file (`ARROW1`). */
const STARTS = [
  [0xff, 0xff, 0xff, 0xff],
  [0x41, 0x52, 0x52, 0x4f, 0x57, 0x31],
]

export function fromIpcBytes(bytes: Uint8Array): Table {
  if (!STARTS.some((start) => start.every((b, i) => bytes[i] === b))) throw badArrow('it begins otherwise')
  try {
    return tableFromIPC(bytes)
  } catch (error) {
    throw badArrow(messageOf(error), error)
  }
}

const badArrow = (why: string, cause?: unknown) =>
  tableError('table/bad-arrow', `These bytes are no Arrow IPC table: ${why}.`, { cause })
