import { INSPECT } from '#core'
import { COORDINATES, datasetTypeName, nameList } from '../arguments.ts'
import type { CollectionExpression } from '../collections/collection.ts'
import { expressionList, hasWildcard } from '../collections/resolve.ts'
import type { DatasetRef } from '../datasets/dataset-ref.ts'
import type { DatasetType } from '../datasets/dataset-type.ts'
import type { DatasetTypeStore } from '../datasets/type-store.ts'
import type { DataCoordinate } from '../dimensions/data-coordinate.ts'
import type { DataId } from '../dimensions/data-id.ts'
import type { DimensionGroup } from '../dimensions/group.ts'
import type { DimensionRecord } from '../dimensions/record.ts'
import { ArgumentError, InvalidQueryError, NoDefaultCollectionError } from '../errors.ts'
import { FLAG, MANY_NAMES, MAP, NAME, requireKind, requireOptions } from '../kinds.ts'
import type { BindValue } from '../expression/bind.ts'
import type { Column } from '../expression/columns.ts'
import type { AnyOptions, CountOptions, QueryEngine, RunOptions } from './engine.ts'
import { explainEmpty, type ExplainOptions } from './explain.ts'
import { generalColumns, type GeneralOptions } from './general.ts'
import { involvedGroup, keptSearches } from './materialize.ts'
import { parseOrder } from './order.ts'
import type { PlanRequest } from './plan.ts'
import { emptySpec, type QuerySpec, withGroup } from './spec.ts'
import { scopeOf, whereStep, type WhereInput } from './where.ts'

/** What a query starts from. */
export interface QueryContext {
  readonly engine: QueryEngine
  readonly types: DatasetTypeStore
  /** Collections searched when none are named. */
  readonly defaultCollections: readonly string[]
  /** Governor values for queries that do not say them. */
  readonly defaultDataId: DataId
}

/** Steps that wait for the registry (dataset types, collections) are kept until the query runs. */
type Step = (spec: QuerySpec) => QuerySpec | Promise<QuerySpec>

/** A query in the making: every method gives a new one, nothing runs before a result is asked for. */
export class Query {
  protected readonly context: QueryContext
  protected readonly steps: readonly Step[]

  constructor(context: QueryContext, steps: readonly Step[] = []) {
    this.context = context
    this.steps = steps
  }

  /** Conditions: an expression with its binds, or values that rows must have. */
  where(condition: WhereInput, bind: Readonly<Record<string, BindValue>> = {}): Query {
    return this.withStep(whereStep(condition, bind))
  }

  joinDimensions(dimensions: Iterable<string>): Query {
    const { universe } = this.context.engine
    const group = universe.group(nameList(dimensions, 'dimensions'))
    return this.withStep((spec) => withGroup(spec, group))
  }

  /** Only rows for which a dataset exists in the collections; its fields can be used in conditions and results. */
  joinDatasetSearch(type: string | DatasetType, collections?: CollectionExpression): Query {
    if (collections !== undefined) expressionList(collections)
    return this.withStep(searchStep(this.context, datasetTypeName(type), collections))
  }

  /** Only rows with one of these data IDs, which must have the same dimensions. */
  joinDataCoordinates(ids: readonly DataCoordinate[]): Query {
    requireKind(ids, 'ids', COORDINATES)
    return this.withStep((spec) => {
      const group = ids[0]?.group ?? this.context.engine.universe.empty
      if (ids.some((id) => id.group !== group))
        throw new InvalidQueryError('Data IDs to join with must all have the same dimensions.')
      return withGroup(
        { ...spec, uploads: [...spec.uploads, { group, rows: ids.map((id) => id.values) }] },
        group,
      )
    })
  }

  /**
   * Run now, keep the data IDs (of all dimensions of the query unless some are named), and go on from them. The searches for
   * `datasets` stay joined; all of them by default.
   */
  async materialize(
    options: { readonly dimensions?: Iterable<string>; readonly datasets?: Iterable<string> } = {},
  ): Promise<Query> {
    requireOptions(options, { dimensions: MANY_NAMES, datasets: MANY_NAMES })
    const { engine } = this.context
    const spec = await this.build()
    const group =
      options.dimensions === undefined
        ? involvedGroup(engine.universe, spec)
        : engine.universe.group(nameList(options.dimensions, 'dimensions'))
    const rows = await engine.dataIds(this.finish(spec, group), group)
    const searches = keptSearches(spec, group, options.datasets)
    const upload = { group, rows: rows.map((id) => id.values) }
    return new Query(this.context, [(start) => ({ ...start, group, searches, uploads: [upload] })])
  }

