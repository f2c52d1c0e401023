import type { Logger } from '#core'
import type { SqlConnection, SqlRow, SqlValue } from '#sql'
import { expressionList, resolveCollections } from '../collections/resolve.ts'
import type { CollectionRecord, CollectionStore } from '../collections/store.ts'
import type { SummaryStore } from '../collections/summaries.ts'
import { DatasetRef } from '../datasets/dataset-ref.ts'
import { fromHexId } from '../datasets/ids.ts'
import type { DatasetTypeRecord } from '../datasets/type-store.ts'
import { decodeTimespan, decodeValue } from '../dimensions/codec.ts'
import { DataCoordinate } from '../dimensions/data-coordinate.ts'
import type { DataId, DataIdValue } from '../dimensions/data-id.ts'
import type { DimensionElement } from '../dimensions/element.ts'
import type { DimensionGroup } from '../dimensions/group.ts'
import type { DimensionRecord } from '../dimensions/record.ts'
import type { RecordStore } from '../dimensions/record-store.ts'
import type { DimensionUniverse } from '../dimensions/universe.ts'
import { InvalidQueryError } from '../errors.ts'
import { type Column, columnLabel, columnType } from '../expression/columns.ts'
import { attachRecords } from './attach.ts'
import { scanDatasets } from './dataset-scan.ts'
import { overlappingDataIds } from './joined-overlap.ts'
import { executePlan } from './execute.ts'
import { governorUse } from './inspect.ts'
import { regionFromText } from '../dimensions/sky.ts'
import type { OrderTerm } from './order.ts'
import { conjuncts, makePlan, type Plan, type PlanRequest } from './plan.ts'
import { takeSpatial } from './spatial.ts'
import type { Condition, DatasetSearch, QuerySpec } from './spec.ts'

export interface EngineParts {
  readonly connection: SqlConnection
  readonly universe: DimensionUniverse
  readonly collections: CollectionStore
  readonly summaries: SummaryStore
  readonly records: RecordStore
  readonly log: Logger
}

export interface RunOptions {
  readonly orderBy?: readonly OrderTerm[]
  readonly limit?: number | undefined
  readonly findFirst?: boolean
  readonly withDimensionRecords?: boolean
}

/** Runs queries on the registry and makes objects of the rows. */
export class QueryEngine {
  readonly universe: DimensionUniverse
  readonly log: Logger
  private readonly connection: SqlConnection
  private readonly collections: CollectionStore
  private readonly summaries: SummaryStore
  private readonly records: RecordStore

  constructor(parts: EngineParts) {
    this.universe = parts.universe
    this.log = parts.log
    this.connection = parts.connection
    this.collections = parts.collections
    this.summaries = parts.summaries
    this.records = parts.records
  }

  /** A search for a type in collections (names or globs), chains flattened, those that cannot hold it set aside. */
  async search(type: DatasetTypeRecord, expression: string | readonly string[]): Promise<DatasetSearch> {
    const collections = await resolveCollections(this.collections, expression, { flattenChains: true })
    const candidates: CollectionRecord[] = []
    const governors = new Map(type.type.dimensions.governors.map((g) => [g, new Set<SqlValue>()]))
    for (const collection of collections) {
      if (collection.type === 'CALIBRATION' && type.calibs === undefined) continue
      const summary = await this.summaries.get(collection.id)
      if (!summary.datasetTypes.has(type.id)) continue
      candidates.push(collection)
      for (const [governor, values] of governors)
        for (const value of summary.governors[governor] ?? []) values.add(value)
    }
    const single = [...governors].filter(([, values]) => values.size === 1)
    const constants = Object.fromEntries(single.map(([g, values]) => [g, [...values][0] as DataIdValue]))
    return { type, asked: expressionList(expression), collections, candidates, constants }
  }

  /** Governor values by default, where the query does not say them; refuses keys whose governor nothing fixes. */
  withDefaults(spec: QuerySpec, result: DimensionGroup, defaults: DataId): QuerySpec {
    const predicates = spec.conditions.map((c) => c.predicate)
    const { fixed, needed } = governorUse(this.universe, predicates)
    const inUploads = new Set(spec.uploads.flatMap((u) => u.group.governors))
    let group = spec.group.union(result)
    for (const search of spec.searches.values()) group = group.union(search.type.type.dimensions)
    const conditions: Condition[] = [...spec.conditions]
    for (const governor of this.universe.governors) {
      if (fixed.has(governor) || inUploads.has(governor)) continue
      const value = defaults[governor]
      if (value !== undefined && (group.has(governor) || needed.has(governor)))
        conditions.push(equals(governor, value, 'string'))
      else if (needed.has(governor))
        throw new InvalidQueryError(
          `The conditions name ${needed.get(governor)}, which means nothing without its ${governor}.`,
          { hint: `Add \`${governor} = '…' AND\` to the where expression, or give { ${governor}: … }.` },
        )
    }
    return conditions.length === spec.conditions.length ? spec : { ...spec, conditions }
  }

