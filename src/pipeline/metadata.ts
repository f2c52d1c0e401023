/** A leaf of task metadata; lists hold one type. */
export type MetadataScalar = string | number | boolean | null
export type MetadataValue = MetadataScalar | readonly MetadataScalar[]

/** The stored form, as the anchor's TaskMetadata JSON. */
export interface StoredMetadata {
  readonly scalars: Readonly<Record<string, MetadataScalar>>
  readonly arrays: Readonly<Record<string, readonly MetadataScalar[]>>
  readonly metadata: Readonly<Record<string, StoredMetadata>>
}

/** What a task notes about its work: a tree of numbers, texts and lists. Dots in keys go down the tree. */
export class TaskMetadata {
  readonly #scalars = new Map<string, MetadataScalar>()
  readonly #arrays = new Map<string, readonly MetadataScalar[]>()
  readonly #children = new Map<string, TaskMetadata>()

  static fromStored(stored: StoredMetadata): TaskMetadata {
    const out = new TaskMetadata()
    for (const [key, value] of Object.entries(stored.scalars)) out.#scalars.set(key, value)
    for (const [key, value] of Object.entries(stored.arrays)) out.#arrays.set(key, value)
    for (const [key, value] of Object.entries(stored.metadata))
      out.#children.set(key, TaskMetadata.fromStored(value))
    return out
  }

  set(path: string, value: MetadataValue): void {
    const [node, key] = this.#walk(path)
    node.#scalars.delete(key)
    node.#arrays.delete(key)
    if (isList(value)) node.#arrays.set(key, value)
    else node.#scalars.set(key, value)
  }

  /** Add a value to a list, which begins with what was there. */
  add(path: string, value: MetadataScalar): void {
    const [node, key] = this.#walk(path)
    const scalar = node.#scalars.get(key)
    const before = node.#arrays.get(key) ?? (scalar === undefined ? [] : [scalar])
    node.set(key, [...before, value])
  }

  get(path: string): MetadataValue | TaskMetadata | undefined {
    const [node, key] = this.#walk(path)
    return node.#scalars.get(key) ?? node.#arrays.get(key) ?? node.#children.get(key)
  }

  /** The subtree of a name, made when missing. */
  child(name: string): TaskMetadata {
    const known = this.#children.get(name)
    if (known !== undefined) return known
    const made = new TaskMetadata()
    this.#children.set(name, made)
    return made
  }

  toStored(): StoredMetadata {
    return {
      scalars: Object.fromEntries(this.#scalars),
      arrays: Object.fromEntries(this.#arrays),
      metadata: Object.fromEntries([...this.#children].map(([name, child]) => [name, child.toStored()])),
    }
  }

  #walk(path: string): [TaskMetadata, string] {
    const keys = path.split('.')
    const last = keys.pop() ?? ''
    let node: TaskMetadata = this
    for (const key of keys) node = node.child(key)
    return [node, last]
  }
}

const isList = (value: MetadataValue): value is readonly MetadataScalar[] => Array.isArray(value)
