import type { BindValue, Butler, CollectionType, DataId, QueryOptions } from '#butler'
import { DataCoordinate, type DatasetRef, packDataId } from '#butler'
import type { Timespan } from '#time'
import { isMap, type Json, readValue } from './notation.ts'
import { runQueryChain } from './query-chain.ts'

export type Spec = Readonly<Record<string, Json>>

/** Run one recorded operation on our engine; names are those of the anchor's Python interface. */
export async function runOperation(butler: Butler, spec: Spec): Promise<unknown> {
  const op = spec['op'] as string
  const operation = OPERATIONS[op]
  if (operation === undefined) throw new UnknownOperation(op)
  const args = new Arguments(spec)
  const answer = await operation(butler, args)
  const unread = args.unread()
  if (unread !== undefined) throw new UnknownOperation(`argument ${unread} of ${op}`)
  return answer
}

/** The cases file wants something this runner does not know. */
export class UnknownOperation extends Error {
  constructor(name: string) {
    super(`unknown operation '${name}'`)
  }
}

class Arguments {
  private readonly spec: Spec
  private readonly read = new Set(['op', 'do'])
  private isAllRead = false

  constructor(spec: Spec) {
    this.spec = spec
  }

  get raw(): Spec {
    this.isAllRead = true
    return this.spec
  }

  /** An argument that the operation did not ask for. */
  unread(): string | undefined {
    return this.isAllRead ? undefined : Object.keys(this.spec).find((name) => !this.read.has(name))
  }

  has(name: string): boolean {
    this.read.add(name)
    return this.spec[name] !== undefined
  }

  value<T>(name: string): T {
    this.read.add(name)
    return (this.spec[name] === undefined ? undefined : readValue(this.spec[name])) as T
  }

  /** Data ID values of `data_id` and `kwargs` together. */
  dataId(): DataId | undefined {
    if (!this.has('data_id') && !this.has('kwargs')) return undefined
    return { ...this.value<DataId>('data_id'), ...this.value<DataId>('kwargs') }
  }

  queryOptions(extra: readonly string[] = []): QueryOptions {
    const known = [
      'op',
      'do',
      'where',
      'bind',
      'order_by',
      'limit',
      'explain',
      'data_id',
      'kwargs',
      'with_dimension_records',
      ...extra,
    ]
    const governors: Record<string, Json> = {}
    for (const [name, value] of Object.entries(this.spec)) {
      if (known.includes(name)) continue
      if (name !== 'instrument' && name !== 'skymap') throw new UnknownOperation(`argument ${name}`)
      this.read.add(name)
      governors[name] = value
    }
    const dataId = { ...(governors as DataId), ...this.dataId() }
    return {
      ...(this.has('where') && { where: this.value<string>('where') }),
      ...(this.has('bind') && { bind: this.value<Record<string, BindValue>>('bind') }),
      ...(this.has('order_by') && { orderBy: this.value<string | string[]>('order_by') }),
      ...(this.has('limit') && { limit: this.value<number | null>('limit') }),
      ...(this.has('explain') && { explain: this.value<boolean>('explain') }),
      ...(Object.keys(dataId).length > 0 && { dataId }),
      ...(this.value<boolean>('with_dimension_records') === true && { withDimensionRecords: true }),
    }
  }

  collections(): { collections?: string | readonly string[] } {
    this.read.add('collections')
    const collections = this.spec['collections']
    return collections === undefined || collections === null
      ? {}
      : { collections: this.value<string | readonly string[]>('collections') }
  }
}

type Operation = (butler: Butler, args: Arguments) => Promise<unknown>

const search = (a: Arguments) => ({
  ...a.collections(),
  ...(a.has('timespan') && { timespan: a.value<Timespan>('timespan') }),
})

const typesOf = (a: Arguments) =>
  a.has('collection_types') ? { types: a.value<CollectionType[]>('collection_types') } : {}

const collectionOptions = (a: Arguments) => ({
  ...typesOf(a),
  ...(a.has('flatten_chains') && { flattenChains: a.value<boolean>('flatten_chains') }),
  ...(a.has('include_chains') && { includeChains: a.value<boolean>('include_chains') }),
})

