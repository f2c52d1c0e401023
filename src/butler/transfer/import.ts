import { Instant, Timespan } from '#time'
import { DatasetRef } from '../datasets/dataset-ref.ts'
import type { FileDataset, FileIntake } from '../datastore/file-dataset.ts'
import { nameOfPlace, placeBelow } from '../datastore/uri.ts'
import type { RecordInput } from '../dimensions/codec.ts'
import type { DataId } from '../dimensions/data-id.ts'
import { expandDataIds } from '../dimensions/expand-many.ts'
import {
  ConflictingDefinitionError,
  IncompatibleVersionError,
  InconsistentUniverseError,
  ImportError,
} from '../errors.ts'
import { FLAG, NAME_LIST, PLACE, requireKind, requireOptions, TEXT } from '../kinds.ts'
import type { CollectionType } from '../collections/collection.ts'
import { Registry } from '../registry/registry.ts'
import type { Repository } from '../repository/repository.ts'
import { type Entry, requireEntries } from './entries.ts'
import { inNewUniverse, TIMES } from './older-universe.ts'
import { readExportYaml } from './yaml-reader.ts'

export interface ImportOptions extends FileIntake {
  /** Folder that the paths of files start from; by default they lie in the repository. */
  readonly directory?: string
  /** Elements whose records are not taken. */
  readonly skipDimensions?: readonly string[]
}

/** Datasets of one file. */
interface DatasetsRecord {
  readonly dataset_id: readonly string[]
  readonly data_id: readonly DataId[]
  readonly path?: unknown
  readonly formatter?: unknown
}

/** Take everything an export file describes, in one transaction: records, runs, types, datasets with files, chains, associations. */
export async function importRepository(
  repository: Repository,
  text: string,
  name: string,
  options: ImportOptions = {},
): Promise<void> {
  requireKind(text, 'text', TEXT)
  requireOptions(options, { directory: PLACE, skipDimensions: NAME_LIST, recordValidationInfo: FLAG }, [
    'transfer',
  ])
  const entries = readEntries(repository, await readExportYaml(text, name), name)
  await repository.session(() => new Importer(repository, options).run(entries))
}

function readEntries(repository: Repository, file: unknown, name: string): readonly Entry[] {
  const top = file as {
    version?: string | number
    universe_version?: number
    universe_namespace?: string
    data?: unknown
  } | null
  if (top === null || typeof top !== 'object' || !Array.isArray(top.data))
    throw new ImportError(`'${name}' is not an export of a repository: it has no list 'data'.`)
  const version = String(top.version ?? '1.0.0')
  if (!/^(0|1(\.0(\.[0-2])?)?)$/.test(version))
    throw new IncompatibleVersionError(`'${name}' is of export version ${version}; up to 1.0.2 can be read.`)
  const namespace = top.universe_namespace ?? repository.universe.namespace
  if (namespace !== repository.universe.namespace)
    throw new InconsistentUniverseError(`'${name}' is of dimension universe '${namespace}'.`)
  return inNewUniverse(requireEntries(top.data, name), top.universe_version ?? 0, repository.universe)
}

class Importer {
  private readonly repository: Repository
  private readonly options: ImportOptions
  private readonly registry: Registry
  private readonly refs = new Map<string, DatasetRef>()

  constructor(repository: Repository, options: ImportOptions) {
    this.repository = repository
    this.options = options
    this.registry = new Registry(repository, { run: undefined, collections: [], dataId: {} })
  }

  async run(entries: readonly Entry[]): Promise<void> {
    const of = (type: string) => entries.filter((e) => e.type === type)
    for (const entry of of('dimension')) await this.dimension(entry)
    const collections = of('collection').map((e) => ({
      entry: e,
      type: String(e['collection_type']) as CollectionType,
    }))
    for (const { name } of of('run')) await this.register(String(name), 'RUN', undefined)
    for (const { entry, type } of collections)
      if (type !== 'CHAINED')
        await this.register(String(entry['name']), type, entry['doc'] as string | undefined)
    for (const entry of of('dataset_type')) await this.datasetType(entry)
    for (const entry of of('dataset')) await this.datasets(entry)
    const chains = collections.filter((c) => c.type === 'CHAINED').map((c) => c.entry)
    for (const chain of chains)
      await this.register(String(chain['name']), 'CHAINED', chain['doc'] as string | undefined)
    for (const chain of chains) await this.chain(chain)
    for (const entry of of('associations')) await this.associations(entry)
  }

  private async dimension(entry: Entry): Promise<void> {
    const element = String(entry['element'])
    if (this.options.skipDimensions?.includes(element) === true) return
    const rows = (entry['records'] as readonly Record<string, unknown>[]).map(toInput)
    await this.registry.insertDimensionData(element, rows, { skipExisting: true })
  }

