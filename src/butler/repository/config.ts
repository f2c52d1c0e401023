import { NotARepositoryError, RepositoryConfigError } from '../errors.ts'
import { isAddress, joinPath, placeOfUri } from '../datastore/uri.ts'
import { readConfigFile } from './config-file.ts'
import { at, type ConfigTree, mergeTrees } from './config-value.ts'
import { type FileStoreConfig, type StoreConfig, storeConfigs } from './datastore-config.ts'
import { type ConfigSources, defaultsFor } from './search-path.ts'

/** What we need of a repository's butler.yaml. */
export interface RepositoryConfig {
  /** Absolute folder that `<butlerRoot>` stands for. */
  readonly root: string
  readonly registry: RegistryPlace
  /** What holds datasets, in the order of search. */
  readonly stores: readonly StoreConfig[]
  readonly tree: ConfigTree
}

/** The database of a registry: an SQLite file, or a PostgreSQL database and the schema in it. */
export type RegistryPlace =
  | { readonly kind: 'sqlite'; readonly path: string }
  | {
      readonly kind: 'postgresql'
      readonly url: string
      readonly namespace: string | undefined
      /** Parts of the address that stand beside the URL in the configuration. */
      readonly parts: Readonly<Record<string, string>>
    }

export const CONFIG_FILE = 'butler.yaml'

/** Read butler.yaml of a folder (or the file itself), over the defaults of a search path. Throws `butler/not-a-repository`. */
export async function readRepositoryConfig(
  environment: ConfigSources,
  place: string,
): Promise<RepositoryConfig> {
  const { files } = environment
  const path = place.replace(/(?<=.)\/+$/, '')
  const isFile = /\.ya?ml$/.test(path)
  const file = isFile ? path : joinPath(path, CONFIG_FILE)
  const root = isFile ? path.slice(0, Math.max(1, path.lastIndexOf('/'))) : path
  const stat = await files.stat(file)
  if (stat === undefined) {
    const there = await files.stat(root)
    throw new NotARepositoryError(
      place,
      there === undefined ? 'there is no such folder' : `it has no ${CONFIG_FILE}`,
    )
  }
  const own = await readConfigFile(environment, file)
  const tree = mergeTrees(await defaultsFor(environment, own), own)
  const stated = at(tree, 'root')
  return describeConfig(
    tree,
    typeof stated !== 'string' ? root : isAddress(stated) ? placeOfUri(stated) : stated,
    file,
  )
}

/** What a configuration means for a repository in `root`; `file` names it in messages. */
export function describeConfig(tree: ConfigTree, root: string, file: string): RepositoryConfig {
  const db = at(tree, 'registry.db')
  if (typeof db !== 'string')
    throw new RepositoryConfigError(`'${file}' does not say where the registry is (registry.db).`)
  return {
    root,
    // Asked for when it is opened: quanta that run without a registry need not reach one.
    get registry() {
      return registryPlace(tree, db.replaceAll('<butlerRoot>', root), file)
    },
    stores: storeConfigs(tree, root, file),
    tree,
  }
}

/** Those of the datastores that keep files. */
export const fileStores = ({ stores }: Pick<RepositoryConfig, 'stores'>): readonly FileStoreConfig[] =>
  stores.filter((s) => s.kind === 'file')

/** The tables that they keep their records in. */
export const recordsTablesOf = (config: Pick<RepositoryConfig, 'stores'>): readonly string[] => [
  ...new Set(fileStores(config).map((s) => s.table)),
]

function registryPlace(tree: ConfigTree, url: string, file: string): RegistryPlace {
  const sqlite = /^sqlite:\/\/\/(.+)$/.exec(url)
  if (sqlite !== null && isAddress(sqlite[1]!))
    throw new RepositoryConfigError(
      `'${file}' keeps its registry in the SQLite file '${sqlite[1]!}', which is not on a disk.`,
      {
        hint: 'A repository on a server has its registry in PostgreSQL: registry.db is postgresql://host/database.',
      },
    )
  if (sqlite !== null) return { kind: 'sqlite', path: sqlite[1]! }
  if (!/^postgres(ql)?(\+\w+)?:/.test(url))
    throw new RepositoryConfigError(
      `'${file}' keeps its registry at '${url}', which is neither an SQLite file nor a PostgreSQL database.`,
      { hint: 'registry.db is sqlite:///<butlerRoot>/gen3.sqlite3 or postgresql://host/database.' },
    )
  const namespace = at(tree, 'registry.namespace')
  const parts: Record<string, string> = {}
  for (const part of ['username', 'password', 'host', 'port', 'database']) {
    const value = at(tree, `registry.${part}`)
    if (typeof value === 'string' || typeof value === 'number') parts[part] = String(value)
  }
  return {
    kind: 'postgresql',
    url,
    namespace: typeof namespace === 'string' ? namespace : undefined,
    parts,
  }
}
