import { REFS } from './arguments.ts'
import { DatasetRef } from './datasets/dataset-ref.ts'
import type { FileDataset, FileIntake } from './datastore/file-dataset.ts'
import { ArgumentError, FormatterError } from './errors.ts'
import { FLAG, kind, listOf, MAP, NAME, PLACE, requireKind, requireOptions } from './kinds.ts'
import { type DatasetFinder, isExpanded } from './registry/find.ts'
import type { Registry } from './registry/registry.ts'
import type { Repository } from './repository/repository.ts'

const FILES = listOf(
  kind('a file', (file) => MAP.fault(file) === undefined),
  'a list of files: [{ path, refs }]',
)

/** Take existing files into a repository as datasets, all or none. */
export async function ingestDatasets(
  { repository, registry, finder }: { repository: Repository; registry: Registry; finder: DatasetFinder },
  files: readonly FileDataset[],
  options: FileIntake & { readonly skipExisting?: boolean },
): Promise<void> {
  requireKind(files, 'files', FILES)
  requireOptions(options, { recordValidationInfo: FLAG, skipExisting: FLAG }, ['transfer'])
  for (const file of files) {
    requireKind(file.path, 'path', PLACE)
    requireKind(file.refs, 'refs', REFS)
    if (file.refs.length === 0)
      throw new ArgumentError(`'refs' of the file '${file.path}' must name at least one dataset.`)
    requireOptions(file, { formatter: NAME, component: NAME, storageClass: NAME }, ['path', 'refs'])
  }
  for (const name of new Set(files.flatMap((f) => f.formatter ?? [])))
    await requireFormatter(repository, name)
  await repository.write('ingest files', async (undo) => {
    const wanted = options.skipExisting === true ? await withoutExisting(repository, files) : files
    const types = await repository.types.byName()
    const expanded: FileDataset[] = []
    for (const file of wanted) {
      if (file.refs.every((ref) => isExpanded(ref, types))) {
        expanded.push(file)
        continue
      }
      const refs: DatasetRef[] = []
      for (const ref of file.refs) refs.push(await finder.refToPut(ref))
      expanded.push({ ...file, refs })
    }
    await registry.insertRefs(expanded.flatMap((f) => f.refs))
    await repository.datastore.ingest(expanded, options, undo)
  })
}

/** One of the stack that we lack may be named, for the real butler; any other would leave a file that nobody reads. */
async function requireFormatter({ datastore, log }: Repository, name: string): Promise<void> {
  if (await datastore.knowsFormatter(name)) return
  if (!/^lsst(\.\w+){2,}$/.test(name))
    throw new FormatterError(`There is no formatter '${name}'.`, {
      hint: 'Leave it out to take that of the storage class.',
    })
  log.warn(`The formatter '${name}' is not known here; the real butler must have it.`)
}

async function withoutExisting(
  { datasets }: Repository,
  files: readonly FileDataset[],
): Promise<readonly FileDataset[]> {
  const known = await datasets.known(files.flatMap(({ refs }) => refs.map((ref) => ref.id)))
  return files
    .map((file) => ({ ...file, refs: file.refs.filter((ref) => !known.has(ref.id)) }))
    .filter(({ refs }) => refs.length > 0)
}
