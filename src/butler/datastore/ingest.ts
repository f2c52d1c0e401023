import type { UndoLog } from '#sql'
import type { IndexedFile } from '../archive/zip-index.ts'
import { FileExistsError, FileNotFoundError, FormatterError } from '../errors.ts'
import { type FileDataset, type FileIntake, requireMode, type TransferMode } from './file-dataset.ts'
import type { FileDatastore } from './file-datastore.ts'
import type { Formatter } from './formatter.ts'
import type { FileRecord } from './record-table.ts'
import { extensionOf, folderOf, isAddress, placeOfUri, uriOf, withoutFragment, zipMember } from './uri.ts'
import { openZipMember } from './zip-reader.ts'

/** Bring existing files into the datastore and write their records. Files that were moved come back when the transaction fails. */
export async function ingestFiles(
  datastore: FileDatastore,
  datasets: readonly FileDataset[],
  intake: FileIntake,
  undo: UndoLog,
): Promise<void> {
  requireMode(intake.transfer)
  const records: FileRecord[] = []
  const formatters: KnownFormatters = new Map()
  for (const dataset of datasets)
    records.push(...(await ingestOne(datastore, dataset, intake, formatters, undo)))
  await datastore.newFiles.record(records, undo)
}

/** Bring an archive into the datastore as one file, and write records of its members. */
export async function ingestArchive(
  datastore: FileDatastore,
  archive: { readonly path: string; readonly name: string; readonly files: readonly IndexedFile[] },
  transfer: TransferMode | undefined,
  undo: UndoLog,
): Promise<void> {
  requireMode(transfer)
  const { path: source, name } = archive
  const inside = datastore.pathBelow(source)
  const mode = settle(transfer, inside !== undefined, isAddress(source) || isAddress(datastore.root))
  const wanted = `zips/${name.slice(0, 4)}/${name}`
  const target = datastore.placeBelow(wanted)
  if (mode === undefined && inside === undefined) throw outside(datastore, source)
  const path =
    mode === 'direct' ? uriOf(source) : inside !== undefined && mode === undefined ? inside : wanted
  if (mode !== undefined && mode !== 'direct' && target !== source)
    await transferFile(datastore, source, target, mode, undo)
  const records = archive.files.flatMap(({ name: member, record, ids }) =>
    ids.map((id) => ({ ...record, id, path: `${path}#zip-path=${member}` })),
  )
  await datastore.newFiles.record(records, undo)
}

const outside = (datastore: FileDatastore, source: string): FileNotFoundError =>
  new FileNotFoundError(`'${source}' is not inside the repository '${datastore.root}'.`, {
    hint: 'Give a transfer mode: copy, move, link or direct.',
  })

/** Where the file of a dataset to ingest is. */
export function sourceOf(datastore: FileDatastore, dataset: FileDataset): string {
  const path = withoutFragment(dataset.path)
  const given = isAddress(path) ? placeOfUri(path) : path
  return given.startsWith('/') || isAddress(given) ? given : datastore.placeBelow(given)
}

async function ingestOne(
  datastore: FileDatastore,
  dataset: FileDataset,
  { transfer, recordValidationInfo = true }: FileIntake,
  formatters: KnownFormatters,
  undo: UndoLog,
): Promise<readonly FileRecord[]> {
  const member = zipMember(dataset.path)
  const source = sourceOf(datastore, dataset)
  const stat = await datastore.files.stat(source)
  if (stat === undefined) throw new FileNotFoundError(`There is no file '${source}' to ingest.`)
  const inside = datastore.pathBelow(source)
  const mode =
    member !== undefined && transfer !== 'direct'
      ? 'copy'
      : settle(transfer, inside !== undefined, isAddress(source) || isAddress(datastore.root))
  const isRenamed = mode !== undefined && mode !== 'direct'
  const formatter =
    dataset.formatter ?? (await chooseFormatter(datastore, dataset, member ?? source, isRenamed, formatters))
  const placed = await place(datastore, dataset, { source, inside, member }, mode, undo)
  const common =
    member === undefined && recordValidationInfo
      ? { size: stat.size, checksum: datastore.checksums ? await datastore.checksumAt(source) : undefined }
      : { size: -1, checksum: undefined }
  return dataset.refs.map((ref) => ({
    id: ref.id,
    path: placed,
    formatter,
    storageClass: dataset.storageClass ?? ref.datasetType.storageClass,
    component: dataset.component,
    ...common,
  }))
}