  dataIds(dimensions: string | Iterable<string>): QueryResults<DataCoordinate> {
    const { engine } = this.context
    const group = engine.universe.group(nameList(dimensions, 'dimensions'))
    return new QueryResults(this.context, [...this.steps, (s) => withGroup(s, group)], {
      group,
      run: (spec, options) => engine.dataIds(spec, group, options),
    })
  }

  dimensionRecords(name: string): QueryResults<DimensionRecord> {
    requireKind(name, 'name', NAME)
    const { engine } = this.context
    const element = engine.universe.get(name)
    const group = engine.universe.groupOf(element)
    return new QueryResults(this.context, [...this.steps, (s) => withGroup(s, group)], {
      group,
      element: name,
      run: (spec, options) => engine.dimensionRecords(spec, element, options),
    })
  }

  async datasets(
    type: string | DatasetType,
    collections?: CollectionExpression,
    options: { readonly findFirst?: boolean } = {},
  ): Promise<QueryResults<DatasetRef>> {
    requireOptions(options, { findFirst: FLAG })
    const { engine, types } = this.context
    const findFirst = options.findFirst ?? true
    const wanted = collections ?? requireDefaults(this.context)
    if (findFirst && hasWildcard(wanted))
      throw new InvalidQueryError(
        `Collections with wildcards (${expressionList(wanted).join(', ')}) have no order, so there is no first.`,
        { hint: 'Name the collections, or ask for all datasets: findFirst: false, --no-find-first.' },
      )
    const { name, dimensions } = (await types.get(datasetTypeName(type))).type
    return new QueryResults(this.context, [...this.steps, searchStep(this.context, name, wanted)], {
      group: dimensions,
      dataset: name,
      findFirst,
      run: (spec, run) => engine.datasets(spec, name, { ...run, findFirst }),
    })
  }

  /**
   * Rows of chosen columns, with all dimensions that those columns need. Datasets whose fields are wanted must have been joined
   * by `joinDatasetSearch`.
   */
  async general(
    dimensions: Iterable<string>,
    options: GeneralOptions = {},
  ): Promise<QueryResults<Readonly<Record<string, unknown>>>> {
    requireKind(dimensions, 'dimensions', MANY_NAMES)
    requireOptions(options, { dimensionFields: MAP, datasetFields: MAP, findFirst: FLAG })
    const { engine } = this.context
    const { searches } = await this.build()
    const { group, fields, dataset } = generalColumns(engine.universe, dimensions, options, searches)
    const first = options.findFirst === true && dataset !== undefined ? { dataset, findFirst: true } : {}
    return new QueryResults(this.context, [...this.steps, (s) => withGroup(s, group)], {
      group,
      fields,
      ...first,
      run: (spec, run) => engine.general(spec, group, fields, { ...run, ...first }),
    })
  }

  async any(options: AnyOptions = {}): Promise<boolean> {
    requireOptions(options, { execute: FLAG, exact: FLAG })
    const spec = await this.build()
    return this.context.engine.any(this.finish(spec, spec.group), { group: spec.group }, options)
  }

  /** Why there is nothing, in words; without `execute` only what can be said before asking the database. */
  async explainNoResults(options: ExplainOptions = {}): Promise<readonly string[]> {
    requireOptions(options, { execute: FLAG })
    const spec = await this.build()
    return explainEmpty(this.context.engine, this.finish(spec, spec.group), { group: spec.group }, options)
  }

  /** What is asked, with defaults, for modules of the butler that run it in their own way. */
  async specFor(group: DimensionGroup): Promise<QuerySpec> {
    return this.finish(withGroup(await this.build(), group), group)
  }

  protected withStep(step: Step): Query {
    return new Query(this.context, [...this.steps, step])
  }

  protected async build(): Promise<QuerySpec> {
    let spec = emptySpec(this.context.engine.universe.empty)
    for (const step of this.steps) spec = await step(spec)
    return spec
  }

  protected finish(spec: QuerySpec, result: DimensionGroup): QuerySpec {
    return this.context.engine.withDefaults(spec, result, this.context.defaultDataId)
  }

  toString(): string {
    return this.steps.length === 0
      ? 'Query of everything'
      : `Query of ${this.steps.length} conditions and joins`
  }

  [INSPECT](): string {
    return this.toString()
  }
}

interface ResultKind<T> {
  readonly group: DimensionGroup
  readonly element?: string
  readonly dataset?: string
  readonly findFirst?: boolean
  readonly fields?: readonly Column[]
  readonly run: (spec: QuerySpec, options: RunOptions) => Promise<readonly T[]>
}

