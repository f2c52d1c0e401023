import { REFS } from '../arguments.ts'
import type { CollectionRecord } from '../collections/store.ts'
import type { DatasetRef } from '../datasets/dataset-ref.ts'
import { requireMode, RETRIEVE_MODES } from '../datastore/file-dataset.ts'
import type { FileDatastore, StoredFiles } from '../datastore/file-datastore.ts'
import type { FileRecord } from '../datastore/record-table.ts'
import { extensionOf, folderOf, placeBelow, zipMember } from '../datastore/uri.ts'
import { NAME_LIST, PLACE, requireKind, requireOptions } from '../kinds.ts'
import type { Repository } from '../repository/repository.ts'
import { removeAll } from './retrieve.ts'
import { oncePerId } from './transfer.ts'
import type { DimensionRecord } from '../dimensions/record.ts'
import { fieldType } from '../dimensions/codec.ts'
import { FileExistsError, FormatterError } from '../errors.ts'
import { Registry } from '../registry/registry.ts'
import { collectRecords, type RecordSets } from './records.ts'
import { yamlFloat, yamlRegion, yamlScalar, YamlWriter, yamlTime } from './yaml-writer.ts'

export const EXPORT_FILE = 'export.yaml'

export interface ExportRequest {
  readonly datasets: readonly DatasetRef[]
  /** Collections to describe besides the datasets' runs: chains with their lists, tags and calibrations with what is exported. */
  readonly collections?: readonly string[]
  /** Folder for the files; without it they stay where they are and paths are relative to the repository. */
  readonly directory?: string
  /** How files come into the folder; by default they are copied. */
  readonly transfer?: (typeof RETRIEVE_MODES)[number]
}

/** Describe datasets with all that another repository needs to take them, in the anchor's export format 1.0.2. */
export async function exportRepository(repository: Repository, given: ExportRequest): Promise<string> {
  requireOptions(given, { collections: NAME_LIST, directory: PLACE }, ['datasets', 'transfer'])
  requireKind(given.datasets, 'datasets', REFS)
  requireMode(given.transfer, RETRIEVE_MODES)
  const copied: string[] = []
  try {
    return await describe(repository, { ...given, datasets: oncePerId(given.datasets), copied })
  } catch (error) {
    await removeAll(repository.datastore.files, copied)
    throw error
  }
}

/** With the places of the files that were copied so far. */
interface Running extends ExportRequest {
  readonly copied: string[]
}

async function describe(repository: Repository, request: Running): Promise<string> {
  const yaml = new YamlWriter()
  yaml.line(0, 'description: Butler Data Repository Export')
  yaml.line(0, 'version: 1.0.2')
  yaml.line(0, `universe_version: ${repository.universe.version}`)
  yaml.line(0, `universe_namespace: ${repository.universe.namespace}`)
  yaml.line(0, 'data:')
  writeRecords(
    yaml,
    repository,
    await collectRecords(
      repository,
      request.datasets.map((r) => r.coordinate),
    ),
  )
  const collections = await describedCollections(repository, request)
  for (const collection of collections) writeCollection(yaml, collection)
  await writeDatasets(yaml, repository, request)
  await writeAssociations(yaml, repository, request, collections)
  return yaml.text()
}

function writeRecords(yaml: YamlWriter, repository: Repository, sets: RecordSets): void {
  for (const [element, records] of sets) {
    yaml.line(0, '- type: dimension')
    yaml.line(1, `element: ${element}`)
    yaml.line(1, 'records:')
    for (const record of records) writeRecord(yaml, repository, record)
  }
}

function writeRecord(yaml: YamlWriter, repository: Repository, record: DimensionRecord): void {
  const { element } = record
  let dash = '- '
  const item = (text: string) => {
    yaml.line(1, `${dash}${text}`)
    dash = '  '
  }
  for (const [name, value] of Object.entries(record.fields)) {
    const type = fieldType(repository.universe, element, name)
    if (value instanceof Uint8Array) item(`${name}: !!binary ${btoa(String.fromCharCode(...value))}`)
    else
      item(`${name}: ${type === 'float' && typeof value === 'number' ? yamlFloat(value) : yamlScalar(value)}`)
  }
  if (record.region !== undefined) {
    const { tag, encoded } = yamlRegion(record.region)
    item(`region: ${tag}`)
    yaml.line(3, `encoded: ${encoded}`)
  } else if (element.spatialFamily !== undefined) item('region: null')
  if (element.temporalFamily === undefined) return
  item(`datetime_begin: ${yamlTime(record.timespan?.begin ?? null)}`)
  item(`datetime_end: ${yamlTime(record.timespan?.end ?? null)}`)
}

