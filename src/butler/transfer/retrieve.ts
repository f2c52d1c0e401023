import type { DatasetRef } from '../datasets/dataset-ref.ts'
import type { FileRecord } from '../datastore/record-table.ts'
import { folderOf, joinPath, withoutFragment } from '../datastore/uri.ts'
import { FileExistsError, FileNotFoundError } from '../errors.ts'
import type { Repository } from '../repository/repository.ts'

export interface RetrieveOptions {
  readonly transfer?: 'auto' | 'copy' | 'link' | 'hardlink' | 'symlink' | 'relsymlink'
  /** Keep the folders that the files have in the repository; the default. */
  readonly preservePath?: boolean
  readonly overwrite?: boolean
}

/** Copy files of datasets to a folder; gives their paths there. Nothing is copied when one is missing or in the way. */
export async function retrieveArtifacts(
  { datastore }: Repository,
  refs: readonly DatasetRef[],
  destination: string,
  { transfer = 'auto', preservePath = true, overwrite = false }: RetrieveOptions = {},
): Promise<readonly string[]> {
  const { files } = datastore
  const records = await datastore.records.ofMany(refs.map((r) => r.id))
  const plan = new Map<string, FileRecord>()
  for (const ref of refs) {
    const own = records.get(ref.id)
    if (own === undefined) throw new FileNotFoundError(`The datastore holds no file for ${ref.toString()}.`)
    for (const record of own) {
      const source = datastore.placeOf(record)
      const isInside = preservePath && !record.path.includes('://')
      const target = joinPath(
        destination,
        isInside ? withoutFragment(record.path) : source.slice(source.lastIndexOf('/') + 1),
      )
      if (!overwrite && (await files.stat(target)) !== undefined)
        throw new FileExistsError(`'${target}' is there already.`, {
          hint: 'Give --clobber to replace files.',
        })
      if ((await files.stat(source)) === undefined)
        throw new FileNotFoundError(`The file '${source}' is gone.`)
      plan.set(target, record)
    }
  }
  for (const [target, record] of plan) {
    await files.makeDirectory(folderOf(target))
    if (transfer === 'auto' || transfer === 'copy') await datastore.copyTo(record, target)
    else await files.link(datastore.placeOf(record), target, transfer === 'link' ? 'hardlink' : transfer)
  }
  return [...plan.keys()]
}
