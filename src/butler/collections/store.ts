import { insertNumbered, isSqlError, type SqlConnection } from '#sql'
import { CollectionTypeError, MissingCollectionError, OrphanedRecordError } from '../errors.ts'
import { COLLECTION_TYPE_CODES, type CollectionType } from './collection.ts'

/** A row of the collection table, with the names of a chain's children in order. */
export interface CollectionRecord {
  readonly id: number
  readonly name: string
  readonly type: CollectionType
  readonly doc: string
  readonly children: readonly string[]
}

const TYPE_OF_CODE = new Map<number, CollectionType>(
  (Object.keys(COLLECTION_TYPE_CODES) as CollectionType[]).map((t) => [COLLECTION_TYPE_CODES[t], t]),
)

/** Collections, kept in memory whole; `clear` when the tables changed behind our back. */
export class CollectionStore {
  private readonly connection: SqlConnection
  private loaded: Promise<Loaded> | undefined

  constructor(connection: SqlConnection) {
    this.connection = connection
  }

  clear(): void {
    this.loaded = undefined
  }

  /** Plain collections in order of registration, then chains. */
  async all(): Promise<readonly CollectionRecord[]> {
    return (await this.load()).inOrder
  }

  async find(name: string): Promise<CollectionRecord | undefined> {
    return (await this.load()).byName.get(name)
  }

  async get(name: string): Promise<CollectionRecord> {
    const { byName } = await this.load()
    const record = byName.get(name)
    if (record === undefined) throw new MissingCollectionError(name, byName.keys())
    return record
  }

  async nameOf(id: number): Promise<string> {
    const { byId } = await this.load()
    const record = byId.get(id)
    if (record === undefined) throw new MissingCollectionError(`#${id}`)
    return record.name
  }

  /** Names by id, for rows of queries. */
  async names(): Promise<ReadonlyMap<number, string>> {
    const { byId } = await this.load()
    return new Map([...byId].map(([id, r]) => [id, r.name]))
  }

  async parentsOf(name: string): Promise<readonly string[]> {
    return (await this.load()).inOrder.filter((c) => c.children.includes(name)).map((c) => c.name)
  }

  async requireType(name: string, type: CollectionType, complaint: string): Promise<CollectionRecord> {
    const record = await this.get(name)
    if (record.type !== type) throw new CollectionTypeError(complaint.replace('TYPE', record.type))
    return record
  }

  /** Insert a new collection; the caller has looked that the name is free. */
  async insert(name: string, type: CollectionType, doc: string | undefined): Promise<void> {
    const id = await insertNumbered(this.connection, 'collection', 'collection_id', {
      name,
      type: COLLECTION_TYPE_CODES[type],
      doc: doc ?? null,
    })
    if (type === 'RUN') await this.connection.run('INSERT INTO run (collection_id) VALUES (?)', [id])
    this.clear()
  }

  async setDoc(name: string, doc: string | undefined): Promise<void> {
    const { id } = await this.get(name)
    await this.connection.run('UPDATE collection SET doc = ? WHERE collection_id = ?', [doc ?? null, id])
    this.clear()
  }

  /** Delete the row; the schema refuses what is a child of a chain or still holds stored datasets. */
  async remove(name: string): Promise<void> {
    const record = await this.get(name)
    const parents = await this.parentsOf(name)
    try {
      await this.connection.run('DELETE FROM collection WHERE collection_id = ?', [record.id])
    } catch (error) {
      if (!isSqlError(error, 'foreign-key')) throw error
      throw new OrphanedRecordError(
        parents.length > 0
          ? `Collection '${name}' is still in ${parents.map((p) => `'${p}'`).join(', ')}.`
          : `Datasets in collection '${name}' are still referenced elsewhere.`,
        {
          cause: error,
          hint:
            parents.length > 0
              ? 'Take it out of the chains first, or unlink it in the same command.'
              : 'Remove the run with its datasets: `butler remove-runs`.',
        },
      )
    }
    this.clear()
  }

