import { and, raw, type Sql, sql } from '#sql'
import type { DimensionElement } from '../dimensions/element.ts'
import type { DimensionGroup } from '../dimensions/group.ts'
import type { RecordCodec } from '../dimensions/codec.ts'
import type { DimensionUniverse } from '../dimensions/universe.ts'
import { InvalidQueryError } from '../errors.ts'
import { type Column, columnLabel, type Predicate } from '../expression/columns.ts'
import { datasetSource, hasCalibrations } from './dataset-source.ts'
import { columnGroup, predicateGroup, visitColumns } from './inspect.ts'
import type { OrderTerm } from './order.ts'
import { bare, type ColumnWriter, predicateSql, termSql } from './predicate-sql.ts'
import { Sources } from './sources.ts'
import {
  addSpatialJoin,
  automaticJoins,
  pixelCondition,
  type RegionPair,
  type SpatialConstraint,
  takeSpatial,
} from './spatial.ts'
import type { DatasetSearch, QuerySpec } from './spec.ts'
import { uploadSource } from './upload.ts'

/** What the rows of a result shall hold. */
export interface PlanRequest {
  /** Dimensions of the rows. */
  readonly group: DimensionGroup
  /** Also the record of this element. */
  readonly record?: RecordCodec
  /** Also id and run of the dataset found by this search. */
  readonly dataset?: string
  /** Further columns. */
  readonly fields?: readonly Column[]
  readonly orderBy?: readonly OrderTerm[]
  /** One row per data ID, from the first collection that has it. */
  readonly findFirst?: boolean
  /** Applied in SQL when nothing is left to do in the client. */
  readonly limit?: number | undefined
  /** An element whose rows must exist, though no column of it is wanted. */
  readonly element?: string
}

/** Places of things in a result row. */
export interface Layout {
  /** Where the values of `group.keys` begin: always 0. */
  readonly keys: number
  readonly record: number
  /** id, run id, and perhaps collection id (always with find-first). */
  readonly dataset: number
  readonly hasCollection: boolean
  readonly fields: readonly number[]
  /** Pairs of region texts, or a region text and the index of a constraint. */
  readonly pairs: readonly (readonly [number, number])[]
  readonly constraints: readonly (readonly [number, SpatialConstraint])[]
}

export interface Plan {
  readonly sql: Sql
  readonly layout: Layout
  /** Rows may repeat: the client must keep the first of each. */
  readonly repeats: boolean
  /** Regions must be compared in the client. */
  readonly filters: boolean
  /** Collections by rank, when the client has to choose. */
  readonly ranks: ReadonlyMap<number, number> | undefined
  readonly hasCalibrations: boolean
  /** All dimensions that the query involves. */
  readonly involved: DimensionGroup
}

/** Turn a query into SQL. */
export function makePlan(universe: DimensionUniverse, spec: QuerySpec, request: PlanRequest): Plan {
  return new Planner(universe, spec, request).plan()
}

class Planner {
  private readonly universe: DimensionUniverse
  private readonly spec: QuerySpec
  private readonly request: PlanRequest
  private readonly sources: Sources
  private readonly where: Sql[] = []
  private readonly involved: DimensionGroup
  private readonly others: readonly Predicate[]
  private readonly constraints: readonly SpatialConstraint[]
  private readonly pairs: RegionPair[] = []
  private readonly selected: Sql[] = []
  private joinsSkypix = false

  constructor(universe: DimensionUniverse, spec: QuerySpec, request: PlanRequest) {
    this.universe = universe
    this.spec = spec
    this.request = request
    this.sources = new Sources(universe)
    const parts = takeSpatial(
      universe,
      spec.conditions.flatMap((c) => conjuncts(c.predicate)),
    )
    this.others = parts.others
    this.constraints = parts.constraints
    this.involved = this.involve()
    const joins = [...parts.joins, ...automaticJoins(this.involved, spec.searches.values(), parts.joins)]
    this.joinTables(joins)
  }

