import { AsyncLocalStorage } from 'node:async_hooks'
import { createHash } from 'node:crypto'
import { delimiter } from 'node:path'
import {
  Butler,
  type ButlerEnvironment,
  type CreateOptions,
  createRepository,
  type FormatterRegistry,
  type OpenOptions,
  PLACE,
  requireKind,
  requireOptions,
} from '#butler'
import type { AsyncScope, Logger } from '#core'
import { Instant } from '#time'
import { placeFrom } from './place.ts'
import { routedFiles } from './remote/routed-files.ts'
import { repositoryPlace } from './repository-index.ts'
import { openSqlite } from './sqlite.ts'

/** What opening a repository can be told of the process. */
export interface NodeOptions {
  readonly log?: Logger
  /** Folders with files of defaults, searched before those of DAF_BUTLER_CONFIG_PATH. */
  readonly searchPath?: readonly string[]
  /** Where relative paths start; by default the working directory. */
  readonly folder?: string
}

/** Node's files, SQLite and clock, and every formatter, loaded when first needed. */
export function nodeButlerEnvironment({ log, searchPath = [] }: NodeOptions = {}): ButlerEnvironment {
  let formatters: Promise<FormatterRegistry> | undefined
  return {
    files: routedFiles,
    variable: (name) => process.env[name],
    searchPath: [...searchPath, ...(process.env['DAF_BUTLER_CONFIG_PATH'] ?? '').split(delimiter)]
      .filter((folder) => folder !== '')
      .map((folder) => placeFrom(process.cwd(), folder)),
    blake2b,
    openSqlite,
    openPostgres: async (url, options) => (await import('./postgres/open.ts')).openPostgres(url, options),
    formatters: () => (formatters ??= allFormatters()),
    now: () => Instant.fromUnix(Date.now() / 1000),
    makeScope: asyncScope,
    ...(log !== undefined && { log }),
  }
}

/** Those of `#formats`, and the readers of every instrument's raws. */
async function allFormatters(): Promise<FormatterRegistry> {
  const [{ defaultFormatters }, { obsFormatters }] = await Promise.all([import('#formats'), import('#obs')])
  return defaultFormatters(obsFormatters())
}

const OPEN_OPTIONS = [
  ...(['collections', 'run', 'writeable', 'dataId', 'inferDefaults'] satisfies (keyof OpenOptions)[]),
  ...(['log', 'searchPath', 'folder'] satisfies (keyof NodeOptions)[]),
]
const CREATE_OPTIONS = [
  'db',
  'namespace',
  'seed',
  'outfile',
  'standalone',
  'dimensions',
] satisfies (keyof CreateOptions)[]

/** Open a repository by folder, address or label of the repository index. */
export async function openNodeButler(root: string, options: OpenOptions & NodeOptions = {}): Promise<Butler> {
  requireOptions(options, {}, OPEN_OPTIONS)
  const place = await repositoryPlace(root, options.folder ?? process.cwd())
  return Butler.open(nodeButlerEnvironment(options), place, options)
}

/** Make a new repository in a folder and open it for writing; `db` is the URL of a PostgreSQL database for its registry. */
export async function createNodeButler(
  root: string,
  options: OpenOptions & CreateOptions & NodeOptions = {},
): Promise<Butler> {
  requireKind(root, 'root', PLACE)
  requireOptions(options, {}, [...OPEN_OPTIONS, ...CREATE_OPTIONS])
  const environment = nodeButlerEnvironment(options)
  const place = placeFrom(options.folder ?? process.cwd(), root)
  await createRepository(environment, place, options)
  return Butler.open(environment, options.outfile ?? place, { writeable: true, ...options })
}

/** Node's flows of asynchronous work. */
export function asyncScope<T>(): AsyncScope<T> {
  const storage = new AsyncLocalStorage<T>()
  return {
    get current() {
      return storage.getStore()
    },
    run: (value, work) => storage.run(value, work),
  }
}

/** BLAKE2b with 64 bytes, as the anchor's checksums. */
function blake2b(parts: readonly Uint8Array[]): Promise<string> {
  const hash = createHash('blake2b512')
  for (const part of parts) hash.update(part)
  return Promise.resolve(hash.digest('hex'))
}
