import type { ByteSource, Files } from '#core'
import { DatasetRef } from '../datasets/dataset-ref.ts'
import type { TransferMode } from '../datastore/file-dataset.ts'
import { openZipMember, readZipDirectory } from '../datastore/zip-reader.ts'
import { isAddress, placeOfUri, pathOf } from '../datastore/uri.ts'
import { expandDataId } from '../dimensions/expand.ts'
import { recordInputs } from '../dimensions/record-rows.ts'
import type { DimensionUniverse } from '../dimensions/universe.ts'
import { ArgumentError, ConflictingDefinitionError, FileNotFoundError } from '../errors.ts'
import { FLAG, PLACE, requireKind, requireOptions } from '../kinds.ts'
import { Registry } from '../registry/registry.ts'
import type { Repository } from '../repository/repository.ts'
import { archiveName, INDEX_FILE, readIndex, type ZipIndex } from './zip-index.ts'

export interface IngestZipOptions {
  /** How the archive gets into the repository; `auto` links it (copies from elsewhere), undefined wants it to be inside. */
  readonly transfer?: TransferMode | undefined
  /** Insert the dimension records that the archive brings and the repository lacks. */
  readonly transferDimensions?: boolean
  /** Do nothing when all datasets are there already, instead of an error. */
  readonly skipExisting?: boolean
  readonly dryRun?: boolean
}

export interface IngestZipReport {
  /** Datasets that were taken in (or would be). */
  readonly datasets: number
  readonly files: number
}

/** Read the index of an archive. Throws `butler/file-not-found`, `butler/bad-archive`. */
export async function openZipIndex(
  files: Files,
  path: string,
  universe: DimensionUniverse,
): Promise<ZipIndex> {
  const stat = await files.stat(path)
  if (stat === undefined) throw new FileNotFoundError(`There is no archive '${path}'.`)
  if (stat.kind === 'directory')
    throw new ArgumentError(`'${path}' is a folder, not a zip archive.`, {
      hint: 'Name the .zip file that `butler retrieve-artifacts --zip` made.',
    })
  const source: ByteSource & { close?: () => Promise<void> } = await files.open(path)
  try {
    if (!(await readZipDirectory(source)).has(INDEX_FILE))
      throw new ArgumentError(`'${path}' is a zip archive without the butler's index (${INDEX_FILE}).`, {
        hint: 'Only archives made by `butler retrieve-artifacts --zip` or `zip-from-graph` can be ingested.',
      })
    const member = await openZipMember(source, INDEX_FILE)
    return readIndex(new TextDecoder().decode(await member.read(0, member.size)), universe, path)
  } finally {
    await source.close?.()
  }
}

/** Take an archive in as one file; its members are read in place. Types and runs that are missing are made. */
export async function ingestZip(
  repository: Repository,
  place: string,
  options: IngestZipOptions = {},
): Promise<IngestZipReport> {
  requireKind(place, 'place', PLACE)
  requireOptions(options, { transferDimensions: FLAG, skipExisting: FLAG, dryRun: FLAG }, ['transfer'])
  const { datastore } = repository
  const path = isAddress(place) ? (pathOf(place) ?? placeOfUri(place)) : place
  const index = await openZipIndex(datastore.files, path, repository.universe)
  await repository.catchUp()
  const nothing = { datasets: 0, files: 0 }
  if (index.refs.length === 0 || (await isKnown(repository, index, path, options.skipExisting === true)))
    return nothing
  const report = { datasets: index.refs.length, files: index.files.length }
  if (options.dryRun === true) return report
  const registry = new Registry(repository, { run: undefined, collections: [], dataId: {} })
  await repository.session(async () => {
    for (const type of new Set(index.refs.map((r) => r.datasetType))) await registry.registerDatasetType(type)
    if (options.transferDimensions === true) await insertRecords(repository, registry, index, path)
    await repository.write('ingest an archive', async (undo) => {
      const { collections } = repository
      for (const run of [...new Set(index.refs.map((r) => r.run))].sort())
        if ((await collections.find(run)) === undefined) await collections.insert(run, 'RUN', undefined)
      const refs: DatasetRef[] = []
      for (const ref of index.refs) refs.push(await registered(repository, ref))
      await registry.insertRefs(refs)
      const archive = { path, name: await archiveName(index.files), files: index.files }
      await datastore.ingestZip(archive, refs, options.transfer, undo)
    })
  })
  return report
}

/** Whether all datasets are there; some of them only, or any without leave, is an error. */
async function isKnown(
  repository: Repository,
  { refs }: ZipIndex,
  path: string,
  mayExist: boolean,
): Promise<boolean> {
  const known: DatasetRef[] = []
  for (const ref of refs) if ((await repository.datasets.byId(ref.id)) !== undefined) known.push(ref)
  if (known.length === 0) return false
  if (known.length === refs.length && mayExist) return true
  throw new ConflictingDefinitionError(
    `${known.length} of the ${refs.length} datasets of '${path}' are in the repository already, such as ${known[0]!.toString()}.`,
    { hint: 'Nothing was ingested. An archive is taken in whole or not at all.' },
  )
}

async function registered(repository: Repository, ref: DatasetRef): Promise<DatasetRef> {
  const { type } = await repository.types.get(ref.datasetType.name)
  const coordinate = await expandDataId(repository.records, type.dimensions, ref.dataId, {
    allowNewViews: true,
  })
  return new DatasetRef(type, coordinate, ref.run, ref.id)
}

async function insertRecords(
  repository: Repository,
  registry: Registry,
  index: ZipIndex,
  path: string,
): Promise<void> {
  if (index.records === undefined)
    throw new ArgumentError(`'${path}' brings no dimension records.`, {
      hint: 'Insert them by other means and leave --transfer-dimensions out.',
    })
  const rows = recordInputs(index.records, repository.universe)
  for (const [element, inputs] of rows)
    await registry.insertDimensionData(element, inputs, { skipExisting: true })
}
