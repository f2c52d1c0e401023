import type { ConstraintEntry, ConstraintLists } from '../datastore/constraints.ts'
import { RepositoryConfigError } from '../errors.ts'
import { FILE_RECORDS_TABLE } from '../schema/static-tables.ts'
import { isAddress, placeOfUri } from '../datastore/uri.ts'
import { at, type ConfigTree, type ConfigValue, isTree } from './config-value.ts'

/** One datastore of the configuration that holds datasets itself; chains are taken apart into these. */
export type StoreConfig = FileStoreConfig | MemoryStoreConfig

interface CommonConfig {
  /** Name in the rows of the datastore's tables. */
  readonly name: string
  /** Its own constraints and those of the chains that it is in: all must accept a dataset. */
  readonly constraints: readonly ConstraintLists[]
}

export interface FileStoreConfig extends CommonConfig {
  readonly kind: 'file'
  readonly root: string
  /** Table with its records. */
  readonly table: string
  readonly templates: Readonly<Record<string, string>>
  readonly checksums: boolean
  /** Formatter class by dataset type, dimensions or storage class; `instrument<NAME>` for one of them only. */
  readonly formatters: ConfigTree
  /** Whether datasets are written part by part, by the same keys. */
  readonly disassembled: ConfigTree
  readonly disassembledByDefault: boolean
}

export interface MemoryStoreConfig extends CommonConfig {
  readonly kind: 'memory'
}

/** The datastores that `datastore:` of a butler.yaml asks for, in order. `root` is what `<butlerRoot>` stands for. */
export function storeConfigs(tree: ConfigTree, root: string, file: string): readonly StoreConfig[] {
  const datastore = at(tree, 'datastore')
  const stores = readStore(isTree(datastore) ? datastore : {}, {
    root,
    file,
    key: 'datastore',
    constraints: [],
  })
  const files = stores.filter((s) => s.kind === 'file')
  const twice = files.find((s, i) => files.findIndex((o) => o.name === s.name && o.table === s.table) !== i)
  if (twice !== undefined)
    throw new RepositoryConfigError(
      `'${file}': two datastores are named ${twice.name} and keep their records in the table ${twice.table}.`,
      { hint: 'Give each its own root or name.' },
    )
  return stores
}

interface Place {
  readonly root: string
  readonly file: string
  /** Dotted path in the file, for messages. */
  readonly key: string
  readonly constraints: readonly ConstraintLists[]
}

function readStore(tree: ConfigTree, place: Place): readonly StoreConfig[] {
  const cls = at(tree, 'cls') ?? 'lsst.daf.butler.datastores.fileDatastore.FileDatastore'
  const constraints = [...place.constraints, readConstraints(at(tree, 'constraints'), place, 'constraints')]
  const here = { ...place, constraints }
  switch (typeof cls === 'string' ? cls.split('.').at(-1) : undefined) {
    case 'FileDatastore':
      return [fileStore(tree, here)]
    case 'InMemoryDatastore':
      return [{ kind: 'memory', name: `InMemoryDatastore@${place.key}`, constraints }]
    case 'ChainedDatastore':
      return chainedStores(tree, here)
    default:
      throw new RepositoryConfigError(
        `'${place.file}' wants a datastore of class ${JSON.stringify(cls)} (${place.key}.cls), which is not known here.`,
        {
          hint: 'Known are FileDatastore, InMemoryDatastore and ChainedDatastore of lsst.daf.butler.datastores.',
        },
      )
  }
}

function chainedStores(tree: ConfigTree, place: Place): readonly StoreConfig[] {
  const { file, key } = place
  const children = at(tree, 'datastores')
  if (!Array.isArray(children) || children.length === 0)
    throw new RepositoryConfigError(`'${file}': ${key}.datastores must list the datastores of the chain.`)
  const overrides = at(tree, 'datastore_constraints')
  if (overrides !== undefined && (!Array.isArray(overrides) || overrides.length !== children.length))
    throw new RepositoryConfigError(
      `'${file}': ${key}.datastore_constraints must have one entry for each of the ${children.length} datastores.`,
    )
  return children.flatMap((child: ConfigValue, i) => {
    if (!isTree(child))
      throw new RepositoryConfigError(`'${file}': ${key}.datastores[${i}] is not a mapping.`)
    const inner = at(child, 'datastore')
    const override = Array.isArray(overrides) ? (overrides as readonly ConfigValue[])[i] : undefined
    const lists = readConstraints(
      isTree(override) ? at(override, 'constraints') : undefined,
      place,
      `datastore_constraints[${i}]`,
    )
    return readStore(isTree(inner) ? inner : child, {
      ...place,
      key: `${key}.datastores[${i}]`,
      constraints: [...place.constraints, lists],
    })
  })
}

function fileStore(tree: ConfigTree, { root, file, key, constraints }: Place): FileStoreConfig {
  const given = at(tree, 'root') ?? '<butlerRoot>/datastore'
  if (typeof given !== 'string') throw new RepositoryConfigError(`'${file}': ${key}.root must be text.`)
  const table = at(tree, 'records.table') ?? FILE_RECORDS_TABLE
  if (typeof table !== 'string' || !/^\w+$/.test(table))
    throw new RepositoryConfigError(`'${file}': ${key}.records.table must be the name of a table.`)
  const name = at(tree, 'name')
  const templates = at(tree, 'templates')
  const formatters = at(tree, 'formatters')
  const disassembled = at(tree, 'composites.disassembled')
  return {
    kind: 'file',
    name: typeof name === 'string' ? name : `FileDatastore@${given}`,
    root: isAddress(given) ? placeOfUri(given) : given.replaceAll('<butlerRoot>', root),
    table,
    constraints,
    templates: isTree(templates) ? textsOf(templates) : {},
    checksums: at(tree, 'checksum') === true,
    formatters: isTree(formatters) ? formatters : {},
    disassembled: isTree(disassembled) ? disassembled : {},
    disassembledByDefault: at(tree, 'composites.default') === true,
  }
}

function readConstraints(
  value: ConfigValue | undefined,
  { file, key }: Place,
  name: string,
): ConstraintLists {
  if (value === undefined || value === null) return { accept: [], reject: [] }
  const lists = { accept: [] as ConstraintEntry[], reject: [] as ConstraintEntry[] }
  if (!isTree(value))
    throw new RepositoryConfigError(`'${file}': ${key}.${name} must have accept and reject lists.`)
  for (const side of ['accept', 'reject'] as const) {
    const list = value[side]
    if (list === undefined || list === null) continue
    if (!Array.isArray(list))
      throw new RepositoryConfigError(`'${file}': ${key}.${name}.${side} must be a list.`)
    lists[side].push(...(list as ConstraintEntry[]))
  }
  return lists
}

const textsOf = (tree: ConfigTree): Record<string, string> =>
  Object.fromEntries(Object.entries(tree).filter((e): e is [string, string] => typeof e[1] === 'string'))
