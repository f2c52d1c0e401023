import { type Table, tableFromIPC, tableToIPC } from 'apache-arrow'
import { messageOf } from '#core'
import { tableError } from './errors.ts'

export const toIpcBytes = (table: Table): Uint8Array => tableToIPC(table, 'stream')

export function fromIpcBytes(bytes: Uint8Array): Table {
  try {
    return tableFromIPC(bytes)
  } catch (error) {
    throw tableError('table/bad-arrow', `These bytes are no Arrow IPC table: ${messageOf(error)}`, {
      cause: error,
    })
  }
}