async function describedCollections(
  repository: Repository,
  request: ExportRequest,
): Promise<readonly CollectionRecord[]> {
  const names = new Set([...request.datasets.map((r) => r.run).sort(), ...(request.collections ?? [])])
  const out: CollectionRecord[] = []
  for (const name of names) out.push(await repository.collections.get(name))
  return [
    ...out.filter((c) => c.type !== 'CHAINED'),
    ...childrenFirst(out.filter((c) => c.type === 'CHAINED')),
  ]
}

/** The anchor makes chains one after the other as they come, and wants their children to be there. */
function childrenFirst(chains: readonly CollectionRecord[]): readonly CollectionRecord[] {
  const byName = new Map(chains.map((chain) => [chain.name, chain]))
  const sorted = new Set<CollectionRecord>()
  const visit = (chain: CollectionRecord) => {
    for (const name of chain.children) {
      const child = byName.get(name)
      if (child !== undefined && !sorted.has(child)) visit(child)
    }
    sorted.add(chain)
  }
  for (const chain of chains) visit(chain)
  return [...sorted]
}

function writeCollection(yaml: YamlWriter, collection: CollectionRecord): void {
  yaml.line(0, '- type: collection')
  yaml.line(1, `collection_type: ${collection.type}`)
  yaml.line(1, `name: ${yamlScalar(collection.name)}`)
  if (collection.doc !== '') yaml.line(1, `doc: ${yamlScalar(collection.doc)}`)
  if (collection.type === 'RUN')
    for (const key of ['host', 'timespan_begin', 'timespan_end']) yaml.line(1, `${key}: null`)
  if (collection.type !== 'CHAINED') return
  yaml.line(1, collection.children.length === 0 ? 'children: []' : 'children:')
  for (const child of collection.children) yaml.line(1, `- ${yamlScalar(child)}`)
}

async function writeDatasets(yaml: YamlWriter, repository: Repository, request: Running): Promise<void> {
  const groups = new Map<string, DatasetRef[]>()
  for (const ref of request.datasets) {
    const key = `${ref.datasetType.name}\u0000${ref.run}`
    const list = groups.get(key)
    if (list === undefined) groups.set(key, [ref])
    else list.push(ref)
  }
  const stored = await repository.datastore.stored(request.datasets.map((r) => r.id))
  for (const key of [...groups.keys()].sort()) {
    const refs = groups.get(key)!
    const { datasetType } = refs[0]!
    yaml.line(0, '- type: dataset_type')
    yaml.line(1, `name: ${datasetType.name}`)
    yaml.line(1, datasetType.dimensions.names.length === 0 ? 'dimensions: []' : 'dimensions:')
    for (const name of datasetType.dimensions.names) yaml.line(1, `- ${name}`)
    yaml.line(1, `storage_class: ${datasetType.storageClass}`)
    yaml.line(1, `is_calibration: ${datasetType.isCalibration}`)
    yaml.line(0, '- type: dataset')
    yaml.line(1, `dataset_type: ${datasetType.name}`)
    yaml.line(1, `run: ${yamlScalar(refs[0]!.run)}`)
    yaml.line(1, 'records:')
    for (const ref of refs) {
      const file = stored.get(ref.id)
      const path = file === undefined ? undefined : await exportedPath(ref, file, request)
      writeDataset(yaml, ref, path, file?.records[0]!.formatter)
    }
  }
}