  plan(): Plan {
    const { request, sources } = this
    for (const constraint of this.constraints)
      this.where.push(pixelCondition(sources, this.universe, constraint))
    for (const predicate of this.others) this.where.push(predicateSql(predicate, this.writer))
    const search = request.dataset === undefined ? undefined : this.spec.searches.get(request.dataset)!
    const layout = this.select(search)
    const filters = layout.pairs.length + layout.constraints.length > 0
    const ranks = this.ranks(search)
    const repeats = this.mayRepeat(search)
    const order = this.order(repeats)
    const inSql = !filters && ranks === undefined && !(repeats && order.text !== '')
    const distinct = repeats && !filters && ranks === undefined
    const limit =
      request.limit !== undefined && inSql && !(repeats && !distinct) ? sql` LIMIT ${request.limit}` : raw('')
    const columns = this.selected.length === 0 ? raw('1') : this.selected.reduce((a, b) => sql`${a}, ${b}`)
    const conditions = [...sources.firstConditions(), ...this.where]
    const where = conditions.length === 0 ? raw('') : sql` WHERE ${and(conditions)}`
    const all = sql`SELECT ${raw(distinct ? 'DISTINCT ' : '')}${columns} FROM ${sources.from()}${where}`
    const rankInSql = ranks !== undefined && !filters && order.text === '' && !hasCalibrations(search!)
    return {
      sql: rankInSql ? this.firstRows(columns, where, ranks) : sql`${all}${order}${limit}`,
      layout,
      repeats: repeats && !distinct && !rankInSql,
      filters,
      ranks: rankInSql ? undefined : ranks,
      hasCalibrations: search !== undefined && hasCalibrations(search),
      involved: this.involved,
    }
  }

  /** Of each data ID the row of the collection with the lowest rank. */
  private firstRows(columns: Sql, where: Sql, ranks: ReadonlyMap<number, number>): Sql {
    const { request, sources } = this
    const keys = request.group.required.map((d) => sources.dimension(d))
    const partition = keys.length === 0 ? '' : `PARTITION BY ${keys.join(', ')} `
    const cases = [...ranks].map(([id, rank]) => `WHEN ${id} THEN ${rank}`).join(' ')
    const alias = this.aliasOf(request.dataset!)
    const rank = raw(`${partition}ORDER BY CASE ${alias}.collection_id ${cases} END`)
    const limit = request.limit === undefined ? raw('') : sql` LIMIT ${request.limit}`
    return sql`SELECT * FROM (SELECT ${columns}, ROW_NUMBER() OVER (${rank}) AS place FROM ${sources.from()}${where}) AS ranked WHERE place = 1${limit}`
  }

  /** Every dimension that the result, the conditions, the searches and the uploads touch. */
  private involve(): DimensionGroup {
    const { spec, request, universe } = this
    let group = spec.group.union(request.group)
    for (const { predicate } of spec.conditions) group = group.union(predicateGroup(universe, predicate))
    for (const search of spec.searches.values()) group = group.union(search.type.type.dimensions)
    for (const upload of spec.uploads) group = group.union(upload.group)
    for (const column of request.fields ?? []) group = group.union(columnGroup(universe, column))
    return group
  }

  private joinTables(joins: readonly { readonly a: DimensionElement; readonly b: DimensionElement }[]): void {
    const { sources, universe, involved } = this
    for (const [i, upload] of this.spec.uploads.entries()) sources.add(uploadSource(upload, `u${i}`))
    let n = 0
    for (const search of this.spec.searches.values()) sources.add(datasetSource(search, `d${n++}`))
    for (const element of involved.elements)
      if (element.definesRelationships && element.kind !== 'view') sources.addElement(element.name)
    for (const [i, join] of joins.entries()) {
      const pair = addSpatialJoin(sources, universe, join, i)
      this.joinsSkypix = true
      if (pair !== undefined) this.pairs.push(pair)
    }
    for (const element of this.neededElements()) sources.addElement(element)
    for (const name of [...involved.names].reverse()) if (!sources.has(name)) sources.addElement(name)
    this.joinValidity()
  }

  /** Elements whose own columns are wanted. */
  private neededElements(): ReadonlySet<string> {
    const needed = new Set<string>()
    const want = (column: Column) => {
      if (column.kind === 'field') needed.add(column.element)
    }
    for (const predicate of this.others) visitColumns(predicate, want)
    for (const column of this.request.fields ?? []) want(column)
    for (const { term } of this.request.orderBy ?? []) visitColumns({ kind: 'flag', of: term }, want)
    for (const { a, b } of this.pairs) needed.add(a).add(b)
    for (const { element } of this.constraints) needed.add(element.name)
    const record = this.request.record?.element
    if (record !== undefined && record.kind !== 'skypix') needed.add(record.name)
    if (this.request.element !== undefined) needed.add(this.request.element)
    return needed
  }

