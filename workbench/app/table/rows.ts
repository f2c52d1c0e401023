import type { DataClient } from '../data/data-client.ts'

/** Rows asked for at once. */
export const PAGE_ROWS = 500
/** Pages kept; a page of a wide table is about a megabyte. */
const MAX_PAGES = 60

/** Texts of a page: `cells[column][row]`. */
export type Page = readonly (readonly string[])[]

/** Rows of a table in the kernel, a page at a time, in the order asked for. */
export class RowSource {
  readonly #client: DataClient
  readonly #objectId: string
  readonly #pages = new Map<number, Page | Promise<Page>>()
  #orderBy: string | undefined

  constructor(client: DataClient, objectId: string) {
    this.#client = client
    this.#objectId = objectId
  }

  get orderBy(): string | undefined {
    return this.#orderBy
  }

  /** `column`, `-column` or undefined for the table's own order. */
  set orderBy(orderBy: string | undefined) {
    this.#orderBy = orderBy
    this.#pages.clear()
  }

  /** The page if it is here; else it is fetched and `arrived` called. */
  peek(page: number, arrived: () => void): Page | undefined {
    const known = this.#pages.get(page)
    if (known !== undefined && !(known instanceof Promise)) return known
    if (known === undefined) void this.page(page).then(arrived, () => {})
    return undefined
  }

  async page(page: number): Promise<Page> {
    const known = this.#pages.get(page)
    if (known !== undefined) return await known
    const order = this.#orderBy
    const asked = this.#fetch(page)
    this.#pages.set(page, asked)
    try {
      const fetched = await asked
      if (order === this.#orderBy) this.#keep(page, fetched)
      return fetched
    } catch (error) {
      if (this.#pages.get(page) === asked) this.#pages.delete(page)
      throw error
    }
  }

  async #fetch(page: number): Promise<Page> {
    const { bytes } = await this.#client.ask({
      op: 'rows',
      objectId: this.#objectId,
      offset: page * PAGE_ROWS,
      limit: PAGE_ROWS,
      ...(this.#orderBy !== undefined && { orderBy: this.#orderBy }),
    })
    if (bytes === undefined) throw new Error('the kernel sent no rows')
    const { textsOfIpc } = await import('./arrow-text.ts')
    return textsOfIpc(new Uint8Array(bytes))
  }

  #keep(page: number, fetched: Page): void {
    this.#pages.set(page, fetched)
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= MAX_PAGES) return
      this.#pages.delete(oldest)
    }
  }
}
