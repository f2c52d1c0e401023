import type { RecordMap } from './data-coordinate.ts'
import type { DimensionRecord } from './record.ts'

/** Records of one data ID by element, each looked up when it is asked for. */
export abstract class LazyRecords implements RecordMap {
  abstract readonly size: number

  abstract get(name: string): DimensionRecord | undefined

  abstract has(name: string): boolean

  abstract keys(): MapIterator<string>

  entries(): MapIterator<[string, DimensionRecord | undefined]> {
    return new Map([...this.keys()].map((name) => [name, this.get(name)])).entries()
  }

  values(): MapIterator<DimensionRecord | undefined> {
    return new Map(this.entries()).values()
  }

  forEach(visit: (record: DimensionRecord | undefined, name: string, map: RecordMap) => void): void {
    for (const [name, record] of this.entries()) visit(record, name, this)
  }

  [Symbol.iterator](): MapIterator<[string, DimensionRecord | undefined]> {
    return this.entries()
  }
}
