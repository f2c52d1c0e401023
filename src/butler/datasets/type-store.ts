import { createTable, insertNumbered, type SqlConnection } from '#sql'
import type { DimensionGroup } from '../dimensions/group.ts'
import type { DimensionUniverse } from '../dimensions/universe.ts'
import {
  ConflictingDefinitionError,
  DatasetTypeError,
  MissingDatasetTypeError,
  OrphanedRecordError,
} from '../errors.ts'
import { calibsTable, calibsTableName, tagsTable, tagsTableName } from '../schema/dynamic-tables.ts'
import type { DatasetType, DatasetTypeSpec } from './dataset-type.ts'

/** A registered dataset type with its tables. */
export interface DatasetTypeRecord {
  readonly id: number
  readonly type: DatasetType
  readonly tags: string
  readonly calibs: string | undefined
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

/** Dataset types, kept in memory whole. */
export class DatasetTypeStore {
  private readonly connection: SqlConnection
  private readonly universe: DimensionUniverse
  private loaded: Promise<ReadonlyMap<string, DatasetTypeRecord>> | undefined

  constructor(connection: SqlConnection, universe: DimensionUniverse) {
    this.connection = connection
    this.universe = universe
  }

  clear(): void {
    this.loaded = undefined
  }

  async all(): Promise<readonly DatasetTypeRecord[]> {
    return [...(await this.load()).values()]
  }

  /** Every type by its name. */
  byName(): Promise<ReadonlyMap<string, DatasetTypeRecord>> {
    return this.load()
  }

  async find(name: string): Promise<DatasetTypeRecord | undefined> {
    return (await this.load()).get(name)
  }

  async get(name: string): Promise<DatasetTypeRecord> {
    return typeNamed(await this.load(), name)
  }

  async byId(id: number): Promise<DatasetTypeRecord> {
    for (const record of (await this.load()).values()) if (record.id === id) return record
    throw new MissingDatasetTypeError(`#${id}`)
  }

  /** False when the very same type is there already. */
  async register(spec: DatasetTypeSpec): Promise<boolean> {
    const type = this.make(spec)
    const known = await this.find(type.name)
    if (known !== undefined) {
      if (sameType(known.type, type)) return false
      throw new ConflictingDefinitionError(
        `Dataset type ${describeType(type)} differs from the registered ${describeType(known.type)}.`,
      )
    }
    const group = await this.groupId(type.dimensions)
    const tags = tagsTableName(group)
    await this.ensureTable(tags, () => tagsTable(tags, type.dimensions))
    const calibs = type.isCalibration ? calibsTableName(group) : undefined
    if (calibs !== undefined) await this.ensureTable(calibs, () => calibsTable(calibs, type.dimensions))
    await insertNumbered(this.connection, 'dataset_type', 'id', {
      name: type.name,
      storage_class: type.storageClass,
      dimensions_key: group,
      tag_association_table: tags,
      calibration_association_table: calibs ?? null,
    })
    this.clear()
    return true
  }

  async remove(name: string): Promise<void> {
    const record = await this.find(name)
    if (record === undefined) return
    const used = await this.connection.first('SELECT 1 FROM dataset WHERE dataset_type_id = ? LIMIT 1', [
      record.id,
    ])
    if (used !== undefined)
      throw new OrphanedRecordError(`Cannot remove dataset type '${name}': datasets of it exist.`, {
        hint: 'Remove the runs that hold them first.',
      })
    await this.connection.run('DELETE FROM dataset_type WHERE id = ?', [record.id])
    this.clear()
  }

  /** A checked dataset type, not registered. */
  make(spec: DatasetTypeSpec): DatasetType {
    const { name } = spec
    if (name.split('.').length > 1 && name.split('.').every((part) => NAME.test(part)))
      throw new DatasetTypeError(
        `'${name}' names a component; only '${name.split('.')[0]}' itself is registered.`,
      )
    if (!NAME.test(name))
      throw new DatasetTypeError(`'${name}' cannot name a dataset type.`, {
        hint: 'Use letters, digits and underscores, and do not begin with a digit.',
      })
    if (this.universe.governors.includes(name))
      throw new DatasetTypeError(`'${name}' cannot name a dataset type: it is a governor dimension.`)
    return {
      name,
      dimensions: this.universe.group(spec.dimensions),
      storageClass: spec.storageClass,
      isCalibration: spec.isCalibration ?? false,
    }
  }

  private async ensureTable(name: string, table: () => Parameters<typeof createTable>[0]): Promise<void> {
    if (await this.connection.hasTable(name)) return
    for (const statement of createTable(table(), this.connection.dialect))
      await this.connection.script(statement)
  }

  /** The stored id of a dimension group; the empty group is 0 and has no rows. */
  private async groupId(group: DimensionGroup): Promise<number> {
    if (group.required.length === 0) return 0
    const wanted = group.required.join()
    for (const [id, required] of await this.storedGroups()) if (required.join() === wanted) return id
    const id = await insertNumbered(this.connection, 'dimension_graph_key', 'id', {})
    await this.connection.runMany(
      'INSERT INTO dimension_graph_definition (dimension_graph_id, dimension_name) VALUES (?, ?)',
      group.required.map((d) => [id, d]),
    )
    return id
  }

  private async storedGroups(): Promise<ReadonlyMap<number, readonly string[]>> {
    const rows = await this.connection.all(
      'SELECT dimension_graph_id, dimension_name FROM dimension_graph_definition',
    )
    const names = new Map<number, string[]>()
    for (const [id, dimension] of rows) {
      const list = names.get(id as number)
      if (list === undefined) names.set(id as number, [dimension as string])
      else list.push(dimension as string)
    }
    return new Map([...names].map(([id, list]) => [id, this.universe.group(list).required]))
  }

  private load(): Promise<ReadonlyMap<string, DatasetTypeRecord>> {
    this.loaded ??= this.read()
    return this.loaded
  }

  private async read(): Promise<ReadonlyMap<string, DatasetTypeRecord>> {
    const groups = await this.storedGroups()
    const rows = await this.connection.all(
      'SELECT id, name, storage_class, dimensions_key, tag_association_table, calibration_association_table FROM dataset_type ORDER BY id',
    )
    return new Map(
      rows.map(([id, name, storageClass, group, tags, calibs]): [string, DatasetTypeRecord] => [
        name as string,
        {
          id: id as number,
          type: {
            name: name as string,
            dimensions: this.universe.group(groups.get(group as number) ?? []),
            storageClass: storageClass as string,
            isCalibration: calibs !== null,
          },
          tags: tags as string,
          calibs: (calibs as string | null) ?? undefined,
        },
      ]),
    )
  }
}

/** The type of a name; throws `butler/missing-dataset-type`. */
export function typeNamed(types: ReadonlyMap<string, DatasetTypeRecord>, name: string): DatasetTypeRecord {
  const record = types.get(name)
  if (record === undefined) throw new MissingDatasetTypeError(name, types.keys())
  return record
}

export const sameType = (a: DatasetType, b: DatasetType): boolean =>
  a.name === b.name &&
  a.dimensions === b.dimensions &&
  a.storageClass === b.storageClass &&
  a.isCalibration === b.isCalibration

export const describeType = (type: DatasetType): string =>
  `'${type.name}' ${type.dimensions.label} ${type.storageClass}${type.isCalibration ? ' (calibration)' : ''}`