  private async register(name: string, type: CollectionType, doc: string | undefined): Promise<void> {
    await this.repository.write('import collections', async () => {
      if ((await this.repository.collections.find(name)) === undefined)
        await this.repository.collections.insert(name, type, doc)
    })
  }

  private async datasetType(entry: Entry): Promise<void> {
    await this.registry.registerDatasetType({
      name: String(entry['name']),
      dimensions: entry['dimensions'] as readonly string[],
      storageClass: String(entry['storage_class']),
      isCalibration: entry['is_calibration'] === true,
    })
  }

  private async datasets(entry: Entry): Promise<void> {
    const { type } = await this.repository.types.get(String(entry['dataset_type']))
    const run = String(entry['run'])
    const records = entry['records'] as readonly DatasetsRecord[]
    const dataIds = records.flatMap((record) => record.data_id)
    const coordinates = await expandDataIds(this.repository.records, type.dimensions, dataIds, {
      allowNewViews: true,
      all: false,
    })
    let n = 0
    const files: FileDataset[] = []
    const all: DatasetRef[] = []
    for (const { dataset_id, path, formatter } of records) {
      const refs = dataset_id.map((id) => new DatasetRef(type, coordinates[n++]!, run, id))
      for (const ref of refs) {
        this.refs.set(ref.id, ref)
        all.push(ref)
      }
      if (typeof path !== 'string') continue
      files.push({
        path: this.placeOf(path),
        refs,
        ...(typeof formatter === 'string' && { formatter }),
      })
    }
    await this.repository.write('import datasets', async (undo) => {
      await this.registry.insertRefs(await this.fresh(all))
      await this.repository.datastore.ingest(files, this.options, undo)
    })
  }

  private placeOf(path: string): string {
    const { directory } = this.options
    return directory === undefined || path.startsWith('/') || path.includes('://')
      ? path
      : nameOfPlace(placeBelow(directory, path))
  }

  /** Those that are not known yet; a known id must be the same dataset, and not stored. */
  private async fresh(refs: readonly DatasetRef[]): Promise<readonly DatasetRef[]> {
    const { datasets, datastore } = this.repository
    const known = await datasets.known(refs.map((r) => r.id))
    const stored = known.size === 0 ? undefined : await datastore.stored([...known])
    const taken = refs.find((ref) => stored?.has(ref.id) === true)
    if (taken !== undefined)
      throw new ConflictingDefinitionError(
        `Dataset ${taken.id} (${taken.datasetType.name}) is in the repository already.`,
        { hint: 'Nothing was imported.' },
      )
    return refs.filter((ref) => !known.has(ref.id))
  }

  private async chain(entry: Entry): Promise<void> {
    const name = String(entry['name'])
    await this.repository.write('import chains', async () => {
      const { collections } = this.repository
      const children = []
      for (const child of entry['children'] as readonly string[]) {
        const record = await collections.find(child)
        if (record === undefined)
          throw new ImportError(
            `Chain '${name}' names '${child}', which is neither in the export nor in the repository.`,
          )
        children.push(record)
      }
      await collections.writeChildren(await collections.get(name), children)
    })
  }

  private async associations(entry: Entry): Promise<void> {
    const collection = String(entry['collection'])
    const pick = (ids: unknown) => (ids as readonly string[]).map((id) => this.exported(id, collection))
    if (entry['collection_type'] === 'TAGGED') {
      await this.registry.associate(collection, pick(entry['dataset_ids']))
      return
    }
    for (const range of entry['validity_ranges'] as readonly { timespan: Timespan; dataset_ids: unknown }[])
      await this.registry.certify(collection, pick(range.dataset_ids), range.timespan)
  }

  private exported(id: string, collection: string): DatasetRef {
    const ref = this.refs.get(id)
    if (ref !== undefined) return ref
    throw new ImportError(`Collection '${collection}' has dataset ${id}, which is not in the export.`)
  }
}

/** Times are two keys in the file: datetime_begin and datetime_end (older: timespan_begin, timespan_end), or one timespan. */
function toInput(row: Record<string, unknown>): RecordInput {
  if (!TIMES.some((key) => key in row)) return row as RecordInput
  const { datetime_begin, datetime_end, timespan_begin, timespan_end, ...rest } = row
  const begin = datetime_begin ?? timespan_begin
  const end = datetime_end ?? timespan_end
  if (begin === undefined && end === undefined) return rest as RecordInput
  // YAML's own times are UTC; files of long ago have them.
  const bound = (value: unknown) =>
    value instanceof Date ? Instant.fromUnix(value.getTime() / 1000) : value instanceof Instant ? value : null
  const known = bound(begin) !== null || bound(end) !== null
  return {
    ...(rest as RecordInput),
    ...(known && { timespan: Timespan.between(bound(begin), bound(end)) }),
  }
}
