import type { DatasetRef } from './datasets/dataset-ref.ts'
import { ArgumentError } from './errors.ts'
import { Registry } from './registry/registry.ts'
import type { Repository } from './repository/repository.ts'

export interface PruneOptions {
  /** Take the datasets out of the collections in `tags`; the default. */
  readonly disassociate?: boolean
  /** Delete the files; the datasets stay known. */
  readonly unstore?: boolean
  readonly tags?: readonly string[]
  /** Forget the datasets: rows, memberships, files. Needs `unstore` and `disassociate`. */
  readonly purge?: boolean
}

export async function pruneDatasets(
  repository: Repository,
  refs: readonly DatasetRef[],
  { disassociate = true, unstore = false, tags = [], purge = false }: PruneOptions,
): Promise<void> {
  if (purge && !disassociate) throw new ArgumentError('To purge datasets they must be disassociated too.')
  if (purge && !unstore) throw new ArgumentError('To purge datasets they must be unstored too.')
  if (!purge && !disassociate && !unstore)
    throw new ArgumentError('Nothing to do: give unstore, disassociate with tags, or purge.')
  if (!purge && disassociate && tags.length === 0)
    throw new ArgumentError('No tags were given to disassociate the datasets from.', {
      hint: 'Give tags, or disassociate: false.',
    })
  for (const tag of tags) {
    const { type } = await repository.collections.get(tag)
    if (type !== 'TAGGED') throw new ArgumentError(`'${tag}' is not TAGGED but ${type}: datasets stay in it.`)
  }
  const ids = refs.map((r) => r.id)
  const registry = new Registry(repository, { run: undefined, collections: [], dataId: {} })
  await repository.session(async () => {
    if (disassociate && !purge) for (const tag of tags) await registry.disassociate(tag, refs)
    await repository.write('prune datasets', async (undo) => {
      if (unstore) {
        await repository.datastore.trash(ids, undo)
        undo.onCommit(() => emptyTrash(repository))
      }
      if (purge) await repository.datasets.remove(ids)
    })
  })
}

/** Delete runs: files to the trash, rows, the collections, then the files; after the commit nothing refers to them. */
export async function removeRuns(
  repository: Repository,
  names: readonly string[],
  unlink: boolean,
): Promise<void> {
  await repository.write('remove runs', async (undo) => {
    const { collections, datasets, datastore } = repository
    for (const name of new Set(names)) {
      const run = await collections.get(name)
      if (run.type !== 'RUN') throw new ArgumentError(`'${name}' is a ${run.type} collection, not a RUN.`)
      if (unlink)
        for (const parent of await collections.parentsOf(name))
          await collections.removeChildren(await collections.get(parent), [run])
      const ids = await datasets.idsInRun(run.id)
      await datastore.trash(ids, undo)
      await datasets.remove(ids)
      await collections.remove(name)
      // SQLite gives the number of a removed collection to the next one.
      repository.summaries.clear()
    }
    undo.onCommit(() => emptyTrash(repository))
  })
}

async function emptyTrash(repository: Repository): Promise<void> {
  const stuck = await repository.write('empty the trash', () => repository.datastore.emptyTrash())
  for (const { message } of stuck)
    repository.log.warn(
      `${message} The dataset is deleted; its file goes with the next deletion or \`butler check --mend\`.`,
    )
}
