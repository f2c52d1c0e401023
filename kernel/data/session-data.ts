import type { CellService } from '../language/service.ts'
import type { RepositoryData } from '../protocol/repository-data.ts'
import { declarationsOf } from './declarations.ts'

/** Names of the engine in code: such a cell wants the repository's types. */
const MENTIONS = /\b(?:butler|sql|openRepo|useCollections)\b|^\s*%%?(?:sql|butler|pipeline|pipetask)\b/m
/** A repository that takes longer to open is not waited for: its names are texts until it is there. */
const PATIENCE_MS = 5000

/** What the language thread knows of the open repository. */
export class SessionData {
  readonly #service: CellService
  readonly #known: Promise<void>
  #settle: () => void = () => {}
  #isPending: boolean
  #repository: RepositoryData | undefined

  constructor(service: CellService, env: NodeJS.ProcessEnv) {
    this.#service = service
    this.#isPending = (env['FIRSTLIGHT_REPO'] ?? '') !== ''
    this.#known = new Promise((resolve) => {
      this.#settle = resolve
    })
  }

  /** Undefined while no repository is open. */
  get repository(): RepositoryData | undefined {
    return this.#repository
  }

  set(repository: RepositoryData | null): void {
    this.#isPending = false
    this.#settle()
    if (repository === null) return
    this.#repository = repository
    this.#service.setData(declarationsOf(repository))
  }

  /** Resolves when the session's own repository is known, at once for code that does not speak of it. */
  async ready(code: string): Promise<void> {
    if (!this.#isPending || !MENTIONS.test(code)) return
    const timeout = new Promise<void>((resolve) => setTimeout(resolve, PATIENCE_MS).unref())
    await Promise.race([this.#known, timeout])
    this.#isPending = false
  }
}
