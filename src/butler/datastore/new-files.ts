import type { UndoLog } from '#sql'
import type { DatasetRef } from '../datasets/dataset-ref.ts'
import { FileExistsError } from '../errors.ts'
import type { FileDatastore } from './file-datastore.ts'
import type { FileRecord } from './record-table.ts'
import { extensionOf, isAddress, zipMember } from './uri.ts'

/**
 * Where new files of a datastore may be. What a transaction deletes stays until its commit, as a rollback must bring it back; a
 * dataset that is written again meanwhile goes beside it.
 */
export class NewFiles {
  readonly #store: FileDatastore
  /** Paths of files that nobody records any more and the commit removes. */
  readonly #leaving = new Set<string>()

  constructor(store: FileDatastore) {
    this.#store = store
  }

  /** The path of the template, or one beside it. Throws FileExistsError for the place of another dataset. */
  async pathFor(relative: string, ref: DatasetRef): Promise<string> {
    const { files, records } = this.#store
    const place = this.#store.placeBelow(relative)
    if ((await files.stat(place)) === undefined) return relative
    const held = await records.pathState(relative)
    if (held === 'stored')
      throw new FileExistsError(
        `Another dataset is stored at '${place}', where ${ref.toString()} would go.`,
        {
          hint: 'The file template does not tell them apart: give it more of the data ID (datastore.templates in butler.yaml).',
        },
      )
    return held === 'trashed' || this.#leaving.has(relative) ? beside(relative) : relative
  }

  /** Write records; a dataset that is in the trash leaves it, and its former files go after the commit. */
  async record(fresh: readonly FileRecord[], undo: UndoLog): Promise<void> {
    const { files, records } = this.#store
    for (const old of await records.takeFromTrash(fresh.map(({ id }) => id))) {
      if (isAddress(old.path) || zipMember(old.path) !== undefined) continue
      this.#leaving.add(old.path)
      undo.onRollback(() => Promise.resolve(void this.#leaving.delete(old.path)))
      undo.onCommit(async () => {
        this.#leaving.delete(old.path)
        if ((await records.pathState(old.path)) === undefined) await files.remove(this.#store.placeOf(old))
      })
    }
    await records.insert(fresh)
  }
}

function beside(path: string): string {
  const extension = extensionOf(path)
  const stem = extension === '' ? path : path.slice(0, -extension.length)
  return `${stem}_${crypto.randomUUID().slice(0, 8)}${extension}`
}
