import { resolve } from 'node:path'
import type { Butler, CollectionExpression, DataId } from '#butler'
import { openNodeButler } from '#platform/node'
import { rememberNames } from '../display/collection-names.ts'
import { KernelError } from '../errors.ts'

export interface OpenRepoOptions {
  /** Collections to search, first match wins: a name, a list, wildcards. */
  readonly collections?: CollectionExpression
  /** RUN to write into; makes the butler writeable. */
  readonly run?: string
  readonly writeable?: boolean
  /** Values for data IDs that leave them out, e.g. `{ instrument: 'HSC' }`. */
  readonly dataId?: DataId
}

/** The repository a session works on: `butler`, `sql` and `%%pipeline` without options mean this one. */
export class SessionButler {
  readonly #folder: string
  readonly #env: NodeJS.ProcessEnv
  #butler: Butler | undefined
  #collections: readonly string[] = []
  #failure: unknown
  readonly #publish: (butler: Butler | undefined) => Promise<void>
  /** Dataset types and collections as they were last published. */
  #published = ''
  #opening: Promise<void> | undefined

  /** @param publish told of the repository whenever its names may have changed; undefined when it cannot be opened */
  constructor(
    folder: string,
    env: NodeJS.ProcessEnv,
    publish: (butler: Butler | undefined) => Promise<void>,
  ) {
    this.#folder = folder
    this.#env = env
    this.#publish = publish
  }

  /** Collections the butler searches. */
  get collections(): readonly string[] {
    return this.#collections
  }

  get isOpen(): boolean {
    return this.#butler !== undefined
  }

  /** @throws KernelError `kernel/no-repository` when none is open. */
  get butler(): Butler {
    if (this.#butler !== undefined) return this.#butler
    throw new KernelError('kernel/no-repository', 'No repository is open', {
      hint: "Open one: await openRepo('path/to/repo', { collections: 'HSC/runs/…' }), or start the kernel with FIRSTLIGHT_REPO set.",
      ...(this.#failure !== undefined && { cause: this.#failure }),
    })
  }

  async open(path: string, options: OpenRepoOptions = {}): Promise<Butler> {
    const opened = await openNodeButler(resolve(this.#folder, path), options)
    const umbrella =
      options.collections === undefined && options.run === undefined ? await umbrellaOf(opened) : undefined
    const next =
      umbrella === undefined ? opened : await opened.clone({ collections: umbrella, inferDefaults: true })
    await this.#butler?.close()
    await this.#take(next)
    return next
  }

  /** Open FIRSTLIGHT_REPO with FIRSTLIGHT_COLLECTIONS, once; a failure is told when `butler` is first used. */
  openDefault(): Promise<void> {
    this.#opening ??= this.#openDefault()
    return this.#opening.then(() => this.#refresh())
  }

  async #openDefault(): Promise<void> {
    const path = this.#env['FIRSTLIGHT_REPO']
    if (this.isOpen || path === undefined || path === '' || this.#failure !== undefined) return
    const collections = (this.#env['FIRSTLIGHT_COLLECTIONS'] ?? '').split(',').filter((name) => name !== '')
    try {
      await this.open(path, collections.length === 0 ? {} : { collections })
    } catch (error) {
      this.#failure = error
      await this.#publish(undefined)
    }
  }

  async #take(next: Butler): Promise<void> {
    this.#butler = rememberNames(next)
    this.#collections = next.collections.defaults
    this.#published = await this.#names(next)
    await this.#publish(next)
  }

  /** A cell or another process may have registered dataset types, written a first run, made collections. */
  async #refresh(): Promise<void> {
    const butler = this.#butler
    if (butler === undefined) return
    const names = await this.#names(butler)
    if (names === this.#published) return
    this.#published = names
    await this.#publish(butler)
  }

  async #names({ registry, collections }: Butler): Promise<string> {
    const types = await registry.queryDatasetTypes()
    const infos = await collections.queryInfo('*', { includeSummary: true })
    const summary = infos.map((info) => `${info.name} ${(info.datasetTypes ?? []).join(' ')}`)
    return [...types.map((type) => `${type.name} ${type.storageClass}`), ...summary].join('\n')
  }

  /** Search a new output first from now on, so that the next cell finds what a pipeline made. */
  async searchFirst(collection: string): Promise<void> {
    if (this.#collections[0] === collection) return
    await this.search([collection, ...this.#collections.filter((name) => name !== collection)])
  }

  /** Search other collections from now on. */
  async search(collections: CollectionExpression): Promise<Butler> {
    const { butler } = this
    // A query brings this butler up to date with collections that another one made.
    await butler.collections.query(collections)
    const next = await butler.clone({ collections, inferDefaults: true })
    await this.#take(next)
    return next
  }

  async close(): Promise<void> {
    await this.#butler?.close()
    this.#butler = undefined
  }
}

/** `HSC/defaults`, when the repository has one such chain of everything that processing needs, and only one. */
async function umbrellaOf(butler: Butler): Promise<string | undefined> {
  const found = await butler.collections.query('*/defaults', { types: ['CHAINED'] })
  return found.length === 1 ? found[0] : undefined
}
