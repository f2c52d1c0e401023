import type { DatasetRef } from '../datasets/dataset-ref.ts'
import type { DimensionUniverse } from '../dimensions/universe.ts'

/** What a datastore is asked about: a dataset, or one part of it that is stored apart. */
export interface StoredPart {
  readonly ref: DatasetRef
  readonly component?: string | undefined
  /** Storage class of the part. */
  readonly storageClass?: string | undefined
}

/**
 * Settings by dataset type, dimensions (`visit+detector`, in any order) or storage class, some of them only for one instrument
 * (`instrument<HSC>:`). The most specific one counts.
 */
export class LookupTable<T> {
  private readonly entries = new Map<string, T>()
  private readonly universe: DimensionUniverse

  constructor(universe: DimensionUniverse) {
    this.universe = universe
  }

  set(key: string, value: T, instrument?: string): void {
    this.entries.set(forInstrument(this.normal(key), instrument), value)
  }

  get size(): number {
    return this.entries.size
  }

  /** The value of the first of these that is set: instrument's own before general; type, dimensions, storage class. */
  find(part: StoredPart): T | undefined {
    if (this.entries.size === 0) return undefined
    const names = lookupNames(part)
    const { instrument } = part.ref.dataId
    if (instrument !== undefined)
      for (const name of names) {
        const found = this.entries.get(forInstrument(name, String(instrument)))
        if (found !== undefined) return found
      }
    for (const name of names) {
      const found = this.entries.get(name)
      if (found !== undefined) return found
    }
    return undefined
  }

  /** A value set under a plain key such as `all` or `default`. */
  named(key: string, instrument?: string): T | undefined {
    return this.entries.get(forInstrument(key, instrument))
  }

  /** `a+b` as the name of a dimension group, when all of them are dimensions. */
  private normal(key: string): string {
    if (!key.includes('+'))
      return this.universe.isDimension(key) ? dimensionsKey(this.universe.group([key]).label) : key
    const names = key.split('+')
    return names.every((n) => this.universe.isDimension(n))
      ? dimensionsKey(this.universe.group(names).label)
      : key
  }
}

const dimensionsKey = (label: string): string => `dimensions ${label}`

const forInstrument = (key: string, instrument: string | undefined): string =>
  instrument === undefined ? key : `${instrument}\u0000${key}`

function lookupNames({ ref, component, storageClass }: StoredPart): readonly string[] {
  const { name, dimensions, storageClass: whole } = ref.datasetType
  return [
    ...(component === undefined ? [] : [`${name}.${component}`]),
    name,
    dimensionsKey(dimensions.label),
    ...(storageClass === undefined ? [] : [storageClass]),
    whole,
  ]
}

const OWN = /^instrument<(.+)>$/

/** The instrument of a key such as `instrument<HSC>`. */
export const instrumentOfKey = (key: string): string | undefined => OWN.exec(key)?.[1]