const queryDatasets: Operation = (b, a) =>
  b.queryDatasets(a.value('dataset_type'), {
    ...a.queryOptions(['dataset_type', 'collections', 'find_first']),
    ...a.collections(),
    ...(a.has('find_first') && { findFirst: a.value<boolean>('find_first') }),
  })

const findDataset: Operation = async (b, a) =>
  (await b.findDataset(a.value('dataset_type'), a.dataId(), {
    ...search(a),
    withDimensionRecords: a.value<boolean>('dimension_records') === true,
  })) ?? null

const OPERATIONS: Readonly<Record<string, Operation>> = {
  query_data_ids: (b, a) => b.queryDataIds(a.value('dimensions'), a.queryOptions(['dimensions'])),
  query_dimension_records: (b, a) => b.queryDimensionRecords(a.value('element'), a.queryOptions(['element'])),
  query_datasets: queryDatasets,
  query_all_datasets: (b, a) =>
    b.queryAllDatasets({
      ...a.queryOptions(['name', 'collections', 'find_first']),
      ...a.collections(),
      ...(a.has('name') && { name: a.value<string | string[]>('name') }),
      ...(a.has('find_first') && { findFirst: a.value<boolean>('find_first') }),
    }),
  find_dataset: findDataset,
  'registry.findDataset': findDataset,
  get: (b, a) =>
    b.get(a.value('dataset_type'), a.dataId(), {
      ...search(a),
      ...(a.has('parameters') && { parameters: a.value<Record<string, unknown>>('parameters') }),
      ...(a.has('storageClass') && { storageClass: a.value<string>('storageClass') }),
    }),
  exists: async (b, a) => {
    const e = await b.existence(a.value('dataset_type'), a.dataId(), {
      ...search(a),
      ...(a.has('full_check') && { fullCheck: a.value<boolean>('full_check') }),
    })
    const bits = [
      ['RECORDED', e.recorded, 1],
      ['DATASTORE', e.inDatastore, 2],
      ['_ARTIFACT', e.fileSeen, 4],
      ['_ASSUMED', e.assumed, 8],
    ] as const
    const set = bits.filter(([, on]) => on)
    return {
      flags: set.map(([n]) => n).sort(),
      value: set.reduce((n, [, , v]) => n + v, 0),
      truthy: e.exists,
    }
  },
  getURI: (b, a) =>
    b.getUri(a.value('dataset_type'), a.dataId(), {
      ...search(a),
      ...(a.has('predict') && { predict: a.value<boolean>('predict') }),
      ...(a.has('run') && { run: a.value<string>('run') }),
    }),
  get_dataset: async (b, a) =>
    (await b.getDataset(a.value<{ uuid?: string }>('id').uuid ?? a.value('id'), {
      withDimensionRecords: a.value<boolean>('dimension_records') === true,
    })) ?? null,
  get_dataset_type: async (b, a) => typeText(await b.getDatasetType(a.value('name'))),
  'registry.queryDatasetTypes': async (b, a) =>
    (await b.registry.queryDatasetTypes(a.value('expression'))).map(typeText),
  'collections.query': (b, a) => b.collections.query(a.value('expression'), collectionOptions(a)),
  'collections.query_info': async (b, a) => {
    const summary = a.value<boolean>('include_summary') === true
    const infos = await b.collections.queryInfo(a.value('expression'), {
      ...collectionOptions(a),
      includeParents: a.value<boolean>('include_parents') === true,
      includeSummary: summary,
      ...(a.has('summary_datasets') && { datasetTypes: a.value<string[]>('summary_datasets') }),
    })
    const withDoc = a.value<boolean>('include_doc') === true
    return infos.map((i) => ({
      name: i.name,
      type: i.type,
      children: i.children,
      doc: withDoc ? i.doc : '',
      ...(i.parents !== undefined && { parents: [...i.parents].sort() }),
      ...(i.datasetTypes !== undefined && { dataset_types: i.datasetTypes }),
    }))
  },
  associations: async (b, a) =>
    await b.registry.queryDatasetAssociations(a.value('dataset_type'), { ...a.collections(), ...typesOf(a) }),
  expand_data_id: async (b, a) => {
    const id = await b.registry.expandDataId(a.dataId())
    return { dataId: id, region: id.region ?? null, timespan: id.timespan ?? null }
  },
  group: (b, a) => Promise.resolve(b.dimensions.group(a.value<string[]>('dimensions'))),
  pack: async (b, a) => {
    const id = await b.registry.expandDataId(a.dataId())
    const kind = a.value<boolean>('is_exposure') ? 'exposure_detector' : 'visit_detector'
    const { packed, bits } = packDataId(kind, id)
    return { packed, maxBits: bits }
  },
  query: (b, a) => runQueryChain(b, a.raw),
  write: (b, a) => {
    const name = a.raw['do'] as string
    const write = WRITES[name]
    if (write !== undefined) return write(b, a)
    const { do: _, ...rest } = a.raw
    return runOperation(b, { ...rest, op: name })
  },
}

