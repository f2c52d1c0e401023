import type { UndoLog } from '#sql'
import { FileExistsError, FileNotFoundError, FormatterError } from '../errors.ts'
import type { FileDataset, TransferMode } from './file-dataset.ts'
import type { FileDatastore } from './file-datastore.ts'
import type { FileRecord } from './record-table.ts'
import { extensionOf, folderOf, isAddress, joinPath, placeOfUri, relativeTo, uriOf } from './uri.ts'

/** Bring existing files into the datastore and write their records. Files that were moved come back when the transaction fails. */
export async function ingestFiles(
  datastore: FileDatastore,
  datasets: readonly FileDataset[],
  transfer: TransferMode | undefined,
  undo: UndoLog,
): Promise<void> {
  const records: FileRecord[] = []
  for (const dataset of datasets) records.push(...(await ingestOne(datastore, dataset, transfer, undo)))
  await datastore.records.insert(records)
}

async function ingestOne(
  datastore: FileDatastore,
  dataset: FileDataset,
  transfer: TransferMode | undefined,
  undo: UndoLog,
): Promise<readonly FileRecord[]> {
  const given = isAddress(dataset.path) ? placeOfUri(dataset.path) : dataset.path
  const source = given.startsWith('/') || isAddress(given) ? given : joinPath(datastore.root, given)
  const stat = await datastore.files.stat(source)
  if (stat === undefined) throw new FileNotFoundError(`There is no file '${source}' to ingest.`)
  const inside = relativeTo(datastore.root, source)
  const mode = settle(transfer, inside !== undefined, isAddress(source) || isAddress(datastore.root))
  const formatter = await chooseFormatter(datastore, dataset, source, mode !== undefined && mode !== 'direct')
  const checksum = datastore.checksums ? await datastore.checksumAt(source) : undefined
  const path = await place(datastore, dataset, source, inside, mode, undo)
  return dataset.refs.map((ref) => ({
    id: ref.id,
    path,
    formatter,
    storageClass: ref.datasetType.storageClass,
    component: undefined,
    checksum,
    size: stat.size,
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

async function chooseFormatter(
  datastore: FileDatastore,
  dataset: FileDataset,
  source: string,
  renamed: boolean,
): Promise<string> {
  if (dataset.formatter !== undefined) return dataset.formatter
  const ref = dataset.refs[0]
  if (ref === undefined) throw new FormatterError(`No datasets were given for the file '${source}'.`)
  const formatter = await datastore.formatterOf(ref)
  const extension = extensionOf(source)
  const known = [formatter.extension, ...(formatter.alsoReads ?? [])]
  if (renamed && !known.includes(extension))
    throw new FormatterError(
      `'${source}' ends in '${extension}', but a ${ref.datasetType.storageClass} is read from ${known.join(', ')} files.`,
      { hint: 'Name the formatter to use.' },
    )
  return formatter.name
}

async function place(
  datastore: FileDatastore,
  dataset: FileDataset,
  source: string,
  inside: string | undefined,
  mode: TransferMode | undefined,
  undo: UndoLog,
): Promise<string> {
  if (mode === 'direct') return uriOf(source)
  if (mode === undefined) {
    if (inside === undefined)
      throw new FileNotFoundError(`'${source}' is not inside the repository '${datastore.root}'.`, {
        hint: 'Give a transfer mode: copy, move, link or direct.',
      })
    return inside
  }
  const relative = datastore.templatePath(dataset.refs[0]!, extensionOf(source))
  const target = joinPath(datastore.root, relative)
  if (target === source) return relative
  await transferFile(datastore, source, target, mode, undo)
  return relative
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
