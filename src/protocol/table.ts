export interface TableColumnDisplay {
  readonly name: string
  readonly type: string
  readonly unit?: string
  readonly doc?: string
}

/** What a table output cell holds: the schema and the first rows as text; the rest through the data comm as Arrow IPC. */
export interface TableDisplay {
  readonly objectId: string
  readonly title: string
  readonly numRows: number
  readonly columns: readonly TableColumnDisplay[]
  /** The first rows, each cell as it prints (64-bit integers exact). */
  readonly head: readonly (readonly string[])[]
}