  async dataIds(
    spec: QuerySpec,
    group: DimensionGroup,
    options: RunOptions = {},
  ): Promise<readonly DataCoordinate[]> {
    const values = await this.dataIdValues(spec, group, options)
    const ids = values.map((v) => new DataCoordinate(group, v, true))
    return options.withDimensionRecords === true ? this.attachRecords(group, ids) : ids
  }

  private async dataIdValues(
    spec: QuerySpec,
    group: DimensionGroup,
    options: RunOptions,
  ): Promise<readonly DataId[]> {
    if ((options.orderBy ?? []).length === 0 && !isDoomed(spec) && options.limit !== 0) {
      const joined = await overlappingDataIds(this.connection, this.universe, spec, group)
      if (joined !== undefined) return joined.slice(0, options.limit)
    }
    const rows = await this.run(spec, { group, ...orderOf(options) }, options)
    return rows.map((row) => valuesOf(group, row))
  }

  async dimensionRecords(
    spec: QuerySpec,
    element: DimensionElement,
    options: RunOptions = {},
  ): Promise<readonly DimensionRecord[]> {
    const group = this.universe.groupOf(element)
    const codec = this.records.codec(element)
    const { rows, plan } = await this.runPlan(spec, { group, record: codec, ...orderOf(options) }, options)
    const at = plan?.layout.record ?? -1
    const out: DimensionRecord[] = []
    for (const row of rows) {
      const record = at >= 0 ? codec.decode(row, at) : await this.records.fetch(element, valuesOf(group, row))
      if (record !== undefined) out.push(record)
    }
    return out
  }

  async datasets(
    spec: QuerySpec,
    datasetType: string,
    options: RunOptions = {},
  ): Promise<readonly DatasetRef[]> {
    const search = spec.searches.get(datasetType)!
    const { type } = search.type
    const group = type.dimensions
    const scanned = await this.scan(spec, search, options)
    if (scanned !== undefined) return scanned
    const { rows, plan } = await this.runPlan(
      spec,
      { group, dataset: datasetType, findFirst: options.findFirst ?? true, ...orderOf(options) },
      options,
    )
    if (plan === undefined) return []
    const names = await this.collections.names()
    const at = plan.layout.dataset
    let ids: readonly DataCoordinate[] = rows.map(
      (row) => new DataCoordinate(group, valuesOf(group, row, search.constants), true),
    )
    if (options.withDimensionRecords === true) ids = await this.attachRecords(group, ids)
    return rows.map(
      (row, i) =>
        new DatasetRef(type, ids[i]!, names.get(row[at + 1] as number)!, fromHexId(row[at] as string)),
    )
  }

  /** The quick way of plain searches; undefined when this is none. */
  private async scan(
    spec: QuerySpec,
    search: DatasetSearch,
    options: RunOptions,
  ): Promise<readonly DatasetRef[] | undefined> {
    if ((options.orderBy ?? []).length > 0 || isDoomed(spec) || options.limit === 0) return undefined
    const { connection, records } = this
    const found = await scanDatasets(connection, records, spec, search, {
      findFirst: options.findFirst ?? true,
      limit: options.limit,
    })
    if (found === undefined) return undefined
    const { type } = search.type
    const names = await this.collections.names()
    const { runs, ids } = found
    let dataIds: readonly DataCoordinate[] = found.dataIds.map(
      (values) => new DataCoordinate(type.dimensions, values, true),
    )
    if (options.withDimensionRecords === true) dataIds = await this.attachRecords(type.dimensions, dataIds)
    return dataIds.map((dataId, i) => {
      const run = names.get(typeof runs === 'number' ? runs : runs[i]!)!
      return new DatasetRef(type, dataId, run, ids[i]!)
    })
  }

