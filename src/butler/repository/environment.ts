import type { Logger, MakeAsyncScope } from '#core'
import type { PostgresOpener, SqliteOpener } from '#sql'
import type { Instant } from '#time'
import type { FormatterRegistry } from '../datastore/formatter.ts'
import type { ConfigSources } from './search-path.ts'

/** What a platform gives the butler to work with. */
export interface ButlerEnvironment extends ConfigSources {
  readonly openSqlite: SqliteOpener
  /** Absent where PostgreSQL cannot be reached, as in a browser. */
  readonly openPostgres?: PostgresOpener
  /** Asked for at the first get or put; commands that only list never load file formats. */
  readonly formatters: () => Promise<FormatterRegistry>
  readonly now: () => Instant
  /** BLAKE2b with 64 bytes, in hexadecimal, for checksums; by default a slow one. */
  readonly blake2b?: (parts: readonly Uint8Array[]) => Promise<string>
  /** Where it is missing, whatever a butler does while a transaction is open joins it. */
  readonly makeScope?: MakeAsyncScope
  readonly log?: Logger
}
