import type { SqlConnection, SqlValue } from '#sql'
import type { DimensionGroup } from '../dimensions/group.ts'
import type { DimensionUniverse } from '../dimensions/universe.ts'

export interface CollectionSummary {
  /** Ids of dataset types that may be in the collection. */
  readonly datasetTypes: ReadonlySet<number>
  /** Per governor dimension, the values its datasets may have. */
  readonly governors: Readonly<Record<string, ReadonlySet<SqlValue>>>
}

/**
 * Which dataset types and governor values a collection may hold: a superset, grown by every insertion and never reduced by
 * deletions. Searches skip collections by it, and empty results are explained from it.
 */
export class SummaryStore {
  private readonly connection: SqlConnection
  private readonly governors: readonly string[]
  private loaded: Promise<Map<number, MutableSummary>> | undefined

  constructor(connection: SqlConnection, universe: DimensionUniverse) {
    this.connection = connection
    this.governors = universe.governors
  }

  clear(): void {
    this.loaded = undefined
  }

  async get(collection: number): Promise<CollectionSummary> {
    this.loaded ??= this.read()
    return (await this.loaded).get(collection) ?? this.fresh()
  }

  /** Note that datasets of a type with these data IDs (required values in order) are now in the collection. */
  async extend(
    collection: number,
    datasetType: number,
    group: DimensionGroup,
    rows: Iterable<readonly SqlValue[]>,
  ): Promise<void> {
    this.loaded ??= this.read()
    const all = await this.loaded
    let summary = all.get(collection)
    if (summary === undefined) all.set(collection, (summary = this.fresh()))
    if (!summary.datasetTypes.has(datasetType)) {
      await this.connection.run(
        'INSERT INTO collection_summary_dataset_type (collection_id, dataset_type_id) VALUES (?, ?) ON CONFLICT DO NOTHING',
        [collection, datasetType],
      )
      summary.datasetTypes.add(datasetType)
    }
    for (const governor of group.governors) {
      const column = group.required.indexOf(governor)
      const known = summary.governors[governor]!
      for (const row of rows) {
        const value = row[column]!
        if (known.has(value)) continue
        await this.connection.run(
          `INSERT INTO collection_summary_${governor} (collection_id, ${governor}) VALUES (?, ?) ON CONFLICT DO NOTHING`,
          [collection, value],
        )
        known.add(value)
      }
    }
  }

  private fresh(): MutableSummary {
    return {
      datasetTypes: new Set(),
      governors: Object.fromEntries(this.governors.map((g) => [g, new Set()])),
    }
  }

  private async read(): Promise<Map<number, MutableSummary>> {
    const all = new Map<number, MutableSummary>()
    const at = (id: number) => {
      let summary = all.get(id)
      if (summary === undefined) all.set(id, (summary = this.fresh()))
      return summary
    }
    const types = await this.connection.all(
      'SELECT collection_id, dataset_type_id FROM collection_summary_dataset_type',
    )
    for (const [id, type] of types) at(id as number).datasetTypes.add(type as number)
    for (const governor of this.governors) {
      const rows = await this.connection.all(
        `SELECT collection_id, ${governor} FROM collection_summary_${governor}`,
      )
      for (const [id, value] of rows) at(id as number).governors[governor]!.add(value!)
    }
    return all
  }
}

interface MutableSummary extends CollectionSummary {
  readonly datasetTypes: Set<number>
  readonly governors: Record<string, Set<SqlValue>>
}
