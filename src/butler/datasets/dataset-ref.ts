import { INSPECT } from '#core'
import type { DataCoordinate } from '../dimensions/data-coordinate.ts'
import type { DataId } from '../dimensions/data-id.ts'
import type { DatasetType } from './dataset-type.ts'

/** One stored dataset: its type, its data ID, the run it was born in and its UUID (36 characters, lower case). */
export class DatasetRef {
  readonly id: string
  readonly datasetType: DatasetType
  readonly coordinate: DataCoordinate
  readonly run: string

  constructor(datasetType: DatasetType, coordinate: DataCoordinate, run: string, id: string) {
    this.id = id
    this.datasetType = datasetType
    this.coordinate = coordinate
    this.run = run
  }

  /** Required and, when known, implied values as a plain map. */
  get dataId(): DataId {
    return this.coordinate.values
  }

  toString(): string {
    return `${this.datasetType.name}@${this.coordinate.toString()} [${this.datasetType.storageClass}] (run=${this.run} id=${this.id})`
  }

  [INSPECT](): string {
    return this.toString()
  }
}