/** `auto` links what is outside (copies what is on another machine) and leaves what is inside; `split` records what is outside by its address. */
function settle(
  transfer: TransferMode | undefined,
  inside: boolean,
  isRemote: boolean,
): TransferMode | undefined {
  if (transfer === 'auto') return inside ? undefined : isRemote ? 'copy' : 'link'
  if (transfer === 'split') return inside ? undefined : 'direct'
  return transfer
}

/** Formatters of the files of one ingestion, by what they are chosen for. */
type KnownFormatters = Map<string, Formatter>

async function chooseFormatter(
  datastore: FileDatastore,
  dataset: FileDataset,
  source: string,
  renamed: boolean,
  chosen: KnownFormatters,
): Promise<string> {
  const [ref] = dataset.refs
  if (ref === undefined) throw new FormatterError(`No datasets were given for the file '${source}'.`)
  const { component, storageClass } = dataset
  const kind = [ref.datasetType.name, ref.dataId['instrument'], component, storageClass].join('\n')
  const formatter = chosen.get(kind) ?? (await datastore.formatters.writing({ ref, component, storageClass }))
  chosen.set(kind, formatter)
  const extension = extensionOf(source)
  const known = [formatter.extension, ...(formatter.alsoReads ?? [])]
  if (renamed && !known.includes(extension))
    throw new FormatterError(
      `'${source}' ends in '${extension}', but a ${ref.datasetType.storageClass} is read from ${known.join(', ')} files.`,
      { hint: 'Name the formatter to use.' },
    )
  return formatter.name
}

/** Where a file to ingest is: its path, that path below the root, the member of an archive. */
interface Origin {
  readonly source: string
  readonly inside: string | undefined
  readonly member: string | undefined
}

async function place(
  datastore: FileDatastore,
  dataset: FileDataset,
  { source, inside, member }: Origin,
  mode: TransferMode | undefined,
  undo: UndoLog,
): Promise<string> {
  if (mode === 'direct') return uriOf(source) + (member === undefined ? '' : `#zip-path=${member}`)
  if (mode === undefined) {
    if (inside === undefined) throw outside(datastore, source)
    return inside
  }
  const part = { ref: dataset.refs[0]!, component: dataset.component, storageClass: dataset.storageClass }
  const wanted = datastore.relativePath(part, extensionOf(member ?? source))
  if (datastore.placeBelow(wanted) === source) return wanted
  const relative = await datastore.newFiles.pathFor(wanted, part.ref)
  const target = datastore.placeBelow(relative)
  if (member === undefined) await transferFile(datastore, source, target, mode, undo)
  else await extractMember(datastore, source, member, target, undo)
  return relative
}

async function extractMember(
  datastore: FileDatastore,
  source: string,
  member: string,
  target: string,
  undo: UndoLog,
): Promise<void> {
  undo.onRollback(() => datastore.files.remove(target))
  const bytes = await openZipMember(await datastore.files.open(source), member)
  await datastore.files.writeAtomic(target, await bytes.read(0, bytes.size))
}

async function transferFile(
  datastore: FileDatastore,
  source: string,
  target: string,
  mode: TransferMode,
  undo: UndoLog,
): Promise<void> {
  const { files } = datastore
  if ((await files.stat(target)) !== undefined)
    throw new FileExistsError(`'${target}' is already there; the file to ingest would replace it.`)
  await files.makeDirectory(folderOf(target))
  switch (mode) {
    case 'move':
      // The original goes when the rows are there: a crash in between must not leave the only copy without a row.
      undo.onRollback(() => files.remove(target))
      await files.link(source, target, 'hardlink').catch(() => files.copy(source, target))
      undo.onCommit(() => files.remove(source))
      return
    case 'copy':
      undo.onRollback(() => files.remove(target))
      await files.copy(source, target)
      return
    case 'link':
      undo.onRollback(() => files.remove(target))
      await files.link(source, target, 'hardlink').catch(() => files.link(source, target, 'symlink'))
      return
    case 'hardlink':
    case 'symlink':
    case 'relsymlink':
      undo.onRollback(() => files.remove(target))
      await files.link(source, target, mode)
      return
    case 'auto':
    case 'split':
    case 'direct':
      return
  }
}
