import { PYYAML_SCALARS } from '#butler'
import { PyFloat, type PyValue } from '#config'
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type Tags,
  type YAMLMap,
} from 'yaml'
import { PipelineSyntaxError } from '../errors.ts'
import type { Place } from './pipeline.ts'

/** A mapping of a YAML file with places for messages. */
export class YamlMap {
  readonly #map: YAMLMap
  readonly #doc: YamlText

  constructor(map: YAMLMap, doc: YamlText) {
    this.#map = map
    this.#doc = doc
  }

  get place(): Place {
    return this.#doc.placeOf(this.#map)
  }

  get entries(): readonly (readonly [key: string, node: YamlNode])[] {
    return itemsOf(this.#map, this.#doc).map((pair) => {
      const key = isScalar(pair.key)
        ? String(pair.key.value)
        : this.#doc.fail('keys are plain words', pair.key as Node)
      return [key, new YamlNode(pair.value as Node | null, pair.key as Node, this.#doc)] as const
    })
  }

  get(key: string): YamlNode | undefined {
    return this.entries.find(([name]) => name === key)?.[1]
  }
}

/** One value of a YAML file; its getters refuse other shapes with file, line and column. */
export class YamlNode {
  readonly #node: Node | null
  readonly #key: Node
  readonly #doc: YamlText

  constructor(node: Node | null, key: Node, doc: YamlText) {
    this.#node = doc.follow(node)
    this.#key = key
    this.#doc = doc
  }

  get place(): Place {
    return this.#doc.placeOf(this.#node ?? this.#key)
  }

  fail(message: string): never {
    return this.#doc.fail(message, this.#node ?? this.#key)
  }

  failAtKey(message: string): never {
    return this.#doc.fail(message, this.#key)
  }

  get isEmpty(): boolean {
    return this.#node === null || (isScalar(this.#node) && this.#node.value === null)
  }

  get map(): YamlMap | undefined {
    return isMap(this.#node) ? new YamlMap(this.#node, this.#doc) : undefined
  }

  /** The items of a list, or the one value where a list may be left out. */
  get list(): readonly YamlNode[] {
    if (this.isEmpty) return []
    if (!isSeq(this.#node)) return [this]
    return this.#node.items.map((item) => new YamlNode(item as Node, this.#key, this.#doc))
  }

  get isList(): boolean {
    return isSeq(this.#node)
  }

  text(what: string): string {
    if (!isScalar(this.#node) || this.#node.value === null || typeof this.#node.value === 'object')
      return this.fail(`${what} must be a text`)
    const { value, source } = this.#node
    return typeof value === 'string' ? value : (source ?? this.fail(`${what} must be a text`))
  }

  boolean(what: string): boolean {
    const value = isScalar(this.#node) ? this.#node.value : undefined
    return typeof value === 'boolean' ? value : this.fail(`${what} must be true or false`)
  }

  mapping(what: string): YamlMap {
    return this.map ?? this.fail(`${what} must be a mapping`)
  }

  /** The value as config fields take it; floats keep that they were written as floats. */
  get value(): PyValue {
    return toValue(this.#node, this.#doc)
  }
}

/** The pairs of a mapping, after those that `<<` takes from another mapping or a list of them; own ones and earlier ones win. */
function itemsOf(map: YAMLMap, doc: YamlText): readonly Pair[] {
  const own = map.items.filter((pair) => !isMergeKey(pair))
  const taken = new Set(own.map(keyOf))
  const merged: Pair[] = []
  for (const { key, value } of map.items.filter(isMergeKey)) {
    const from = doc.follow(value as Node | null)
    for (const source of isSeq(from) ? from.items : [from]) {
      const other = doc.follow(source as Node | null)
      if (!isMap(other)) return doc.fail('<< takes a mapping or a list of mappings', key as Node)
      for (const pair of itemsOf(other, doc)) {
        if (taken.has(keyOf(pair))) continue
        taken.add(keyOf(pair))
        merged.push(pair)
      }
    }
  }
  return [...merged, ...own]
}

const keyOf = ({ key }: Pair): unknown => (isScalar(key) ? key.value : key)
const isMergeKey = ({ key }: Pair): boolean => isScalar(key) && key.source === '<<' && key.type === 'PLAIN'

function toValue(node: Node | null, doc: YamlText): PyValue {
  const inner = doc.follow(node)
  if (inner === null) return null
  if (isSeq(inner)) return inner.items.map((item) => toValue(item as Node, doc))
  if (isMap(inner))
    return new Map(
      itemsOf(inner, doc).map((p) => [toValue(p.key as Node, doc), toValue(p.value as Node | null, doc)]),
    )
  const { value, source = '' } = inner as { value: unknown; source?: string }
  if (typeof value === 'number') return new PyFloat(value)
  if (typeof value === 'bigint') {
    const whole = Number(value)
    return Number.isSafeInteger(whole)
      ? whole
      : doc.fail(`${source} is too large: integers go up to ${Number.MAX_SAFE_INTEGER}`, inner)
  }
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  return source === '' ? JSON.stringify(value) : source
}

/** PyYAML's scalars in place of the library's: y and n are text, bands for instance. Dates stay the text that they are. */
const tagsOf = (tags: Tags): Tags => [
  ...PYYAML_SCALARS.filter(({ tag }) => !DATE.test(tag)),
  ...tags.filter((t) => typeof t === 'string' || !(SCALAR.test(t.tag) || DATE.test(t.tag))),
]
const SCALAR = /:(?:null|bool|int|float)$/
const DATE = /:timestamp$/

/** A parsed YAML text; syntax errors and repeated keys are PipelineSyntaxErrors with their place. */
export class YamlText {
  readonly file: string
  readonly #lines = new LineCounter()
  readonly #document: ReturnType<typeof parseDocument>

  constructor(text: string, file: string) {
    this.file = file
    this.#document = parseDocument(text, {
      version: '1.1',
      customTags: tagsOf,
      lineCounter: this.#lines,
      uniqueKeys: true,
      prettyErrors: false,
      // Not 'silent': that would drop the error about further documents.
      logLevel: 'error',
    })
    const [error] = this.#document.errors
    if (error === undefined) return
    const place = this.#at(error.pos[0])
    if (error.code === 'MULTIPLE_DOCS')
      throw new PipelineSyntaxError('a second document begins here, and a file holds one pipeline', place, {
        hint: 'Put each pipeline in a file of its own, and name one in the `imports` of the other where it needs it.',
        cause: error,
      })
    if (error.code !== 'DUPLICATE_KEY') throw new PipelineSyntaxError(error.message, place, { cause: error })
    const key = /^[^\s:]+/.exec(text.slice(error.pos[0]))?.[0] ?? ''
    throw new PipelineSyntaxError(`the key '${key}' appears more than once`, place, {
      hint: 'Give every label, and every key of a block, once.',
      cause: error,
    })
  }

  get root(): YamlMap {
    const { contents } = this.#document
    if (isMap(contents)) return new YamlMap(contents, this)
    throw new PipelineSyntaxError('a pipeline is a mapping of keys such as description and tasks', {
      file: this.file,
      line: 1,
    })
  }

  follow(node: Node | null): Node | null {
    if (!isAlias(node)) return node
    return (
      (node.resolve(this.#document) as Node | undefined) ??
      this.fail(`there is no anchor &${node.source}`, node)
    )
  }

  placeOf(node: Node): Place {
    return node.range ? this.#at(node.range[0]) : { file: this.file }
  }

  fail(message: string, node: Node): never {
    throw new PipelineSyntaxError(message, this.placeOf(node))
  }

  #at(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset)
    return { file: this.file, line, column: col }
  }
}