/** What a query gives: can be narrowed, ordered, limited, counted, explained, and iterated with `for await`. */
export class QueryResults<T> implements AsyncIterable<T> {
  readonly dimensions: DimensionGroup
  private readonly context: QueryContext
  private readonly steps: readonly Step[]
  private readonly kind: ResultKind<T>
  private readonly order: readonly string[]
  private readonly most: number | undefined
  private readonly records: boolean

  constructor(
    context: QueryContext,
    steps: readonly Step[],
    kind: ResultKind<T>,
    order: readonly string[] = [],
    most?: number,
    records = false,
  ) {
    this.dimensions = kind.group
    this.context = context
    this.steps = steps
    this.kind = kind
    this.order = order
    this.most = most
    this.records = records
  }

  where(condition: WhereInput, bind: Readonly<Record<string, BindValue>> = {}): QueryResults<T> {
    return new QueryResults(
      this.context,
      [...this.steps, whereStep(condition, bind)],
      this.kind,
      this.order,
      this.most,
      this.records,
    )
  }

  /** Names of columns, a minus in front for descending. */
  orderBy(...names: readonly string[]): QueryResults<T> {
    return new QueryResults(
      this.context,
      this.steps,
      this.kind,
      [...this.order, ...nameList(names, 'names')],
      this.most,
      this.records,
    )
  }

  limit(most: number): QueryResults<T> {
    if (!Number.isSafeInteger(most) || most < 0)
      throw new ArgumentError(`A limit is a whole number of rows, not ${most}.`)
    return new QueryResults(this.context, this.steps, this.kind, this.order, most, this.records)
  }

  withDimensionRecords(): QueryResults<T> {
    return new QueryResults(this.context, this.steps, this.kind, this.order, this.most, true)
  }

  async list(): Promise<readonly T[]> {
    const spec = await this.build()
    const orderBy = this.parsedOrder(spec)
    return this.kind.run(this.finish(spec), {
      ...(orderBy.length > 0 && { orderBy }),
      limit: this.most,
      withDimensionRecords: this.records,
    })
  }

  async *[Symbol.asyncIterator](): AsyncIterator<T> {
    yield* await this.list()
  }

  /** Number of rows, not more than the limit. */
  async count(options: CountOptions = {}): Promise<number> {
    requireOptions(options, { exact: FLAG, discard: FLAG })
    const spec = await this.build()
    this.parsedOrder(spec)
    const count = await this.context.engine.count(this.finish(spec), this.request(), options)
    return Math.min(count, this.most ?? count)
  }

  async any(options: AnyOptions = {}): Promise<boolean> {
    requireOptions(options, { execute: FLAG, exact: FLAG })
    const spec = await this.build()
    this.parsedOrder(spec)
    return this.context.engine.any(this.finish(spec), this.request(), options)
  }

  /** Why there is nothing, in words; empty when nothing can be said (or there is something). */
  async explainNoResults(options: ExplainOptions = {}): Promise<readonly string[]> {
    requireOptions(options, { execute: FLAG })
    return explainEmpty(this.context.engine, this.finish(await this.build()), this.request(), options)
  }

  private request(): PlanRequest {
    const { group, element, dataset, findFirst, fields } = this.kind
    return {
      group,
      ...(element !== undefined && { element }),
      ...(dataset !== undefined && { dataset }),
      ...(findFirst !== undefined && { findFirst }),
      ...(fields !== undefined && { fields }),
    }
  }

  private async build(): Promise<QuerySpec> {
    let spec = emptySpec(this.context.engine.universe.empty)
    for (const step of this.steps) spec = await step(spec)
    return spec
  }

  /** Ordering sees the dimensions of the result. Throws for names that are none, which a count wants to know too. */
  private parsedOrder(spec: QuerySpec): ReturnType<typeof parseOrder> {
    return parseOrder(this.order, scopeOf({ ...spec, group: this.kind.group }, {}))
  }

  private finish(spec: QuerySpec): QuerySpec {
    return this.context.engine.withDefaults(spec, this.kind.group, this.context.defaultDataId)
  }

  toString(): string {
    return `Query for ${this.kind.element ?? this.dimensions.label}; list() runs it`
  }

  [INSPECT](): string {
    return this.toString()
  }
}

function requireDefaults(context: QueryContext): readonly string[] {
  if (context.defaultCollections.length > 0) return context.defaultCollections
  throw new NoDefaultCollectionError('No collections were given and there are no default collections.')
}

function searchStep(
  context: QueryContext,
  type: string | DatasetType,
  collections: CollectionExpression | undefined,
): Step {
  return async (spec) => {
    const record = await context.types.get(datasetTypeName(type))
    const search = await context.engine.search(record, collections ?? requireDefaults(context))
    const searches = new Map(spec.searches).set(record.type.name, search)
    return withGroup({ ...spec, searches }, record.type.dimensions)
  }
}
