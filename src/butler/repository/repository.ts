import { type Logger, silentLog } from '#core'
import { type SqlConnection, Transactions, type UndoLog } from '#sql'
import type { Instant } from '#time'
import { CollectionStore } from '../collections/store.ts'
import { SummaryStore } from '../collections/summaries.ts'
import { CalibrationStore } from '../datasets/calibration-store.ts'
import { DatasetStore } from '../datasets/dataset-store.ts'
import { DatasetTypeStore } from '../datasets/type-store.ts'
import type { Datastore } from '../datastore/datastore.ts'
import { RecordStore } from '../dimensions/record-store.ts'
import type { DimensionUniverse } from '../dimensions/universe.ts'
import { ReadOnlyError } from '../errors.ts'
import { QueryEngine } from '../query/engine.ts'
import { takeDeclaredClasses } from '../storage/declared.ts'
import { checkCompatibility } from './compatibility.ts'
import { connect } from './connect.ts'
import { readRepositoryConfig, recordsTablesOf, type RepositoryConfig } from './config.ts'
import type { ButlerEnvironment } from './environment.ts'
import { openDatastore } from './open-datastore.ts'
import { makeRecordsTables } from './records-tables.ts'

/** An open repository: connection, tables, files. Shared by a butler and its clones. */
export class Repository {
  readonly config: RepositoryConfig
  readonly connection: SqlConnection
  readonly universe: DimensionUniverse
  readonly writeable: boolean
  readonly collections: CollectionStore
  readonly summaries: SummaryStore
  readonly types: DatasetTypeStore
  readonly records: RecordStore
  readonly datasets: DatasetStore
  readonly calibrations: CalibrationStore
  readonly datastore: Datastore
  readonly engine: QueryEngine
  readonly log: Logger
  readonly now: () => Instant
  private readonly transactions: Transactions
  private seenChange = -1

  private constructor(
    environment: ButlerEnvironment,
    config: RepositoryConfig,
    connection: SqlConnection,
    universe: DimensionUniverse,
    writeable: boolean,
  ) {
    this.config = config
    this.connection = connection
    this.universe = universe
    this.writeable = writeable
    this.log = environment.log ?? silentLog
    this.now = environment.now
    const { makeScope } = environment
    this.transactions = new Transactions(connection, { makeScope, rolledBack: () => this.clearCaches() })
    this.collections = new CollectionStore(connection)
    this.summaries = new SummaryStore(connection, universe)
    this.types = new DatasetTypeStore(connection, universe)
    this.records = new RecordStore(connection, universe)
    this.datasets = new DatasetStore(connection, this.summaries)
    this.calibrations = new CalibrationStore(connection, this.summaries)
    this.datastore = openDatastore(environment, config, connection, universe)
    this.engine = new QueryEngine({ ...this, connection, universe })
  }

  static async open(environment: ButlerEnvironment, place: string, writeable: boolean): Promise<Repository> {
    const config = await readRepositoryConfig(environment, place)
    takeDeclaredClasses(config.tree, config.root)
    const connection = await connect(environment, config.registry, { readOnly: !writeable })
    try {
      const universe = await checkCompatibility(connection, config.root, writeable)
      if (writeable) await makeRecordsTables(connection, recordsTablesOf(config))
      return new Repository(environment, config, connection, universe, writeable)
    } catch (error) {
      await connection.close()
      throw error
    }
  }

  /** Forget what was cached when another process has changed the repository. */
  async catchUp(): Promise<void> {
    const change = await this.connection.changeCounter()
    if (change !== this.seenChange) this.clearCaches()
    this.seenChange = change
  }

  clearCaches(): void {
    this.collections.clear()
    this.summaries.clear()
    this.types.clear()
    this.records.clear()
  }

  /** One change, all or nothing. `what` completes "Cannot …". */
  async write<T>(what: string, work: (undo: UndoLog) => Promise<T>): Promise<T> {
    if (!this.writeable) throw new ReadOnlyError(what)
    return this.transactions.operation(async (undo) => {
      await this.catchUp()
      return work(undo)
    })
  }

  /** Several changes, all or nothing. */
  async session<T>(work: () => Promise<T>): Promise<T> {
    if (!this.writeable) throw new ReadOnlyError('begin a transaction')
    return this.transactions.session(work)
  }

  close(): Promise<void> {
    return this.connection.close()
  }
}
