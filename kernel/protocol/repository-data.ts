/** What the language thread knows of the open repository, for types, completion and docs. Plain data. */
export interface RepositoryData {
  readonly root: string
  readonly datasetTypes: readonly DatasetTypeData[]
  readonly elements: readonly ElementData[]
  readonly collections: readonly string[]
  /** Tables that SQL finds by name. */
  readonly tables: readonly TableData[]
}

export interface DatasetTypeData {
  readonly name: string
  readonly storageClass: string
  readonly required: readonly string[]
  /** Required dimensions, then implied ones. */
  readonly dimensions: readonly string[]
  readonly isCalibration: boolean
  /** Part name → storage class of the part. */
  readonly components: Readonly<Record<string, string>>
}

/** A dimension or another element whose records have fields. */
export interface ElementData {
  readonly name: string
  readonly doc: string
  /** Type of its key; undefined for elements that are no dimensions. */
  readonly key: 'number' | 'string' | undefined
  /** Keys that records have, the newest when there are many. */
  readonly values: readonly (number | string)[]
  /** Number of records when not all values are listed. */
  readonly more: boolean
  readonly fields: readonly {
    readonly name: string
    readonly type: 'number' | 'string' | 'boolean'
    readonly doc: string
  }[]
}

export interface TableData {
  readonly name: string
  /** What stands behind the name: `dataset type by instrument, visit, detector`. */
  readonly doc: string
  readonly columns: readonly ColumnData[]
}

export interface ColumnData {
  readonly name: string
  readonly type: string
  readonly unit?: string
  readonly doc?: string
}
