import type { DimensionUniverse } from '../dimensions/universe.ts'
import { DatasetTypeNotSupportedError } from '../errors.ts'
import type { ConfigTree } from '../repository/config-value.ts'
import type { StorageClass } from '../storage/storage-class.ts'
import type { Delegate, FormatterRegistry } from './formatter.ts'
import { LookupTable, type StoredPart } from './lookup.ts'

/** `composites:` of a datastore's configuration: which datasets are written part by part. */
export class DisassemblyRules {
  private readonly rules: LookupTable<boolean>
  private readonly byDefault: boolean

  constructor(universe: DimensionUniverse, rules: ConfigTree = {}, byDefault = false) {
    this.rules = new LookupTable(universe)
    this.byDefault = byDefault
    for (const [key, value] of Object.entries(rules))
      if (typeof value === 'boolean') this.rules.set(key, value)
  }

  /** Only what has components can come apart. */
  applyTo(part: StoredPart, of: StorageClass): boolean {
    return Object.keys(of.components).length > 0 && (this.rules.find(part) ?? this.byDefault)
  }
}

/** How values of a class come apart: as it says itself, or by the properties of an object. */
export const delegateOf = (registry: FormatterRegistry, of: StorageClass): Delegate =>
  registry.delegate?.(of.name) ?? propertiesOf(of)

const propertiesOf = (of: StorageClass): Delegate => ({
  disassemble(value) {
    if (typeof value !== 'object' || value === null)
      throw new DatasetTypeNotSupportedError(
        `A ${of.name} is stored in parts (${Object.keys(of.components).join(', ')}), which ${String(value)} does not have.`,
      )
    const known = value as Readonly<Record<string, unknown>>
    return Object.fromEntries(
      Object.keys(of.components)
        .map((name) => [name, known[name]] as const)
        .filter(([, part]) => part !== undefined && part !== null),
    )
  },
  assemble: (parts) => ({ ...parts }),
})
