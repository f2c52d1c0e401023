import type { Files } from '#core'
import { folderOf, isAddress, joinPath } from '../datastore/uri.ts'
import { FileNotFoundError, RepositoryConfigError } from '../errors.ts'
import { type ConfigTree, type ConfigValue, isTree, mergeTrees } from './config-value.ts'

/** What reading configuration needs of a platform. */
export interface ConfigReader {
  readonly files: Files
  /** A variable of the process, for `$NAME` in the names of included files. */
  readonly variable?: (name: string) => string | undefined
}

/**
 * A file of configuration with what it includes: `key: !include FILE` has the file's content for value, and the files of
 * `includeConfigs` lie below the values beside it. Throws `butler/config`, `butler/file-not-found`.
 */
export async function readConfigFile(reader: ConfigReader, file: string): Promise<ConfigTree> {
  return readFile(reader, file, [])
}

async function readFile(reader: ConfigReader, file: string, above: readonly string[]): Promise<ConfigTree> {
  const chain = [...above, file]
  if (above.includes(file))
    throw new RepositoryConfigError(`Configuration files include each other: ${chain.join(' → ')}.`)
  const text = await reader.files.readText(file)
  const parsed = parsePlain(text) ?? (await parseRich(text, file))
  if (!isTree(parsed)) throw new RepositoryConfigError(`'${file}' holds no configuration.`)
  return (await withIncluded(reader, parsed, chain)) as ConfigTree
}

const INCLUDED = 'includeConfigs'

/** Marks a value that stands in another file. */
class Include {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

async function withIncluded(
  reader: ConfigReader,
  value: ConfigValue | Include,
  chain: readonly string[],
): Promise<ConfigValue> {
  if (value instanceof Include) {
    const name = isAddress(value.name) ? value.name : besides(chain.at(-1)!, value.name)
    return readFile(reader, name, chain)
  }
  if (Array.isArray(value)) {
    const out: ConfigValue[] = []
    for (const item of value as readonly ConfigValue[]) out.push(await withIncluded(reader, item, chain))
    return out
  }
  if (!isTree(value)) return value
  const own: Record<string, ConfigValue> = {}
  for (const [key, item] of Object.entries(value))
    if (key !== INCLUDED) own[key] = await withIncluded(reader, item, chain)
  let below: ConfigTree = {}
  for (const name of namesOf(value[INCLUDED], chain.at(-1)!))
    below = mergeTrees(below, await readFile(reader, await find(reader, name, chain), chain))
  return mergeTrees(below, own)
}

function namesOf(value: ConfigValue | undefined, file: string): readonly string[] {
  const names: readonly unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value]
  const texts = names.filter((name) => typeof name === 'string')
  if (texts.length === names.length) return texts
  throw new RepositoryConfigError(`'${file}': ${INCLUDED} must be the names of files.`)
}

const besides = (file: string, name: string): string =>
  name.startsWith('/') ? name : joinPath(folderOf(file), name)

/** A file of `includeConfigs`: from the working directory, or from beside the file that names it. */
async function find({ files, variable }: ConfigReader, name: string, chain: readonly string[]) {
  const file = chain.at(-1)!
  const plain = name.replace(/\$(?:\{(\w+)\}|(\w+))/g, (text, a?: string, b?: string) => {
    return variable?.(a ?? b ?? '') ?? text
  })
  if (isAddress(plain)) return plain
  for (const path of [plain, besides(file, plain)]) if ((await files.stat(path)) !== undefined) return path
  throw new FileNotFoundError(
    `'${file}' includes '${plain}', which is neither in the working directory nor beside it.`,
  )
}

/** Plain nested `key: value` lines are read at once; anything richer goes to the YAML library, which takes 40 ms to load. */
async function parseRich(text: string, file: string): Promise<ConfigValue> {
  const { parse } = await import('yaml')
  try {
    const include = { tag: '!include', resolve: (name: string) => new Include(name) }
    return parse(text, { customTags: [include] }) as ConfigValue
  } catch (error) {
    throw new RepositoryConfigError(`'${file}' is not valid YAML: ${(error as Error).message}`, {
      cause: error,
    })
  }
}

const LINE = /^( *)([A-Za-z_][\w.+]*):(?: +([^\s#&*!|>{}[\]'"%@`,-][^#{}[\]'"]*?))?\s*$/

function parsePlain(text: string): ConfigTree | undefined {
  const top: Record<string, ConfigValue> = {}
  const open: { readonly indent: number; readonly tree: Record<string, ConfigValue> }[] = [
    { indent: -1, tree: top },
  ]
  for (const line of text.split('\n')) {
    if (line.trim() === '' || line.trimStart().startsWith('#')) continue
    const m = LINE.exec(line)
    if (m === null) return undefined
    const indent = m[1]!.length
    while (open.length > 1 && open.at(-1)!.indent >= indent) open.pop()
    const { tree } = open.at(-1)!
    if (m[3] !== undefined) {
      if (/^(true|false|null|~|[\d.]+)$/i.test(m[3])) return undefined
      tree[m[2]!] = m[3]
    } else {
      const below: Record<string, ConfigValue> = {}
      tree[m[2]!] = below
      open.push({ indent, tree: below })
    }
  }
  return top
}
