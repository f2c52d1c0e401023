import { INSPECT } from '#core'
import { canonicalUniverse } from './universe-8/canonical.ts'
import { parseUniverse } from './parse.ts'
import type { DimensionConfig } from './universe-config.ts'
import type { DimensionElement } from './element.ts'
import { DimensionGroup } from './group.ts'
import { dimensionNameError } from './errors.ts'

/** A named, versioned set of dimension elements, as stored in every repository. */
export class DimensionUniverse {
  readonly namespace: string
  readonly version: number
  /** Skypix dimension that spatial rows are indexed by: `htm7`. */
  readonly commonSkypix: string
  /** In canonical order. */
  readonly elements: readonly DimensionElement[]
  readonly config: DimensionConfig
  private readonly byName: ReadonlyMap<string, DimensionElement>
  private readonly topology: DimensionConfig['topology']
  private readonly groups = new Map<string, DimensionGroup>()

  constructor(config: DimensionConfig) {
    this.config = config
    this.namespace = config.namespace
    this.version = config.version
    this.commonSkypix = config.skypix.common
    this.topology = config.topology
    this.elements = parseUniverse(config)
    this.byName = new Map(this.elements.map((e) => [e.name, e]))
  }

  /** Universe 8 of namespace `daf_butler`: the one we write. */
  static canonical(): DimensionUniverse {
    canonical ??= new DimensionUniverse(canonicalUniverse)
    return canonical
  }

  /** Throws `butler/dimension-name` for what is no element. */
  get(name: string): DimensionElement {
    const element = this.byName.get(name)
    if (element === undefined) throw dimensionNameError(name, this.elements)
    return element
  }

  find(name: string): DimensionElement | undefined {
    return this.byName.get(name)
  }

  isDimension(name: string): boolean {
    const element = this.byName.get(name)
    return element !== undefined && element.kind !== 'join'
  }

  get dimensionNames(): readonly string[] {
    return this.elements.filter((e) => e.kind !== 'join').map((e) => e.name)
  }

  get governors(): readonly string[] {
    return this.elements.filter((e) => e.kind === 'governor').map((e) => e.name)
  }

  get empty(): DimensionGroup {
    return this.group([])
  }

  /** The group of these dimensions and all they require and imply. Throws `butler/dimension-name`. */
  group(names: Iterable<string> | DimensionGroup): DimensionGroup {
    if (names instanceof DimensionGroup) return names
    const given = typeof names === 'string' ? [names] : [...names]
    const shortcut = given.join(',')
    const known = this.groups.get(shortcut)
    if (known !== undefined) return known
    const group = this.close(given)
    this.groups.set(shortcut, group)
    return group
  }

  /** Dimensions of an element, closed. */
  groupOf(element: DimensionElement): DimensionGroup {
    return this.group(element.required)
  }

  /** Of each topological family, the finest member whose dimensions the group has; skypix systems are families too. */
  finest(group: DimensionGroup, kind: 'spatial' | 'temporal'): readonly DimensionElement[] {
    const out: DimensionElement[] = []
    for (const members of Object.values(this.topology[kind])) {
      const first = members.find((m) => this.get(m).required.every((d) => group.has(d)))
      if (first !== undefined) out.push(this.get(first))
    }
    if (kind === 'temporal') return out
    const systems = new Map<string, DimensionElement>()
    for (const name of group.skypix) {
      const element = this.get(name)
      systems.set(element.spatialFamily!, element)
    }
    return [...systems.values(), ...out].sort((a, b) => a.index - b.index)
  }

  private close(given: readonly string[]): DimensionGroup {
    const members = new Set<string>()
    const add = (name: string) => {
      if (members.has(name)) return
      const element = this.get(name)
      if (element.kind === 'join') throw dimensionNameError(name, this.elements)
      members.add(name)
      for (const other of element.required) add(other)
      for (const other of element.directImplied) add(other)
    }
    for (const name of given) add(name)
    const elements = this.elements.filter((e) =>
      e.kind === 'join' ? e.required.every((d) => members.has(d)) : members.has(e.name),
    )
    const names = elements.filter((e) => e.kind !== 'join').map((e) => e.name)
    const canonicalKey = names.join(',')
    const same = this.groups.get(canonicalKey)
    if (same !== undefined) return same
    const group = new DimensionGroup(this, names, elements)
    this.groups.set(canonicalKey, group)
    return group
  }

  /** `daf_butler 8`. */
  toString(): string {
    return `${this.namespace} ${this.version}`
  }

  [INSPECT](): string {
    return this.toString()
  }
}

let canonical: DimensionUniverse | undefined
