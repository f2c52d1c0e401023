import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { type Place, SourceMap } from '../execute/source-map.ts'
import type { CompiledCell, CompiledModule } from '../protocol/threads.ts'
import { murmur2 } from './murmur2.ts'

/** Seed of the hash that names cells; the front end is told it. */
export const HASH_SEED = 0xc70f6907

/** One script that V8 runs and the TypeScript it came from. */
export interface DebugScript {
  /** What V8 calls it: a cell's label, a compiled module's URL. */
  readonly url: string
  /** What the front end calls its source: made from the hash of a cell's text, or a module's file. */
  readonly path: string
  /** For people: `In[3]`, `helper.ts`. */
  readonly name: string
  readonly text: string
  readonly map: SourceMap
}

/** So many scripts stay known; the oldest cells go first. */
const KEPT = 5000

/** What V8 runs, by its names and by the front end's. */
export class DebugSources {
  readonly prefix = `${join(tmpdir(), `firstlight_kernel_${process.pid}`)}${sep}`
  readonly suffix = '.ts'
  readonly #byUrl = new Map<string, DebugScript>()
  readonly #texts = new Map<string, string>()

  /** The path that front ends and kernel both make from a cell's text. */
  cellPath(code: string): string {
    return `${this.prefix}${murmur2(code, HASH_SEED)}${this.suffix}`
  }

  /** A cell that may be debugged but has not run yet. */
  dump(code: string): string {
    const path = this.cellPath(code)
    this.#texts.set(path, code)
    return path
  }

  addCell({ label, source, map }: CompiledCell): DebugScript {
    const path = this.cellPath(source)
    return this.#add({ url: label, path, name: label, text: source, map: new SourceMap(map) })
  }

  addModule({ files }: CompiledModule): DebugScript[] {
    return files.map(({ emitted, source, map }) =>
      this.#add({
        url: pathToFileURL(emitted).href,
        path: source,
        name: basename(source),
        text: readFileSync(source, 'utf8'),
        map: new SourceMap(map),
      }),
    )
  }

  byUrl(url: string): DebugScript | undefined {
    return (
      this.#byUrl.get(url) ?? (url.startsWith('/') ? this.#byUrl.get(pathToFileURL(url).href) : undefined)
    )
  }

  all(): DebugScript[] {
    return [...this.#byUrl.values()]
  }

  ofPath(path: string): DebugScript[] {
    return [...this.#byUrl.values()].filter((script) => script.path === path)
  }

  /** The text behind a path; a file that is no module of the notebook is not read. */
  text(path: string): string | undefined {
    return this.ofPath(path).at(-1)?.text ?? this.#texts.get(path)
  }

  #add(script: DebugScript): DebugScript {
    this.#byUrl.set(script.url, script)
    for (const url of this.#byUrl.keys()) {
      if (this.#byUrl.size <= KEPT) break
      this.#byUrl.delete(url)
    }
    return script
  }
}

/** Where a breakpoint on `line` (from 0) stops in V8's script: the first code at or below it. */
export const breakPlace = (script: DebugScript, line: number): { place: Place; line: number } | undefined =>
  script.map.generated(line)

/** The first line at or below `line` (both from 1) that may hold code: not blank, no line comment. */
export function codeLine(text: string, line: number): number {
  const lines = text.split('\n')
  const at = lines.findIndex((content, i) => i >= line - 1 && !/^\s*(?:\/\/|$)/.test(content))
  return at < 0 ? line : at + 1
}

/** URLs that are no code of the notebook's, as a pattern for V8: neither cells nor compiled local modules. */
export const foreignPattern = (emitted: string): string =>
  `^(?!In\\[)(?!${escape(pathToFileURL(emitted).href)}/)(?!${escape(fileURLToPath(pathToFileURL(emitted)))}/).+$`

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