  /** A calibration is joined by time with the finest temporal dimension, unless a condition speaks of its timespan. */
  private joinValidity(): void {
    const [temporal] = this.involved.temporal
    if (temporal === undefined) return
    let n = 0
    for (const search of this.spec.searches.values()) {
      const alias = `d${n++}`
      if (!hasCalibrations(search) || search.type.type.dimensions.has(temporal.name)) continue
      if (this.namesTimespan(search.type.type.name)) continue
      const element = this.sources.addElement(temporal.name)
      this.where.push(
        raw(`${alias}.timespan_begin < ${element}.timespan_end`),
        raw(`${alias}.timespan_end > ${element}.timespan_begin`),
      )
    }
  }

  private namesTimespan(datasetType: string): boolean {
    let found = false
    for (const predicate of this.others)
      visitColumns(predicate, (c) => {
        if (c.kind === 'dataset' && c.datasetType === datasetType && c.field === 'timespan') found = true
      })
    return found
  }

  private select(search: DatasetSearch | undefined): Layout {
    const { request, sources } = this
    const keys = this.push(
      request.group.keys.map((d) => raw(search?.constants[d] === undefined ? sources.dimension(d) : 'NULL')),
    )
    const record = this.selectRecord()
    const hasCollection = search !== undefined && this.isPerCollection(search)
    const dataset = search === undefined ? -1 : this.selectDataset(search, hasCollection)
    const fields = (request.fields ?? []).map((column) => this.selectField(column))
    const pairs = this.pairs.map(({ a, b }) => [this.selectRegion(a), this.selectRegion(b)] as const)
    const constraints = this.constraints.map((c) => [this.selectRegion(c.element.name), c] as const)
    return { keys, record, dataset, hasCollection, fields, pairs, constraints }
  }

  private selectRecord(): number {
    const { record } = this.request
    if (record === undefined || record.element.kind === 'skypix' || record.element.kind === 'view') return -1
    return this.push([raw(record.selectList(`e_${record.element.name}`))], record.width)
  }

  /** As in the anchor: a row for each RUN or TAGGED collection, unless other dimensions are dropped from the rows. */
  private isPerCollection(search: DatasetSearch): boolean {
    return this.request.findFirst === true || (!hasCalibrations(search) && !this.dropsDimensions())
  }

  private selectDataset(search: DatasetSearch, hasCollection: boolean): number {
    const alias = this.aliasOf(search.type.type.name)
    // In RUN collections the collection is the run: no need to look at the dataset's own row.
    const isRun = search.candidates.every((c) => c.type === 'RUN')
    if (!isRun) this.joinDatasetTable(alias)
    const run = isRun ? bare(alias, 'collection_id') : bare(`${alias}_row`, 'run_id')
    const rank = hasCollection ? [bare(alias, 'collection_id')] : []
    return this.push([bare(alias, 'dataset_id'), run, ...rank])
  }

  private selectField(column: Column): number {
    const isTimespan = column.kind !== 'dimension' && column.field === 'timespan'
    if (!isTimespan) return this.push([this.writer.column(column)])
    const { begin, end } = this.writer.timespan(column)
    return this.push([sql`CAST(${begin} AS TEXT)`, sql`CAST(${end} AS TEXT)`])
  }

  private selectRegion(element: string): number {
    return this.push([bare(this.sources.addElement(element), 'region')])
  }

  private width = 0

  private push(columns: readonly Sql[], width = columns.length): number {
    const at = this.width
    this.selected.push(...columns)
    this.width += width
    return at
  }

  private aliasOf(datasetType: string): string {
    return `d${[...this.spec.searches.keys()].indexOf(datasetType)}`
  }

  private readonly datasetTables = new Set<string>()

  private joinDatasetTable(alias: string): void {
    if (this.datasetTables.has(alias)) return
    this.datasetTables.add(alias)
    this.sources.add({
      alias: `${alias}_row`,
      table: raw('dataset'),
      columns: new Map(),
      conditions: [raw(`${alias}_row.id = ${alias}.dataset_id`)],
    })
  }

  private readonly writer: ColumnWriter = {
    column: (column) => this.column(column),
    timespan: (column) => this.timespan(column),
  }

