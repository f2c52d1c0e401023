import type { ColumnType, DimensionElement, ElementKind, FieldSpec } from './element.ts'
import { universeConfigError } from './errors.ts'
import type { DimensionConfig, ElementConfig, FieldConfig, SkypixSystem } from './universe-config.ts'

/** Elements in canonical order: by generations of what they require and imply, by name within one. */
export function parseUniverse(config: DimensionConfig): readonly DimensionElement[] {
  const pending = new Map(Object.entries(config.elements))
  const sorted: string[] = []
  const skypix = skypixNames(config)
  const isDimension = (name: string) => (config.elements[name]?.keys ?? []).length > 0
  let first = true
  for (const joins of [false, true]) {
    for (;;) {
      const ready = [...pending.keys()].filter(
        (n) => isDimension(n) !== joins && dependencies(config.elements[n]!).every((d) => !pending.has(d)),
      )
      if (ready.length === 0) break
      for (const name of ready) pending.delete(name)
      const generation: string[] = [...ready].sort()
      if (first) insertSkypix(generation, skypix)
      first = false
      sorted.push(...generation)
    }
  }
  if (pending.size > 0)
    throw universeConfigError(
      `elements ${[...pending.keys()].join(', ')} depend on each other or on unknown ones`,
    )
  const position = new Map(sorted.map((n, i) => [n, i]))
  return sorted.map((name, index) => makeElement(name, index, config, position))
}

const dependencies = (e: ElementConfig): readonly string[] => [...(e.requires ?? []), ...(e.implies ?? [])]

function skypixNames(config: DimensionConfig): readonly string[] {
  const names: string[] = []
  for (const system of Object.keys(config.skypix)
    .filter((k) => k !== 'common')
    .sort()) {
    const { max_level } = config.skypix[system] as SkypixSystem
    for (let level = 1; level <= (max_level ?? 0); level++) names.push(`${system}${level}`)
  }
  return names
}

/** Skypix dimensions stand in the first generation, by system name, levels in number order. */
function insertSkypix(generation: string[], skypix: readonly string[]): void {
  const system = (n: string) => n.replace(/\d+$/, '')
  const all = new Set(skypix)
  generation.push(...skypix)
  const rank = (n: string) => (all.has(n) ? system(n) : n)
  const place = new Map(skypix.map((n, i) => [n, i]))
  generation.sort((a, b) =>
    rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : (place.get(a) ?? 0) - (place.get(b) ?? 0),
  )
}

function makeElement(
  name: string,
  index: number,
  config: DimensionConfig,
  position: ReadonlyMap<string, number>,
): DimensionElement {
  const spec = config.elements[name]
  if (spec === undefined) return skypixElement(name, index)
  const order = (names: Iterable<string>) => [...names].sort((a, b) => position.get(a)! - position.get(b)!)
  const required = order(closeRequired(name, config))
  const viewOf = spec.storage?.view_of ?? spec.storage?.nested?.view_of
  const keys = (spec.keys ?? []).map((k) => parseField(k, k === spec.keys?.[0] ? false : undefined))
  const directImplied = order(spec.implies ?? [])
  const kind: ElementKind =
    spec.governor === true ? 'governor' : keys.length === 0 ? 'join' : viewOf !== undefined ? 'view' : 'table'
  return {
    name,
    kind,
    doc: spec.doc ?? '',
    index,
    required,
    directImplied,
    implied: order(closeImplied(directImplied, config)),
    keyField: keys[0]?.name ?? '',
    keys,
    metadata: (spec.metadata ?? []).map((m) => parseField(m)),
    spatialFamily: familyOf(name, config.topology.spatial),
    temporalFamily: familyOf(name, config.topology.temporal),
    governor: required.find((n) => config.elements[n]?.governor === true),
    viewOf,
    populatedBy: spec.populated_by,
    alwaysJoin: spec.always_join === true,
    definesRelationships: spec.always_join === true || directImplied.length > 0,
    skypix: undefined,
  }
}

function skypixElement(name: string, index: number): DimensionElement {
  const [, system, level] = /^(.*?)(\d+)$/.exec(name)!
  return {
    name,
    kind: 'skypix',
    doc: `Pixel of the ${system} pixelization at level ${level}.`,
    index,
    required: [name],
    directImplied: [],
    implied: [],
    keyField: 'id',
    keys: [{ name: 'id', type: 'int', nullable: false, doc: 'Pixel index.' }],
    metadata: [],
    spatialFamily: system!,
    temporalFamily: undefined,
    governor: undefined,
    viewOf: undefined,
    populatedBy: undefined,
    alwaysJoin: false,
    definesRelationships: false,
    skypix: { system: system!, level: Number(level) },
  }
}

function parseField(field: FieldConfig, nullable?: boolean): FieldSpec {
  return {
    name: field.name,
    type: field.type as ColumnType,
    ...(field.length !== undefined && { length: field.length }),
    ...(field.nbytes !== undefined && { nbytes: field.nbytes }),
    nullable: nullable ?? field.nullable ?? true,
    doc: field.doc ?? '',
  }
}

function closeRequired(name: string, config: DimensionConfig): Set<string> {
  const out = new Set<string>()
  const add = (n: string) => {
    for (const r of config.elements[n]?.requires ?? []) {
      out.add(r)
      add(r)
    }
  }
  add(name)
  if ((config.elements[name]?.keys ?? []).length > 0) out.add(name)
  return out
}

function closeImplied(direct: readonly string[], config: DimensionConfig): Set<string> {
  const out = new Set<string>()
  const add = (n: string) => {
    out.add(n)
    for (const i of config.elements[n]?.implies ?? []) add(i)
  }
  for (const n of direct) add(n)
  return out
}

const familyOf = (name: string, families: Readonly<Record<string, readonly string[]>>): string | undefined =>
  Object.keys(families).find((f) => families[f]!.includes(name))
