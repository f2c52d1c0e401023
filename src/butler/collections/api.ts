import { COLLECTION_TYPE, INFO_OPTIONS, RESOLVE_OPTIONS } from '../arguments.ts'
import { CollectionCycleError, CollectionTypeError, MissingCollectionError } from '../errors.ts'
import { NAME, NAMES, requireKind, requireOptions, TEXT } from '../kinds.ts'
import type { Repository } from '../repository/repository.ts'
import type { CollectionExpression, CollectionInfo, CollectionType } from './collection.ts'
import { resolveCollections, type ResolveOptions } from './resolve.ts'
import type { CollectionRecord } from './store.ts'

export interface CollectionInfoOptions extends ResolveOptions {
  readonly includeParents?: boolean
  readonly includeSummary?: boolean
  /** Names of dataset types to tell of; all by default. */
  readonly datasetTypes?: readonly string[]
}

/** Collections of a repository: look, register, link, remove. */
export class Collections {
  /** Searched when none are named. */
  readonly defaults: readonly string[]
  private readonly repository: Repository

  constructor(repository: Repository, defaults: readonly string[]) {
    this.repository = repository
    this.defaults = defaults
  }

  /** False when a collection of this name exists already, whatever its type (a warning is logged when that differs). */
  async register(name: string, type: CollectionType = 'RUN', doc?: string): Promise<boolean> {
    const { collections, log } = this.repository
    requireKind(name, 'name', TEXT)
    requireKind(type, 'type', COLLECTION_TYPE)
    if (doc !== undefined) requireKind(doc, 'doc', TEXT)
    if (name.trim() === '') throw new CollectionTypeError('A collection needs a name.')
    return this.repository.write('register a collection', async () => {
      const known = await collections.find(name)
      if (known === undefined) {
        await collections.insert(name, type, doc)
        return true
      }
      if (known.type !== type)
        log.warn(`Collection '${name}' is there already as ${known.type}; it was not made ${type}.`)
      return false
    })
  }

  /** @param expression all collections when absent */
  async query(
    expression: CollectionExpression = '*',
    options: ResolveOptions = {},
  ): Promise<readonly string[]> {
    requireOptions(options, RESOLVE_OPTIONS)
    await this.repository.catchUp()
    return (await resolveCollections(this.repository.collections, expression, options)).map((c) => c.name)
  }

  async queryInfo(
    expression: CollectionExpression = '*',
    options: CollectionInfoOptions = {},
  ): Promise<readonly CollectionInfo[]> {
    requireOptions(options, INFO_OPTIONS)
    await this.repository.catchUp()
    const records = await resolveCollections(this.repository.collections, expression, options)
    const out: CollectionInfo[] = []
    for (const record of records) out.push(await this.describe(record, options))
    return out
  }

  async getInfo(name: string): Promise<CollectionInfo> {
    requireKind(name, 'name', NAME)
    await this.repository.catchUp()
    return this.describe(await this.repository.collections.get(name), {})
  }

  async setDoc(name: string, doc: string | undefined): Promise<void> {
    requireKind(name, 'name', NAME)
    if (doc !== undefined) requireKind(doc, 'doc', TEXT)
    await this.repository.write('change a collection', () => this.repository.collections.setDoc(name, doc))
  }

  /** Put children at the front, in the order given; those already in the chain move. */
  prependChain(parent: string, children: string | readonly string[]): Promise<void> {
    return this.editChain(parent, children, (chain, list) =>
      this.repository.collections.addChildren(chain, list, 'front'),
    )
  }

  extendChain(parent: string, children: string | readonly string[]): Promise<void> {
    return this.editChain(parent, children, (chain, list) =>
      this.repository.collections.addChildren(chain, list, 'back'),
    )
  }

  redefineChain(parent: string, children: string | readonly string[]): Promise<void> {
    return this.editChain(parent, children, (chain, list) =>
      this.repository.collections.writeChildren(chain, list),
    )
  }

  /** Children that are not in the chain are ignored. */
  removeFromChain(parent: string, children: string | readonly string[]): Promise<void> {
    return this.editChain(parent, children, (chain, list) =>
      this.repository.collections.removeChildren(chain, list),
    )
  }

  /** Remove a TAGGED, CALIBRATION or CHAINED collection, or an empty RUN; refused while it is in a chain. */
  async remove(name: string): Promise<void> {
    requireKind(name, 'name', NAME)
    const { collections, summaries } = this.repository
    await this.repository.write('remove a collection', () => collections.remove(name))
    // SQLite gives the number of a removed collection to the next one.
    summaries.clear()
  }

  private async editChain(
    parent: string,
    children: string | readonly string[],
    edit: (chain: CollectionRecord, children: readonly CollectionRecord[]) => Promise<void>,
  ): Promise<void> {
    const { collections } = this.repository
    requireKind(parent, 'parent', NAME)
    requireKind(children, 'children', NAMES)
    await this.repository.write('edit a chain', async () => {
      const chain = await collections.find(parent)
      if (chain === undefined)
        throw new MissingCollectionError(
          parent,
          (await collections.all()).map((c) => c.name),
          {
            hint: 'Register it as CHAINED first.',
          },
        )
      if (chain.type !== 'CHAINED')
        throw new CollectionTypeError(`'${parent}' is a ${chain.type} collection, not a chain.`)
      await collections.lockChain(chain.id)
      const names = [...new Set(typeof children === 'string' ? [children] : children)]
      const list: CollectionRecord[] = []
      for (const name of names) list.push(await collections.get(name))
      await this.refuseCycle(chain, list)
      await edit(chain, list)
    })
  }

  private async refuseCycle(chain: CollectionRecord, children: readonly CollectionRecord[]): Promise<void> {
    const inside = await resolveCollections(
      this.repository.collections,
      children.map((c) => c.name),
      { flattenChains: true, includeChains: true },
    )
    if (inside.some((c) => c.name === chain.name))
      throw new CollectionCycleError(`'${chain.name}' would contain itself.`)
  }

  private async describe(record: CollectionRecord, options: CollectionInfoOptions): Promise<CollectionInfo> {
    const { collections, summaries, types } = this.repository
    const info: CollectionInfo = {
      name: record.name,
      type: record.type,
      children: record.children,
      doc: record.doc,
      ...(options.includeParents === true && { parents: await collections.parentsOf(record.name) }),
    }
    if (options.includeSummary !== true) return info
    const members =
      record.type === 'CHAINED'
        ? await resolveCollections(collections, record.name, { flattenChains: true })
        : [record]
    const ids = new Set<number>()
    for (const member of members) for (const id of (await summaries.get(member.id)).datasetTypes) ids.add(id)
    const wanted = options.datasetTypes === undefined ? undefined : new Set(options.datasetTypes)
    const names = (await types.all()).filter((t) => ids.has(t.id)).map((t) => t.type.name)
    return { ...info, datasetTypes: names.filter((n) => wanted === undefined || wanted.has(n)).sort() }
  }
}