function writeDataset(
  yaml: YamlWriter,
  ref: DatasetRef,
  path: string | undefined,
  formatter: string | undefined,
): void {
  yaml.line(1, '- dataset_id:')
  yaml.line(2, `- !uuid '${ref.id}'`)
  yaml.line(2, 'data_id:')
  const { required } = ref.datasetType.dimensions
  if (required.length === 0) yaml.line(2, '- {}')
  for (const [i, name] of required.entries())
    yaml.line(2, `${i === 0 ? '- ' : '  '}${name}: ${yamlScalar(ref.dataId[name])}`)
  if (path === undefined || formatter === undefined) return
  yaml.line(2, `path: ${yamlScalar(path)}`)
  yaml.line(2, `formatter: ${formatter}`)
}

async function exportedPath(ref: DatasetRef, stored: StoredFiles, request: Running): Promise<string> {
  const record = stored.records[0]!
  if (stored.records.length > 1)
    throw new FormatterError(`${ref.toString()} is stored in parts, which an export cannot say.`, {
      hint: 'Use transfer-datasets or an archive (retrieve-artifacts --zip), or leave it out.',
    })
  return request.directory === undefined ? record.path : copyOut(stored.store, ref, record, request)
}

/** Put the file into the export's folder; gives its path there. */
async function copyOut(
  datastore: FileDatastore,
  ref: DatasetRef,
  record: FileRecord,
  { directory, transfer = 'copy', copied }: Running,
): Promise<string> {
  const member = zipMember(record.path)
  const relative =
    record.path.includes('://') || member !== undefined
      ? datastore.relativePath({ ref }, extensionOf(member ?? record.path))
      : record.path
  const target = placeBelow(directory!, relative)
  const { files } = datastore
  if ((await files.stat(target)) !== undefined) throw new FileExistsError(`'${target}' is there already.`)
  copied.push(target)
  await files.makeDirectory(folderOf(target))
  const source = datastore.placeOf(record)
  if (transfer === 'auto' || transfer === 'copy' || member !== undefined)
    await datastore.copyTo(record, target)
  else await files.link(source, target, transfer === 'link' ? 'hardlink' : transfer)
  return relative
}

async function writeAssociations(
  yaml: YamlWriter,
  repository: Repository,
  request: ExportRequest,
  collections: readonly CollectionRecord[],
): Promise<void> {
  const exported = new Set(request.datasets.map((r) => r.id))
  const types = [...new Set(request.datasets.map((r) => r.datasetType.name))].sort()
  const registry = new Registry(repository, { run: undefined, collections: [], dataId: {} })
  for (const collection of collections) {
    if (collection.type !== 'TAGGED' && collection.type !== 'CALIBRATION') continue
    const ranges = new Map<string, string[]>()
    for (const type of types)
      for (const { ref, timespan } of await registry.queryDatasetAssociations(type, {
        collections: collection.name,
      })) {
        if (!exported.has(ref.id)) continue
        const key =
          timespan === undefined
            ? ''
            : timespan.isEmpty
              ? 'EMPTY'
              : `${yamlTime(timespan.begin ?? null)}|${yamlTime(timespan.end ?? null)}`
        const ids = ranges.get(key)
        if (ids === undefined) ranges.set(key, [ref.id])
        else ids.push(ref.id)
      }
    if (ranges.size > 0) writeRanges(yaml, collection, ranges)
  }
}

function writeRanges(
  yaml: YamlWriter,
  collection: CollectionRecord,
  ranges: ReadonlyMap<string, readonly string[]>,
): void {
  yaml.line(0, '- type: associations')
  yaml.line(1, `collection: ${yamlScalar(collection.name)}`)
  yaml.line(1, `collection_type: ${collection.type}`)
  if (collection.type === 'TAGGED') {
    yaml.line(1, 'dataset_ids:')
    for (const id of [...ranges.values()].flat()) yaml.line(1, `- !uuid '${id}'`)
    return
  }
  yaml.line(1, 'validity_ranges:')
  for (const [span, ids] of ranges) {
    const [begin, end] = span.split('|')
    if (span === 'EMPTY') yaml.line(1, '- timespan: !lsst.daf.butler.Timespan EMPTY')
    else {
      yaml.line(1, '- timespan: !lsst.daf.butler.Timespan')
      yaml.line(3, `begin: ${begin}`)
      yaml.line(3, `end: ${end}`)
    }
    yaml.line(2, 'dataset_ids:')
    for (const id of ids) yaml.line(2, `- !uuid '${id}'`)
  }
}