async function found(b: Butler, a: Arguments): Promise<readonly DatasetRef[]> {
  const refs: DatasetRef[] = []
  for (const item of (a.raw['find'] ?? []) as readonly Spec[])
    refs.push(
      ...((await queryDatasets(
        b,
        new Arguments({ find_first: false, explain: false, ...item }),
      )) as DatasetRef[]),
    )
  return refs
}

const chainEdit =
  (edit: (b: Butler, parent: string, children: string[]) => Promise<void>): Operation =>
  async (b, a) => {
    const parent = a.value<string>('parent')
    await edit(b, parent, a.value<string[]>('children'))
    return (await b.collections.getInfo(parent)).children
  }

const WRITES: Readonly<Record<string, Operation>> = {
  put: (b, a) =>
    b.put(a.value('obj'), a.value<string>('dataset_type'), a.dataId(), {
      ...(a.has('run') && { run: a.value<string>('run') }),
    }),
  register_collection: (b, a) =>
    b.collections.register(a.value('name'), a.value<CollectionType>('type') ?? 'RUN', a.value('doc')),
  remove_collection: (b, a) => b.collections.remove(a.value('name')),
  prepend_chain: chainEdit((b, p, c) => b.collections.prependChain(p, c)),
  extend_chain: chainEdit((b, p, c) => b.collections.extendChain(p, c)),
  redefine_chain: chainEdit((b, p, c) => b.collections.redefineChain(p, c)),
  remove_from_chain: chainEdit((b, p, c) => b.collections.removeFromChain(p, c)),
  register_dataset_type: (b, a) =>
    b.registry.registerDatasetType({
      name: a.value('name'),
      dimensions: a.value<string[]>('dimensions'),
      storageClass: a.value('storageClass'),
      isCalibration: a.value<boolean>('isCalibration') === true,
    }),
  remove_dataset_type: (b, a) => b.registry.removeDatasetType(a.value('name')),
  associate: async (b, a) => b.registry.associate(a.value('collection'), await found(b, a)),
  disassociate: async (b, a) => b.registry.disassociate(a.value('collection'), await found(b, a)),
  certify: async (b, a) => b.registry.certify(a.value('collection'), await found(b, a), a.value('timespan')),
  decertify: (b, a) =>
    b.registry.decertify(
      a.value('collection'),
      a.value('dataset_type'),
      a.value('timespan'),
      a.has('data_ids') ? { dataIds: a.value<DataId[]>('data_ids') } : {},
    ),
  prune: async (b, a) => b.pruneDatasets(await found(b, a), a.value('options')),
  remove_runs: (b, a) =>
    b.removeRuns(a.value<string[]>('names'), {
      unlinkFromChains: isMap(a.raw['options']) && a.raw['options']['unlink_from_chains'] === true,
    }),
  insert_record: (b, a) => {
    const options = (a.raw['options'] ?? {}) as { replace?: boolean; skip_existing?: boolean }
    return b.registry.insertDimensionData(a.value('element'), a.value('records'), {
      replace: options.replace === true,
      skipExisting: options.skip_existing === true,
    })
  },
  sync_record: (b, a) =>
    b.registry.syncDimensionData(a.value('element'), a.value('record'), {
      update: isMap(a.raw['options']) && a.raw['options']['update'] === true,
    }),
}

const typeText = (type: {
  name: string
  dimensions: DataCoordinate['group']
  storageClass: string
  isCalibration: boolean
}) => ({
  name: type.name,
  dimensions: type.dimensions.names,
  required: type.dimensions.required,
  storageClass: type.storageClass,
  isCalibration: type.isCalibration,
})
