/** What `writeAtomic` and runs leave beside a file when they are cut off: eight hexadecimal digits, perhaps a count, `.tmp`. */
const TEMPORARY = /\.[0-9a-f]{8}(-[0-9a-z]+)?\.tmp$/

export const isTemporary = (path: string): boolean => TEMPORARY.test(path)

/** What a run writes before it is recorded, as long as the run may last. */
export const isStaged = (path: string): boolean => /\.[0-9a-f]{8}\.tmp$/.test(path)

/** Files of the repository itself. */
export const isHousekeeping = (path: string): boolean =>
  /^butler\.ya?ml$|^gen3\.sqlite3(-journal|-wal|-shm)?$|(^|\/)\.[^/]*$/.test(path)

/** What paths of datasets begin with. */
export interface DatasetPlaces {
  readonly runs: ReadonlySet<string>
  readonly types: ReadonlySet<string>
  /** Templates of the repository's own may put a dataset anywhere below its run. */
  readonly anywhereInRun: boolean
}

/**
 * Whether a path looks like a dataset's: it lies in a folder of a dataset type below a known run, or is made by the default templates,
 * which begin with the run and the dataset type and end the name with `_` and the run
 * (`u/me/run/calexp/…/calexp_…_u_me_run.fits`), or is an archive in its place.
 */
export function looksLikeDataset(path: string, places: DatasetPlaces): boolean {
  if (/^zips\/(....)\/\1[^/]*\.zip$/.test(path)) return true
  const parts = path.split('/')
  const base = parts.at(-1)!
  for (let n = 1; n < parts.length; n++) {
    const run = parts.slice(0, n).join('/')
    const type = parts[n]!
    const isFolder = n < parts.length - 1
    if (places.runs.has(run) && (places.anywhereInRun || (isFolder && places.types.has(wholeOf(type)))))
      return true
    const tail = `_${run.replaceAll('/', '_').replaceAll('.', '_')}`
    if (isFolder && base.startsWith(`${type.replaceAll('.', '_')}_`) && stem(base).endsWith(tail)) return true
  }
  return false
}

/** The run that a path lies in, the longest where several are prefixes. */
export function runOf(path: string, runs: ReadonlySet<string>): string | undefined {
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1))
    if (runs.has(path.slice(0, at))) return path.slice(0, at)
  return undefined
}

/** `calexp.wcs` is a folder of `calexp`. */
const wholeOf = (name: string): string => name.replace(/\..*$/, '')

/** Templates make no dots in names: what follows the first one is the extension. */
const stem = (base: string): string => base.slice(0, base.indexOf('.') < 0 ? base.length : base.indexOf('.'))
