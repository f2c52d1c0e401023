import { DataType, tableFromIPC, TimeUnit, type Vector } from 'apache-arrow'
import { timeText } from '#protocol'
import { formatCell } from './format.ts'

/** Every cell of an Arrow IPC stream as text, column by column. */
export function textsOfIpc(bytes: Uint8Array): string[][] {
  const table = tableFromIPC(bytes)
  return table.schema.fields.map((field) => {
    const { name } = field
    const type = field.type as DataType
    const column = table.getChild(name) as Vector | null
    const text = DataType.isTimestamp(type) ? timesOf(column, NANOSECONDS[type.unit]) : textsOf(column, type)
    return Array.from({ length: table.numRows }, (_, row) => text(row))
  })
}

function textsOf(column: Vector | null, type: DataType): (row: number) => string {
  const isFloat32 = DataType.isFloat(type) && type.precision === 1
  return (row) => formatCell(column?.get(row), isFloat32)
}

/** Nanoseconds in a unit. */
const NANOSECONDS: Readonly<Record<TimeUnit, bigint>> = {
  [TimeUnit.SECOND]: 1_000_000_000n,
  [TimeUnit.MILLISECOND]: 1_000_000n,
  [TimeUnit.MICROSECOND]: 1000n,
  [TimeUnit.NANOSECOND]: 1n,
}

/** From the stored integers: Arrow's own getter gives milliseconds as a number, which does not hold nanoseconds. */
function timesOf(column: Vector | null, unit: bigint): (row: number) => string {
  const values = (column?.toArray() ?? []) as ArrayLike<bigint>
  return (row) => (column?.isValid(row) === true ? timeText((values[row] ?? 0n) * unit) : '')
}
