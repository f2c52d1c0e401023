import type { SqlConnection } from '#sql'
import { acceptance } from '../datastore/constraints.ts'
import { Datastore, type DatastoreMember } from '../datastore/datastore.ts'
import { DisassemblyRules } from '../datastore/disassembly.ts'
import { FileDatastore } from '../datastore/file-datastore.ts'
import { FormatterSource } from '../datastore/formatter-source.ts'
import { MemoryDatastore } from '../datastore/memory-datastore.ts'
import { FileRecordTable, type RecordPlace } from '../datastore/record-table.ts'
import { FileTemplates } from '../datastore/template.ts'
import type { DimensionUniverse } from '../dimensions/universe.ts'
import type { RepositoryConfig } from './config.ts'
import type { FileStoreConfig, StoreConfig } from './datastore-config.ts'
import type { ButlerEnvironment } from './environment.ts'

/** The datastore that a configuration describes. */
export function openDatastore(
  environment: ButlerEnvironment,
  config: RepositoryConfig,
  connection: SqlConnection,
  universe: DimensionUniverse,
): Datastore {
  const members = config.stores.map((store): DatastoreMember => {
    const rules = store.constraints.map((lists) => acceptance(lists, universe, store.name))
    return {
      store:
        store.kind === 'file'
          ? fileStore(
              environment,
              store,
              new FileRecordTable(connection, recordPlace(store, config.stores)),
              universe,
            )
          : new MemoryDatastore(store.name, new FormatterSource(environment.formatters, universe)),
      accepts: (ref) => rules.every((accepts) => accepts(ref)),
    }
  })
  return new Datastore(members, environment.files)
}

function recordPlace({ name, table }: FileStoreConfig, all: readonly StoreConfig[]): RecordPlace {
  const users = all.filter((s) => s.kind === 'file' && s.table === table).map((s) => s.name)
  const sharers = users.filter((n) => n !== name)
  return { datastore: name, table, names: all.map((s) => s.name), sharers, isFirst: users[0] === name }
}

/** A file datastore over a table of its records. */
export const fileStore = (
  environment: ButlerEnvironment,
  config: FileStoreConfig,
  records: FileRecordTable,
  universe: DimensionUniverse,
): FileDatastore =>
  new FileDatastore({
    root: config.root,
    files: environment.files,
    records,
    templates: new FileTemplates(universe, config.templates),
    formatters: new FormatterSource(environment.formatters, universe, config.formatters),
    disassembly: new DisassemblyRules(universe, config.disassembled, config.disassembledByDefault),
    checksums: config.checksums,
    ...(environment.blake2b !== undefined && { hash: environment.blake2b }),
  })