  private column(column: Column): Sql {
    if (column.kind === 'dimension') return raw(this.sources.dimension(column.dimension))
    if (column.kind === 'field') {
      const alias = this.sources.addElement(column.element)
      return bare(alias, column.field === 'timespan' ? 'timespan_begin' : column.field)
    }
    const alias = this.aliasOf(column.datasetType)
    switch (column.field) {
      case 'dataset_id':
        return bare(alias, 'dataset_id')
      case 'timespan':
        return this.timespan(column).begin
      case 'collection':
        return raw(`(SELECT name FROM collection c WHERE c.collection_id = ${alias}.collection_id)`)
      case 'run':
        this.joinDatasetTable(alias)
        return raw(`(SELECT name FROM collection c WHERE c.collection_id = ${alias}_row.run_id)`)
      case 'ingest_date':
        this.joinDatasetTable(alias)
        return bare(`${alias}_row`, 'ingest_date')
    }
  }

  private timespan(column: Column): { begin: Sql; end: Sql } {
    if (column.kind === 'dimension') throw new InvalidQueryError(`${column.dimension} is not a timespan.`)
    if (column.kind === 'field') {
      const alias = this.sources.addElement(column.element)
      return { begin: bare(alias, 'timespan_begin'), end: bare(alias, 'timespan_end') }
    }
    const alias = this.aliasOf(column.datasetType)
    const search = this.spec.searches.get(column.datasetType)!
    if (!hasCalibrations(search))
      return { begin: raw('CAST(0 AS INTEGER)'), end: raw('CAST(4102444800000000000 AS INTEGER)') }
    return { begin: bare(alias, 'timespan_begin'), end: bare(alias, 'timespan_end') }
  }

  /** Ranks are needed when one of several collections has to be chosen per data ID. */
  private ranks(search: DatasetSearch | undefined): ReadonlyMap<number, number> | undefined {
    if (search === undefined || this.request.findFirst !== true) return undefined
    if (search.candidates.length <= 1 && !hasCalibrations(search)) return undefined
    return new Map(search.candidates.map((c, i) => [c.id, i]))
  }

  /** Whether the same output can come from several rows. */
  private mayRepeat(search: DatasetSearch | undefined): boolean {
    const { request, spec } = this
    if (this.joinsSkypix || this.dropsDimensions()) return true
    if ([...spec.searches.values()].some((s) => s !== search)) return true
    if (search === undefined || request.findFirst === true || !hasCalibrations(search)) return false
    // As in the anchor: every validity range is a row, but where memberships of another kind are among them.
    const isMixed = search.candidates.some((c) => c.type !== 'CALIBRATION')
    return isMixed && !this.namesTimespan(search.type.type.name)
  }

  /** Whether the query involves dimensions that its rows do not have. */
  private dropsDimensions(): boolean {
    return !this.involved.required.every((name) => this.request.group.required.includes(name))
  }

  private order(repeats: boolean): Sql {
    const terms = this.request.orderBy ?? []
    if (terms.length === 0) return raw('')
    const available = this.request.group
    const parts = terms.map(({ term, descending }) => {
      visitColumns({ kind: 'flag', of: term }, (column) => {
        const needed = columnGroup(this.universe, column)
        if (!available.contains(needed))
          throw new InvalidQueryError(
            `Cannot order by ${columnLabel(column)}: ${needed.names.filter((n) => !available.has(n)).join(', ')} is not in the result.`,
            { hint: `The result has ${available.names.join(', ')}.` },
          )
      })
      const text = termSql(term, this.writer)
      if (repeats) this.push([text])
      return sql`${text}${raw(descending ? ' DESC' : '')}`
    })
    return sql` ORDER BY ${parts.reduce((a, b) => sql`${a}, ${b}`)}`
  }
}

/** Parts of a condition that are and-ed at its top. */
export const conjuncts = (predicate: Predicate): readonly Predicate[] =>
  predicate.kind === 'and'
    ? predicate.parts.flatMap(conjuncts)
    : predicate.kind === 'not'
      ? denied(predicate)
      : [predicate]

/** NOT NOT a is a, NOT (a OR b) is NOT a AND NOT b, also where they are unknown; values that none may be stay a list. */
function denied(predicate: Predicate & { readonly kind: 'not' }): readonly Predicate[] {
  const { of } = predicate
  if (of.kind === 'not') return conjuncts(of.of)
  const isList =
    of.kind === 'or' && of.parts.every((part) => part.kind === 'compare' && part.operator === '=')
  if (of.kind !== 'or' || isList) return [predicate]
  return of.parts.flatMap((part) => conjuncts({ kind: 'not', of: part }))
}
