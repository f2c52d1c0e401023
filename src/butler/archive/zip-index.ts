import { bigJson, FirstlightError, parseBigJson } from '#core'
import { DatasetRef } from '../datasets/dataset-ref.ts'
import type { DatasetType } from '../datasets/dataset-type.ts'
import type { FileRecord } from '../datastore/record-table.ts'
import { DataCoordinate } from '../dimensions/data-coordinate.ts'
import type { DataId } from '../dimensions/data-id.ts'
import { RecordBook, recordRows, type RecordRows } from '../dimensions/record-rows.ts'
import type { DimensionUniverse } from '../dimensions/universe.ts'
import { InconsistentUniverseError } from '../errors.ts'

/** Name of the index in an archive, and beside retrieved files. */
export const INDEX_FILE = '_butler_zip_index.json'

/** A file in an archive: its record and the datasets that it holds. */
export interface IndexedFile {
  readonly name: string
  /** `path` is where it was in the datastore that it came from. */
  readonly record: FileRecord
  readonly ids: readonly string[]
}

/** What an archive holds, enough to take it into another repository. */
export interface ZipIndex {
  readonly refs: readonly DatasetRef[]
  readonly files: readonly IndexedFile[]
  /** Dimension records of the data IDs; undefined when the writer had none. */
  readonly records: RecordRows | undefined
}

/** The index as the anchor writes it (`ZipIndex`, version V1). Refs need data IDs with implied values. */
export function writeIndex(
  universe: DimensionUniverse,
  refs: readonly DatasetRef[],
  files: readonly IndexedFile[],
): string {
  const types = new Map(refs.map((r) => [r.datasetType.name, r.datasetType]))
  const hasRecords = refs.length > 0 && refs.every((r) => r.coordinate.records !== undefined)
  return bigJson({
    index_version: 'V1',
    refs: {
      container_version: 'V1',
      universe_version: refs.length > 0 ? universe.version : 0,
      universe_namespace: refs.length > 0 ? universe.namespace : 'unknown',
      dataset_types: Object.fromEntries([...types].map(([name, type]) => [name, typeJson(type)])),
      compact_refs: Object.fromEntries(
        refs.map((r) => [r.id, { dataset_type_name: r.datasetType.name, run: r.run, data_id: r.dataId }]),
      ),
      dimension_records: hasRecords ? recordRows(refs.map((r) => r.coordinate)) : null,
    },
    artifact_map: Object.fromEntries(
      files.map(({ name, record, ids }) => [name, { info: recordJson(record), ids }]),
    ),
  })
}

const typeJson = ({ name, storageClass, dimensions, isCalibration }: DatasetType) => ({
  name,
  storageClass,
  dimensions: dimensions.required,
  parentStorageClass: null,
  isCalibration,
})

const recordJson = (record: FileRecord) => ({
  formatter: record.formatter,
  path: record.path,
  storage_class: record.storageClass,
  component: record.component ?? null,
  checksum: record.checksum ?? null,
  file_size: record.size,
})

/** Name of the archive with these members: the same files give the same name. A version-5 UUID, as the anchor's. */
export async function archiveName(files: readonly { readonly name: string }[]): Promise<string> {
  const { v5 } = await import('uuid')
  const names = files.map((f) => f.name).sort(byCodePoints)
  return `${v5(names.join(','), NAMESPACE)}.zip`
}

/** uuid5 of the DNS name "lsst.org". */
const NAMESPACE = '840b31d9-05cd-5161-b2c8-00d32b280d0f'

const byCodePoints = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Read an index; `from` names the archive in messages. Throws `butler/bad-archive`. */
export function readIndex(text: string, universe: DimensionUniverse, from: string): ZipIndex {
  const top = objectOf(parse(text, from), 'the index', from)
  if (top['index_version'] !== 'V1')
    throw badIndex(from, `it is of version ${JSON.stringify(top['index_version'])}, not V1`)
  const container = objectOf(top['refs'], 'refs', from)
  const entries = Object.entries(objectOf(container['compact_refs'], 'refs.compact_refs', from))
  if (entries.length > 0) checkUniverse(container, universe, from)
  const types = typesOf(objectOf(container['dataset_types'], 'refs.dataset_types', from), universe, from)
  const records = container['dimension_records'] as RecordRows | null | undefined
  const book = records ? new RecordBook(records, universe) : undefined
  const refs = entries.map(([id, value]) =>
    refOf(id, objectOf(value, `refs.compact_refs.${id}`, from), types, book, from),
  )
  const known = new Set(refs.map((r) => r.id))
  const files = Object.entries(objectOf(top['artifact_map'], 'artifact_map', from)).map(([name, value]) =>
    fileOf(name, objectOf(value, `artifact_map.${name}`, from), known, from),
  )
  const filed = new Set(files.flatMap((f) => f.ids))
  const bare = refs.find((r) => !filed.has(r.id))
  if (bare !== undefined) throw badIndex(from, `its artifact_map has no file for ${bare.toString()}`)
  return { refs, files, records: records ?? undefined }
}

