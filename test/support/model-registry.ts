type Kind = 'RUN' | 'TAGGED' | 'CHAINED' | 'CALIBRATION'
type Days = readonly [begin: number, length: number]

/** One operation on a registry; datasets go by their place in the order in which they were made. */
export type Step =
  | { readonly op: 'register'; readonly name: string; readonly kind: Kind }
  | { readonly op: 'insert'; readonly name: string; readonly type: string; readonly detector: number }
  | { readonly op: 'associate' | 'disassociate'; readonly name: string; readonly dataset: number }
  | { readonly op: 'certify'; readonly name: string; readonly dataset: number; readonly days: Days }
  | { readonly op: 'decertify'; readonly name: string; readonly type: string; readonly days: Days }
  | { readonly op: 'chain'; readonly name: string; readonly children: readonly string[] }
  | { readonly op: 'remove'; readonly name: string }
  | { readonly op: 'forget'; readonly dataset: number }
  | { readonly op: 'removeType'; readonly type: string }

interface Dataset {
  readonly number: number
  readonly type: string
  readonly detector: number
  readonly run: string
}

interface Collection {
  readonly kind: Kind
  children: readonly string[]
  /** RUN and TAGGED: what is in it. */
  members: Dataset[]
  /** CALIBRATION: what is valid on which day, a list of days per type and detector. */
  readonly valid: Map<string, Piece[]>
}

/** A stretch of days with one dataset; neighbours are not joined. */
interface Piece {
  readonly begin: number
  readonly end: number
  readonly dataset: Dataset
}

/** What the rules of collections say, in plain lists and maps: nothing of SQL, nothing of the butler. */
export class ModelRegistry {
  private readonly collections = new Map<string, Collection>()
  private readonly types = new Set(['bias', 'flat'])
  private readonly made: (Dataset | undefined)[] = []

  /** The outcome: `ok`, `ok true`, `ok false`, or the name of an error's class. */
  perform(s: Step): string {
    switch (s.op) {
      case 'register':
        return this.register(s.name, s.kind)
      case 'insert':
        return this.insert(s.name, s.type, s.detector)
      case 'associate':
        return this.within(s.name, 'TAGGED', (c) => this.associate(c, this.made[s.dataset]))
      case 'disassociate':
        return this.within(s.name, 'TAGGED', (c) => {
          c.members = c.members.filter((m) => m !== this.made[s.dataset])
          return 'ok'
        })
      case 'certify':
        return this.within(s.name, 'CALIBRATION', (c) => certify(c, this.made[s.dataset], s.days))
      case 'decertify':
        return this.decertify(s.name, s.type, s.days)
      case 'chain':
        return this.chain(s.name, s.children)
      case 'remove':
        return this.remove(s.name)
      case 'forget':
        return this.forget(s.dataset)
      case 'removeType':
        return this.removeType(s.type)
    }
  }

  private register(name: string, kind: Kind): string {
    if (this.collections.has(name)) return 'ok false'
    this.collections.set(name, { kind, children: [], members: [], valid: new Map() })
    return 'ok true'
  }

  private within(name: string, kind: Kind, work: (c: Collection) => string): string {
    const c = this.collections.get(name)
    if (c === undefined) return 'MissingCollectionError'
    return c.kind === kind ? work(c) : 'CollectionTypeError'
  }

  private insert(name: string, type: string, detector: number): string {
    if (!this.types.has(type)) return 'MissingDatasetTypeError'
    return this.within(name, 'RUN', (c) => {
      if (c.members.some((m) => m.type === type && m.detector === detector))
        return 'ConflictingDefinitionError'
      const dataset = { number: this.made.length, type, detector, run: name }
      this.made.push(dataset)
      c.members.push(dataset)
      return 'ok'
    })
  }

  private associate(c: Collection, dataset: Dataset | undefined): string {
    if (dataset === undefined || c.members.includes(dataset)) return 'ok'
    if (c.members.some((m) => sameKey(m, dataset))) return 'ConflictingDefinitionError'
    c.members.push(dataset)
    return 'ok'
  }

