import type { DeclaredName, NameKind } from '../protocol/threads.ts'
import type { Augmentation } from './augmentations.ts'

/** How a later cell gets a name's type: the import clause that brings it, and from where. */
export interface NameOrigin {
  readonly kind: NameKind
  /** Module specifier: `$3` for what cell 3 declared, the user's own for imports, `firstlight:…` for session globals. */
  readonly from: string
  /** `name`, `other as name`, `default as name` or `* as name`. */
  readonly clause: string
  /** Import attributes, e.g. ` with { type: 'json' }`. */
  readonly attributes?: string
  /** A global that a cell declared only: it is read where it stands. */
  readonly isAmbient?: boolean
}

/** A name that a cell's import statement brings. */
export type ImportedName = NameOrigin & { readonly name: string }

interface PendingCell {
  readonly serial: number
  readonly dts: string
  readonly declares: readonly DeclaredName[]
  readonly imports: readonly ImportedName[]
  readonly augmentations: readonly Augmentation[]
}

/**
 * What earlier cells left behind, as the checker sees it: every live name with its origin, and one ambient module `$n`
 * for each cell whose declarations are still reachable. A redeclared name moves to the new cell's module; types that
 * were built on the old one keep it.
 */
export class ScopeNames {
  readonly #session: ReadonlyMap<string, NameOrigin>
  readonly #names = new Map<string, NameOrigin>()
  readonly #modules = new Map<string, string>()
  /** What cells added to the global scope and to modules, with the module of the cell whose names they use. */
  #augmentations: readonly (Augmentation & { readonly module: string })[] = []
  /** Cells of all shells that run now. */
  readonly #pending = new Map<number, PendingCell>()
  #version = 0

  constructor(session: ReadonlyMap<string, NameOrigin>) {
    this.#session = session
  }

  get version(): number {
    return this.#version
  }

  origin(name: string): NameOrigin | undefined {
    return this.#names.get(name) ?? this.#session.get(name)
  }

  isSession(name: string): boolean {
    return !this.#names.has(name) && this.#session.has(name)
  }

  /** Names of the user's cells, oldest first. */
  userNames(): IterableIterator<[string, NameOrigin]> {
    return this.#names.entries()
  }

  allNames(): string[] {
    return [...new Set([...this.#names.keys(), ...this.#session.keys()])].filter(
      (name) => !name.startsWith('__'),
    )
  }

  /** Remember a compiled cell until it has run. */
  prepare(cell: PendingCell): void {
    if (cell.declares.length + cell.augmentations.length > 0) this.#pending.set(cell.serial, cell)
  }

  /** Take over what the cell published, and its types, which need no running. */
  commit(serial: number, published: readonly string[]): void {
    const cell = this.#pending.get(serial)
    if (cell === undefined) return
    this.#pending.delete(serial)
    const there = new Set(published)
    let declared = 0
    for (const { name, kind, isAmbient = false } of cell.declares) {
      const imported = cell.imports.find((entry) => entry.name === name)
      if (kind !== 'type' && !isAmbient && !there.has(name)) continue
      this.#names.delete(name)
      this.#names.set(name, imported ?? { kind, from: `$${serial}`, clause: name, isAmbient })
      if (imported === undefined) declared++
    }
    const module = `$${serial}`
    const added = cell.augmentations.map((augmentation) => ({ ...augmentation, module }))
    if (declared + added.length > 0) this.#modules.set(module, cell.dts)
    this.#augmentations = [...this.#without(added), ...added]
    this.#prune()
    this.#version++
  }

  clear(): void {
    this.#names.clear()
    this.#modules.clear()
    this.#augmentations = []
    this.#pending.clear()
    this.#version++
  }

  /** The text of the scope's declaration file, for a cell that brings `replaced` anew. */
  declarations(replaced: readonly Augmentation[]): string {
    const augmentations = this.#without(replaced)
    return [...this.#modules]
      .map(([name, dts]) => {
        const own = augmentations.filter(({ module }) => module === name).map(({ text }) => text)
        return `declare module "${name}" {\n${[dts, ...own].join('\n')}\n}\n`
      })
      .join('')
  }

  #without(replaced: readonly Augmentation[]) {
    const keys = new Set(replaced.flatMap((augmentation) => augmentation.keys))
    return this.#augmentations.filter((augmentation) => !augmentation.keys.some((key) => keys.has(key)))
  }

  /** Drop modules that no live name needs, directly or through another module's types. */
  #prune(): void {
    const reachable = new Set<string>()
    const visit = (module: string) => {
      const dts = this.#modules.get(module)
      if (dts === undefined || reachable.has(module)) return
      reachable.add(module)
      for (const [, inner] of dts.matchAll(/["'](\$\d+)["']/g)) visit(inner ?? '')
    }
    for (const { from } of this.#names.values()) visit(from)
    for (const { module } of this.#augmentations) visit(module)
    for (const module of this.#modules.keys()) if (!reachable.has(module)) this.#modules.delete(module)
  }
}
