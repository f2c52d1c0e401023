import { INSPECT } from '#core'
import type { DimensionElement } from './element.ts'
import type { DimensionUniverse } from './universe.ts'

/**
 * A set of dimensions closed under what they require and imply, in the universe's order. Groups are interned by the universe:
 * equal sets are the same object.
 */
export class DimensionGroup {
  readonly universe: DimensionUniverse
  /** All dimensions. */
  readonly names: readonly string[]
  /** Dimensions that identify: those no other member implies. */
  readonly required: readonly string[]
  readonly implied: readonly string[]
  /** Required, then implied: the keys of a full data ID. */
  readonly keys: readonly string[]
  /** Dimensions and the join elements whose dimensions are all here. */
  readonly elements: readonly DimensionElement[]
  readonly governors: readonly string[]
  readonly skypix: readonly string[]
  /** Every element after those whose values are needed to look it up. */
  readonly lookupOrder: readonly string[]
  /** Text that names the group: `{instrument, visit}`. */
  readonly label: string
  private readonly members: ReadonlySet<string>

  constructor(universe: DimensionUniverse, names: readonly string[], elements: readonly DimensionElement[]) {
    this.universe = universe
    this.names = names
    this.elements = elements
    this.members = new Set(names)
    const impliedHere = new Set(names.flatMap((n) => universe.get(n).directImplied))
    this.required = names.filter((n) => !impliedHere.has(n))
    this.implied = names.filter((n) => impliedHere.has(n))
    this.keys = [...this.required, ...this.implied]
    this.governors = names.filter((n) => universe.get(n).kind === 'governor')
    this.skypix = names.filter((n) => universe.get(n).kind === 'skypix')
    this.lookupOrder = this.orderForLookup()
    this.label = `{${names.join(', ')}}`
  }

  has(name: string): boolean {
    return this.members.has(name)
  }

  contains(other: DimensionGroup): boolean {
    return other.names.every((n) => this.members.has(n))
  }

  union(...others: readonly DimensionGroup[]): DimensionGroup {
    return this.universe.group([...this.names, ...others.flatMap((o) => o.names)])
  }

  intersection(other: DimensionGroup): DimensionGroup {
    return this.universe.group(this.names.filter((n) => other.has(n)))
  }

  /** What is left without the other's dimensions, closed again: visit minus physical_filter is visit. */
  difference(other: DimensionGroup): DimensionGroup {
    return this.universe.group(this.required.filter((n) => !other.has(n)))
  }

  /** Spatial elements to join by: the finest member of each family. */
  get spatial(): readonly DimensionElement[] {
    return this.universe.finest(this, 'spatial')
  }

  /** Temporal elements to join by: the finest member of each family. */
  get temporal(): readonly DimensionElement[] {
    return this.universe.finest(this, 'temporal')
  }

  get timespanElement(): DimensionElement | undefined {
    const temporal = this.temporal
    return temporal.length === 1 ? temporal[0] : undefined
  }

  toString(): string {
    return this.label
  }

  [INSPECT](): string {
    return this.toString()
  }

  private orderForLookup(): readonly string[] {
    const order = new Set<string>()
    const visit = (name: string) => {
      if (order.has(name)) return
      order.add(name)
      for (const implied of this.universe.get(name).directImplied) visit(implied)
    }
    for (const name of this.required) visit(name)
    for (const element of this.elements) order.add(element.name)
    return [...order]
  }
}