  private decertify(name: string, type: string, [begin, length]: Days): string {
    const end = begin + length
    if (!this.types.has(type)) return 'MissingDatasetTypeError'
    return this.within(name, 'CALIBRATION', (c) => {
      if (type !== 'bias') return 'DatasetTypeError'
      for (const [key, pieces] of c.valid)
        c.valid.set(
          key,
          pieces.flatMap((p) =>
            p.dataset.type !== type || p.end <= begin || p.begin >= end
              ? [p]
              : [
                  { ...p, end: Math.min(p.end, begin) },
                  { ...p, begin: Math.max(p.begin, end) },
                ].filter((q) => q.begin < q.end),
          ),
        )
      return 'ok'
    })
  }

  private chain(name: string, children: readonly string[]): string {
    const c = this.collections.get(name)
    if (c === undefined) return 'MissingCollectionError'
    if (c.kind !== 'CHAINED') return 'CollectionTypeError'
    if (children.some((child) => !this.collections.has(child))) return 'MissingCollectionError'
    const contains = (n: string): boolean => n === name || this.collections.get(n)!.children.some(contains)
    if (children.some(contains)) return 'CollectionCycleError'
    c.children = [...new Set(children)]
    return 'ok'
  }

  private remove(name: string): string {
    const c = this.collections.get(name)
    if (c === undefined) return 'MissingCollectionError'
    if ([...this.collections.values()].some((p) => p.children.includes(name))) return 'OrphanedRecordError'
    if (c.kind === 'RUN') for (const m of c.members) this.drop(m)
    this.collections.delete(name)
    return 'ok'
  }

  private forget(n: number): string {
    const dataset = this.made[n]
    if (dataset !== undefined) this.drop(dataset)
    return 'ok'
  }

  private drop(dataset: Dataset): void {
    this.made[dataset.number] = undefined
    for (const c of this.collections.values()) {
      c.members = c.members.filter((m) => m !== dataset)
      for (const [key, pieces] of c.valid)
        c.valid.set(
          key,
          pieces.filter((p) => p.dataset !== dataset),
        )
    }
  }

  private removeType(type: string): string {
    if (this.made.some((d) => d?.type === type)) return 'OrphanedRecordError'
    this.types.delete(type)
    return 'ok'
  }

  /** What `stateOf` gives of a butler. */
  state(): unknown {
    const names = [...this.collections.keys()].sort()
    const types = [...this.types].sort()
    const held = names.flatMap((name) => {
      const c = this.collections.get(name)!
      const pieces = [...c.valid.values()].flat()
      return [
        ...c.members.map((m) => `${name} ${m.number} `),
        ...pieces.map((p) => `${name} ${p.dataset.number} ${text(p)}`),
      ]
    })
    const found = names.flatMap((name) =>
      types.flatMap((type) =>
        [1, 2].flatMap((detector) => {
          const dataset = this.find(name, type, detector)
          return dataset === undefined ? [] : [`${name} ${type} ${detector}: ${dataset.number}`]
        }),
      ),
    )
    return {
      collections: names.map(
        (n) => `${n} ${this.collections.get(n)!.kind} ${this.collections.get(n)!.children.join(',')}`,
      ),
      types,
      held: held.sort(),
      found,
    }
  }

  /** First of a collection on day 2. */
  private find(name: string, type: string, detector: number): Dataset | undefined {
    const c = this.collections.get(name)!
    for (const child of c.children) {
      const found = this.find(child, type, detector)
      if (found !== undefined) return found
    }
    const pieces = c.valid.get(keyOf({ type, detector })) ?? []
    return (
      c.members.find((m) => m.type === type && m.detector === detector) ??
      pieces.find((p) => p.begin <= 2 && p.end > 2)?.dataset
    )
  }
}

const keyOf = ({ type, detector }: Pick<Dataset, 'type' | 'detector'>): string => `${type} ${detector}`
const sameKey = (a: Dataset, b: Dataset): boolean => keyOf(a) === keyOf(b)

const text = ({ begin, end }: Piece): string => `${begin}-${end}`

function certify(c: Collection, dataset: Dataset | undefined, [begin, length]: Days): string {
  if (dataset === undefined) return 'ok'
  if (dataset.type !== 'bias') return 'DatasetTypeError'
  const key = keyOf(dataset)
  const pieces = c.valid.get(key) ?? []
  const end = begin + length
  if (pieces.some((p) => p.begin < end && p.end > begin)) return 'ConflictingDefinitionError'
  c.valid.set(key, [...pieces, { begin, end, dataset }])
  return 'ok'
}