  /**
   * Let edits of chains by others wait for the end of the transaction: the real Butler's wait for the chain's row, ours for the table
   * too, so that two edits cannot make a cycle together. In this order: who has the row must not be kept from the table.
   */
  async lockChain(id: number): Promise<void> {
    await this.connection.run('UPDATE collection SET name = name WHERE collection_id = ?', [id])
    await this.connection.lockTable('collection_chain')
    this.clear()
  }

  /** Replace the children; positions count from `first`. */
  async writeChildren(parent: CollectionRecord, children: readonly CollectionRecord[]): Promise<void> {
    await this.connection.run('DELETE FROM collection_chain WHERE parent = ?', [parent.id])
    await this.insertChildren(parent.id, children, 0)
  }

  /** Put children at the front or at the back, moving those that are already there. */
  async addChildren(
    parent: CollectionRecord,
    children: readonly CollectionRecord[],
    where: 'front' | 'back',
  ): Promise<void> {
    await this.removeChildren(parent, children)
    const row = await this.connection.first(
      `SELECT ${where === 'front' ? 'MIN' : 'MAX'}(position) FROM collection_chain WHERE parent = ?`,
      [parent.id],
    )
    const edge = row?.[0] as number | null
    const first = where === 'front' ? (edge ?? 0) - children.length : (edge ?? -1) + 1
    if (first < -32768 || first + children.length > 32767)
      throw new CollectionTypeError(
        `The positions in chain '${parent.name}' are used up (they are 16-bit numbers).`,
        { hint: 'Redefine the chain with its present children.' },
      )
    await this.insertChildren(parent.id, children, first)
  }

  async removeChildren(parent: CollectionRecord, children: readonly CollectionRecord[]): Promise<void> {
    await this.connection.runMany(
      'DELETE FROM collection_chain WHERE parent = ? AND child = ?',
      children.map((c) => [parent.id, c.id]),
    )
    this.clear()
  }

  private async insertChildren(
    parent: number,
    children: readonly CollectionRecord[],
    first: number,
  ): Promise<void> {
    await this.connection.runMany(
      'INSERT INTO collection_chain (parent, position, child) VALUES (?, ?, ?)',
      children.map((c, i) => [parent, first + i, c.id]),
    )
    this.clear()
  }

  private load(): Promise<Loaded> {
    this.loaded ??= this.read()
    return this.loaded
  }

  private async read(): Promise<Loaded> {
    const rows = await this.connection.all(
      'SELECT collection_id, name, type, doc FROM collection ORDER BY collection_id',
    )
    const links = await this.connection.all(
      'SELECT parent, child FROM collection_chain ORDER BY parent, position',
    )
    const nameOf = new Map(rows.map((r) => [r[0] as number, r[1] as string]))
    const children = new Map<number, string[]>()
    for (const [parent, child] of links) {
      const list = children.get(parent as number)
      if (list === undefined) children.set(parent as number, [nameOf.get(child as number)!])
      else list.push(nameOf.get(child as number)!)
    }
    const records = rows.map(
      ([id, name, code, doc]): CollectionRecord => ({
        id: id as number,
        name: name as string,
        type: TYPE_OF_CODE.get(code as number)!,
        doc: (doc as string | null) ?? '',
        children: children.get(id as number) ?? [],
      }),
    )
    return {
      inOrder: [
        ...records.filter((r) => r.type !== 'CHAINED'),
        ...records.filter((r) => r.type === 'CHAINED'),
      ],
      byName: new Map(records.map((r) => [r.name, r])),
      byId: new Map(records.map((r) => [r.id, r])),
    }
  }
}

interface Loaded {
  readonly inOrder: readonly CollectionRecord[]
  readonly byName: ReadonlyMap<string, CollectionRecord>
  readonly byId: ReadonlyMap<number, CollectionRecord>
}
