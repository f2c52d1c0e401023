import type { DimensionUniverse } from '../dimensions/universe.ts'
import { FormatterError } from '../errors.ts'
import { type ConfigTree, isTree } from '../repository/config-value.ts'
import type { Formatter, FormatterRegistry } from './formatter.ts'
import { instrumentOfKey, LookupTable, type StoredPart } from './lookup.ts'

/** Which formatter writes what: what the configuration says, where we have it, then what we take by ourselves. */
export class FormatterSource {
  readonly load: () => Promise<FormatterRegistry>
  private readonly configured: LookupTable<string>

  constructor(
    load: () => Promise<FormatterRegistry>,
    universe: DimensionUniverse,
    configured: ConfigTree = {},
  ) {
    this.load = load
    this.configured = new LookupTable(universe)
    this.take(configured, undefined)
  }

  /** Throws `butler/formatter` when there is none. */
  async writing(part: StoredPart): Promise<Formatter> {
    const formatter = await this.find(part)
    if (formatter !== undefined) return formatter
    const { ref, storageClass = ref.datasetType.storageClass } = part
    const configured = this.configured.find(part)
    throw new FormatterError(
      `No formatter writes datasets of storage class ${storageClass} (dataset type '${nameOf(part)}').`,
      configured === undefined
        ? {}
        : { hint: `The configuration names ${configured}, which is not known here.` },
    )
  }

  /** What writes a dataset or a part of it: as the configuration says, else what we have for it. */
  async find(part: StoredPart): Promise<Formatter | undefined> {
    const { ref, component, storageClass = ref.datasetType.storageClass } = part
    const registry = await this.load()
    const configured = this.configured.find(part)
    const { name, dimensions } = ref.datasetType
    const keys =
      component === undefined
        ? [name, dimensions.required.join('+'), storageClass]
        : [nameOf(part), storageClass]
    return (configured === undefined ? undefined : registry.byName(configured)) ?? registry.forKeys(keys)
  }

  /** The formatter that a record names; by the storage class when we do not know it. */
  async reading(name: string, className: string): Promise<Formatter> {
    const registry = await this.load()
    const formatter = registry.byName(name) ?? registry.forKeys([className])
    if (formatter === undefined)
      throw new FormatterError(`The file was written by formatter '${name}', which is not known here.`, {
        data: { formatter: name },
      })
    return formatter
  }

  /** `key: class`, or `key: {formatter: class, parameters: …}`; below `instrument<NAME>` those of one instrument. */
  private take(tree: ConfigTree, instrument: string | undefined): void {
    for (const [key, value] of Object.entries(tree)) {
      const own = instrumentOfKey(key)
      if (own !== undefined && isTree(value)) this.take(value, own)
      else if (typeof value === 'string') this.configured.set(key, value, instrument)
      else if (isTree(value) && typeof value['formatter'] === 'string')
        this.configured.set(key, value['formatter'], instrument)
    }
  }
}

const nameOf = ({ ref, component }: StoredPart): string =>
  component === undefined ? ref.datasetType.name : `${ref.datasetType.name}.${component}`
