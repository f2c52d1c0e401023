import { FirstlightError } from '#core'
import type { FileDatastore } from '../datastore/file-datastore.ts'
import type { StoredRecord } from '../datastore/record-table.ts'
import { withoutFragment } from '../datastore/uri.ts'
import { eachLimited } from '../datastore/each-limited.ts'
import { isHousekeeping, isStaged, isTemporary, looksLikeDataset } from './file-kinds.ts'
import type { OwnerNames } from './report.ts'

/** All paths below the datastore's root, none where there is no such folder; undefined where the server cannot list. */
export async function listFiles({ files, root }: FileDatastore): Promise<readonly string[] | undefined> {
  try {
    return await files.list(root, { recursive: true })
  } catch (error) {
    const code = error instanceof FirstlightError ? error.code : undefined
    if (code === 'files/not-found') return []
    if (code === 'files/unsupported') return undefined
    throw error
  }
}

interface Listing {
  readonly listed: readonly string[]
  readonly stored: readonly StoredRecord[]
  readonly names: OwnerNames
}

/** Ages below which files at their places, and files beside them, are let be. Milliseconds. */
interface Patience {
  readonly now: number
  readonly placed: number
  readonly staged: number
}

interface SortedFiles {
  /** Number of files that records name. */
  readonly known: number
  readonly temporaries: readonly string[]
  readonly orphans: readonly string[]
  readonly strangers: readonly string[]
  readonly young: readonly string[]
  /** Links to what is not there. */
  readonly brokenLinks: ReadonlySet<string>
}

/** Tell files that no record names by what they are. */
export async function sortFiles(
  store: FileDatastore,
  { listed, stored, names }: Listing,
  patience: Patience,
): Promise<SortedFiles> {
  const known = new Set(stored.map((r) => withoutFragment(r.path)))
  const others = listed.filter((path) => !isHousekeeping(path))
  const stats = await eachLimited(others, async (path) =>
    known.has(path) && store.isRemote ? undefined : store.files.stat(store.placeBelow(path)),
  )
  const places = {
    runs: new Set(names.runs.values()),
    types: new Set(names.types.values()),
    anywhereInRun: store.templates.areOwn,
  }
  const lists = {
    temporaries: [] as string[],
    orphans: [] as string[],
    strangers: [] as string[],
    young: [] as string[],
  }
  const brokenLinks = new Set<string>()
  for (const [i, path] of others.entries()) {
    const stat = stats[i]
    if (stat === undefined && !store.isRemote) brokenLinks.add(path)
    if (stat?.kind !== 'file' || known.has(path)) continue
    const age = patience.now - stat.modified
    const isOurs = looksLikeDataset(path, places)
    if (isTemporary(path))
      (age < (isStaged(path) ? patience.staged : patience.placed) ? lists.young : lists.temporaries).push(
        path,
      )
    else if (!isOurs || isWithin(path, known)) lists.strangers.push(path)
    else if (age < patience.placed) lists.young.push(path)
    else lists.orphans.push(path)
  }
  return { known: known.size, brokenLinks, ...lists }
}

/** Whether a folder is where a record has a file: what lies in it is somebody's doing. */
function isWithin(path: string, known: ReadonlySet<string>): boolean {
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1))
    if (known.has(path.slice(0, at))) return true
  return false
}
