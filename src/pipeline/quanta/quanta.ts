import type { Butler } from '#butler'
import { type CoordinateTable, selectColumns } from './coordinates.ts'
import type { RecordTables } from './record-tables.ts'

/** Some quanta of one task: numbers of their data IDs. */
export interface Quanta {
  readonly table: CoordinateTable
  readonly coordinates: Int32Array
  readonly records: RecordTables
}

/** Records of the quanta's data IDs, for those who look at them one by one. */
export const loadRecords = (butler: Butler, { table, coordinates, records }: Quanta): Promise<void> =>
  records.loadGroup(butler, table.group, selectColumns(table, coordinates))