  /** Rows with any columns: dimension values under their names, other columns as `element.field`, `type.field`. */
  async general(
    spec: QuerySpec,
    group: DimensionGroup,
    fields: readonly Column[],
    options: RunOptions & { readonly dataset?: string } = {},
  ): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const request: PlanRequest = {
      group,
      fields,
      ...orderOf(options),
      ...(options.dataset !== undefined && {
        dataset: options.dataset,
        findFirst: options.findFirst ?? false,
      }),
    }
    const { rows, plan } = await this.runPlan(spec, request, options)
    const constants = options.dataset === undefined ? {} : spec.searches.get(options.dataset)!.constants
    return rows.map((row) => {
      const out: Record<string, unknown> = { ...valuesOf(group, row, constants) }
      for (const [i, column] of fields.entries())
        out[columnLabel(column)] = this.decodeField(column, row, plan!.layout.fields[i]!)
      return out
    })
  }

  /** Number of rows; `discard: false` refuses to throw rows away in the client, `exact: false` counts before that. */
  async count(spec: QuerySpec, request: PlanRequest, options: CountOptions = {}): Promise<number> {
    if (this.findsNothing(spec)) return 0
    const plan = makePlan(this.universe, spec, request)
    const exact = options.exact ?? true
    if (plan.filters && exact && options.discard !== true)
      throw new InvalidQueryError(
        'Rows cannot be counted exactly without reading and comparing their regions.',
        {
          hint: 'Give { discard: true } to do so, or { exact: false } for an upper limit.',
        },
      )
    const rows = await executePlan(this.connection, plan, request.group.keys.length, { skipFilters: !exact })
    return rows.length
  }

  async any(spec: QuerySpec, request: PlanRequest, options: AnyOptions = {}): Promise<boolean> {
    if (this.findsNothing(spec)) return false
    const exact = options.exact ?? true
    if (options.execute === false) {
      if (exact)
        throw new InvalidQueryError(
          'Whether there are rows cannot be said exactly without running the query.',
          { hint: 'Give { exact: false } too, for an answer that may be true without reason.' },
        )
      return true
    }
    const plan = makePlan(this.universe, spec, { ...request, limit: 1 })
    const rows = await executePlan(this.connection, plan, request.group.keys.length, { skipFilters: !exact })
    return rows.length > 0
  }

  private async run(spec: QuerySpec, request: PlanRequest, options: RunOptions): Promise<readonly SqlRow[]> {
    return (await this.runPlan(spec, request, options)).rows
  }

  private async runPlan(
    spec: QuerySpec,
    request: PlanRequest,
    options: RunOptions,
  ): Promise<{ readonly rows: readonly SqlRow[]; readonly plan: Plan | undefined }> {
    if (this.findsNothing(spec) || options.limit === 0) return { rows: [], plan: undefined }
    const plan = makePlan(this.universe, spec, { ...request, limit: options.limit })
    const rows = await executePlan(this.connection, plan, request.group.keys.length, { limit: options.limit })
    return { rows, plan }
  }

  /** Doomed without a look at rows; what could not be asked is refused all the same. */
  private findsNothing(spec: QuerySpec): boolean {
    if (!isDoomed(spec)) return false
    takeSpatial(
      this.universe,
      spec.conditions.flatMap(({ predicate }) => conjuncts(predicate)),
    )
    return true
  }

  private decodeField(column: Column, row: SqlRow, at: number): unknown {
    const value = row[at]!
    const type = columnType(this.universe, column)
    switch (type) {
      case 'timespan':
        return decodeTimespan(value, row[at + 1])
      case 'region':
        return value === null ? undefined : regionFromText(value as string)
      case 'uuid':
        return fromHexId(value as string)
      case 'string':
      case 'int':
      case 'float':
      case 'bool':
      case 'hash':
        return decodeValue(value, type)
      default:
        return value
    }
  }

  /** Data IDs with the records of all elements. */
  attachRecords(group: DimensionGroup, ids: readonly DataCoordinate[]): Promise<readonly DataCoordinate[]> {
    return attachRecords(this.records, group, ids)
  }
}

export interface CountOptions {
  readonly exact?: boolean
  readonly discard?: boolean
}

export interface AnyOptions {
  readonly execute?: boolean
  readonly exact?: boolean
}

/** A query with a search that has nowhere to look, or joined with no data IDs, finds nothing. */
export const isDoomed = (spec: QuerySpec): boolean =>
  [...spec.searches.values()].some((s) => s.candidates.length === 0) ||
  spec.uploads.some((u) => u.rows.length === 0)

export const equals = (
  dimension: string,
  value: DataIdValue,
  type: 'string' | 'int' | 'float',
): Condition => ({
  predicate: {
    kind: 'compare',
    operator: '=',
    left: { kind: 'column', column: { kind: 'dimension', dimension }, type },
    right: { kind: 'literal', value, type, shown: typeof value === 'string' ? `'${value}'` : String(value) },
  },
  text: `${dimension} = ${typeof value === 'string' ? `'${value}'` : String(value)}`,
})

const orderOf = (options: RunOptions): Pick<PlanRequest, 'orderBy'> =>
  options.orderBy === undefined ? {} : { orderBy: options.orderBy }

function valuesOf(group: DimensionGroup, row: SqlRow, constants: DataId = {}): DataId {
  const values: Record<string, DataIdValue> = {}
  const { keys } = group
  for (let i = 0; i < keys.length; i++) values[keys[i]!] = (row[i] ?? constants[keys[i]!]) as DataIdValue
  return values
}