function checkUniverse(container: JsonObject, universe: DimensionUniverse, from: string): void {
  const namespace = container['universe_namespace']
  if (namespace !== universe.namespace)
    throw new InconsistentUniverseError(
      `'${from}' is of dimension universe '${String(namespace)}', the repository of '${universe.namespace}'.`,
    )
}

function typesOf(
  entries: JsonObject,
  universe: DimensionUniverse,
  from: string,
): ReadonlyMap<string, DatasetType> {
  const types = new Map<string, DatasetType>()
  for (const [name, value] of Object.entries(entries)) {
    const field = `refs.dataset_types.${name}`
    const type = objectOf(value, field, from)
    const given = Array.isArray(type['dimensions']) ? type['dimensions'].map(String) : []
    const strange = given.filter((d) => !universe.isDimension(d))
    if (strange.length > 0)
      throw new InconsistentUniverseError(
        `'${from}': dataset type '${name}' has dimensions that the repository lacks: ${strange.join(', ')}.`,
      )
    types.set(name, {
      name,
      dimensions: universe.group(given),
      storageClass: textOf(type['storageClass'], `${field}.storageClass`, from),
      isCalibration: type['isCalibration'] === true,
    })
  }
  return types
}

function refOf(
  id: string,
  entry: JsonObject,
  types: ReadonlyMap<string, DatasetType>,
  book: RecordBook | undefined,
  from: string,
): DatasetRef {
  const field = `refs.compact_refs.${id}`
  const name = textOf(entry['dataset_type_name'], `${field}.dataset_type_name`, from)
  const type = types.get(name)
  if (type === undefined)
    throw badIndex(from, `${field} is of dataset type '${name}', which it does not define`)
  const values = objectOf(entry['data_id'], `${field}.data_id`, from) as DataId
  const missing = type.dimensions.required.filter((d) => values[d] === undefined)
  if (missing.length > 0) throw badIndex(from, `${field}.data_id has no ${missing.join(', ')}`)
  const isFull = type.dimensions.implied.every((d) => values[d] !== undefined)
  const coordinate = new DataCoordinate(type.dimensions, values, isFull)
  return new DatasetRef(
    type,
    book?.expand(coordinate) ?? coordinate,
    textOf(entry['run'], `${field}.run`, from),
    id.toLowerCase(),
  )
}

function fileOf(name: string, entry: JsonObject, known: ReadonlySet<string>, from: string): IndexedFile {
  const field = `artifact_map.${name}`
  const info = objectOf(entry['info'], `${field}.info`, from)
  const ids = (Array.isArray(entry['ids']) ? entry['ids'] : []).map((id) => String(id).toLowerCase())
  const strange = ids.find((id) => !known.has(id))
  if (strange !== undefined)
    throw badIndex(from, `${field} holds dataset ${strange}, which is not among its refs`)
  if (ids.length === 0) throw badIndex(from, `${field} holds no dataset`)
  const size = info['file_size']
  const optional = (key: string) => (typeof info[key] === 'string' ? info[key] : undefined)
  const record: FileRecord = {
    id: ids[0]!,
    path: textOf(info['path'], `${field}.info.path`, from),
    formatter: textOf(info['formatter'], `${field}.info.formatter`, from),
    storageClass: textOf(info['storage_class'], `${field}.info.storage_class`, from),
    component: optional('component'),
    checksum: optional('checksum'),
    size: typeof size === 'number' ? size : -1,
  }
  return { name, record, ids }
}

type JsonObject = Readonly<Record<string, unknown>>

function parse(text: string, from: string): unknown {
  try {
    return parseBigJson(text)
  } catch (error) {
    throw badIndex(from, 'it is not JSON', error)
  }
}

function objectOf(value: unknown, field: string, from: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject
  throw badIndex(from, `${field} is not an object`)
}

function textOf(value: unknown, field: string, from: string): string {
  if (typeof value === 'string') return value
  throw badIndex(from, `${field} is not text`)
}

const badIndex = (from: string, why: string, cause?: unknown): FirstlightError =>
  new FirstlightError('butler/bad-archive', `The index ${INDEX_FILE} of '${from}' cannot be used: ${why}.`, {
    hint: 'Make the archive anew with `butler retrieve-artifacts --zip`.',
    ...(cause !== undefined && { cause }),
  })
