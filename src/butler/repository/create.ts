import { CONFIG_FILE, describeConfig, recordsTablesOf } from './config.ts'
import { at, type ConfigTree, type ConfigValue, isTree, mergeTrees } from './config-value.ts'
import { withBuiltIn } from './config-tree.ts'
import { joinPath } from '../datastore/uri.ts'
import type { DimensionConfig } from '../dimensions/universe-config.ts'
import { DimensionUniverse } from '../dimensions/universe.ts'
import { FileExistsError, InconsistentUniverseError, RepositoryConfigError } from '../errors.ts'
import { MANAGERS } from '../schema/attributes.ts'
import { FILE_RECORDS_TABLE, staticTables } from '../schema/static-tables.ts'
import type { ButlerEnvironment } from './environment.ts'
import { makeDatabase } from './new-database.ts'
import { type ConfigSources, defaultsFor } from './search-path.ts'

export interface CreateOptions {
  /** URL of the registry's database; by default an SQLite file in the repository. */
  readonly db?: string
  /** Schema of a PostgreSQL database. */
  readonly namespace?: string
  /** More of butler.yaml, over what is written by default. */
  readonly seed?: ConfigTree
  /** Where to write butler.yaml when not into the repository; `<butlerRoot>` there is the repository all the same. */
  readonly outfile?: string
  /** Write what is built in too, so that a later release of these programs changes nothing here. */
  readonly standalone?: boolean
  /** The dimension universe, when not the newest: what a file of dimensions says. */
  readonly dimensions?: ConfigTree
}

const DATABASE_FILE = 'gen3.sqlite3'

/** Make an empty repository in a folder. The configuration is written last: until then nothing is a repository. */
export async function createRepository(
  environment: ButlerEnvironment,
  root: string,
  options: CreateOptions = {},
): Promise<void> {
  const { files } = environment
  const file = options.outfile ?? joinPath(root, CONFIG_FILE)
  if ((await files.stat(file)) !== undefined)
    throw new FileExistsError(
      options.outfile === undefined ? `'${root}' is a repository already.` : `'${file}' is there already.`,
      { hint: 'Choose another folder.' },
    )
  const universe = universeOf(options.dimensions)
  const tree = await configOf(environment, options, options.outfile === undefined ? undefined : root)
  const config = describeConfig(tree, root, file)
  const { registry } = config
  const { stringify } = await import('yaml')
  const text = stringify(tree, { sortMapEntries: true, lineWidth: 0 })
  const recordsTables = recordsTablesOf(config)
  await files.makeDirectory(root)
  await makeDatabase(environment, registry, {
    root,
    universe,
    tables: staticTables(universe, recordsTables),
    recordsTables,
    write: () => files.writeAtomic(file, text),
    unwrite: () => files.remove(file),
  })
}

/** Throws `butler/config` for what is no universe, `butler/inconsistent-universe` for one that could not be opened again. */
function universeOf(dimensions: ConfigTree | undefined): DimensionUniverse {
  const ours = DimensionUniverse.canonical()
  if (dimensions === undefined) return ours
  const { namespace = ours.namespace, version, elements } = dimensions
  if (namespace !== ours.namespace)
    throw new InconsistentUniverseError(
      `Dimensions of namespace ${JSON.stringify(namespace)} cannot be used; only '${ours.namespace}'.`,
    )
  if (typeof version !== 'number' || !isTree(elements))
    throw new RepositoryConfigError('The file of dimensions has no version or no elements.')
  if (version > ours.version)
    throw new InconsistentUniverseError(
      `Dimensions of version ${version} cannot be used; ${ours.version} is the newest here.`,
    )
  if (version === ours.version) {
    const names = (of: object) => Object.keys(of).sort().join(' ')
    if (names(elements) !== names(ours.config.elements))
      throw new InconsistentUniverseError(
        `Dimensions of version ${version} have other elements than these.`,
        {
          hint: 'Dimensions of your own need a version of their own.',
        },
      )
    return ours
  }
  return new DimensionUniverse({ namespace, ...dimensions } as unknown as DimensionConfig)
}

/** What butler.yaml of a new repository says. */
async function configOf(
  sources: ConfigSources,
  { db, namespace, seed = {}, standalone = false }: CreateOptions,
  root: string | undefined,
): Promise<ConfigTree> {
  const defaults = await defaultsFor(sources, seed)
  const usual = at(defaults, 'registry.db')
  const elsewhere = typeof usual === 'string' && !usual.startsWith('sqlite:') ? usual : undefined
  const own = mergeTrees(
    {
      ...(root !== undefined && { root }),
      datastore: datastoreOf(at(seed, 'datastore.cls')),
      registry: {
        db: db ?? elsewhere ?? `sqlite:///<butlerRoot>/${DATABASE_FILE}`,
        ...(namespace !== undefined && { namespace }),
        managers: Object.fromEntries(Object.entries(MANAGERS).map(([role, { name }]) => [role, name])),
      },
    },
    withRoots(seed),
  )
  return standalone ? withBuiltIn(mergeTrees(defaults, own)) : own
}

/** What is written for a datastore of this class besides what was asked for. */
function datastoreOf(cls: ConfigValue | undefined): ConfigTree {
  if (typeof cls === 'string' && !cls.endsWith('.FileDatastore')) return {}
  return {
    cls: 'lsst.daf.butler.datastores.fileDatastore.FileDatastore',
    records: { table: FILE_RECORDS_TABLE },
    root: '<butlerRoot>',
  }
}

/** Members of a chain get folders of their own, named as the anchor names them. */
function withRoots(seed: ConfigTree): ConfigTree {
  const datastore = at(seed, 'datastore')
  return isTree(datastore) ? { ...seed, datastore: rootsBelow(datastore, '<butlerRoot>') } : seed
}

function rootsBelow(datastore: ConfigTree, root: string): ConfigTree {
  const children = at(datastore, 'datastores')
  if (!Array.isArray(children)) return datastore
  const rooted = children.map((child: ConfigValue, i): ConfigValue => {
    if (!isTree(child)) return child
    const inner = at(child, 'datastore')
    const own = isTree(inner) ? inner : child
    const named = at(own, 'cls')
    const cls = typeof named === 'string' ? named.replace(/^.*\./, '') : ''
    const folder = `${root}/${cls}_${i}`
    return cls === 'FileDatastore' ? { root: folder, ...own } : rootsBelow(own, folder)
  })
  return { ...datastore, datastores: rooted }
}
