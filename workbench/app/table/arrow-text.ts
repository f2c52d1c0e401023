import { DataType, tableFromIPC, type Vector } from 'apache-arrow'
import { formatCell } from './format.ts'

/** Every cell of an Arrow IPC stream as text, column by column. */
export function textsOfIpc(bytes: Uint8Array): string[][] {
  const table = tableFromIPC(bytes)
  return table.schema.fields.map((field) => {
    const column = table.getChild(field.name) as Vector | null
    const isFloat32 = DataType.isFloat(field.type) && field.type.precision === 1
    return Array.from({ length: table.numRows }, (_, row) => formatCell(column?.get(row), isFloat32))
  })
}
