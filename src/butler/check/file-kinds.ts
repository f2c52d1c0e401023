/** What `writeAtomic` and the real Butler leave behind when they are cut off. */
const TEMPORARY = /\.[0-9a-f]{8}\.tmp$|(^|\/)(tmp|butler-)[\w-]{8,}\.[\w.]+$|-\w+\.tmp$/

export const isTemporary = (path: string): boolean => TEMPORARY.test(path)

/** Files of the repository itself. */
export const isHousekeeping = (path: string): boolean =>
  /^butler\.ya?ml$|^gen3\.sqlite3(-journal|-wal|-shm)?$|(^|\/)\.[^/]*$/.test(path)

/**
 * Whether a path looks like a dataset's: it lies below a known run, or is made by the default templates, which begin with the run
 * and the dataset type and end the name with `_` and the run (`u/me/run/calexp/…/calexp_…_u_me_run.fits`).
 */
export function looksLikeDataset(path: string, runs: ReadonlySet<string>): boolean {
  const parts = path.split('/')
  const base = parts.at(-1)!
  for (let n = 1; n < parts.length; n++) {
    const run = parts.slice(0, n).join('/')
    if (runs.has(run)) return true
    const type = parts[n]!
    const tail = `_${run.replaceAll('/', '_').replaceAll('.', '_')}`
    if (n < parts.length - 1 && base.startsWith(`${type}_`) && stem(base).endsWith(tail)) return true
  }
  return false
}

/** Templates make no dots in names: what follows the first one is the extension. */
const stem = (base: string): string => base.slice(0, base.indexOf('.') < 0 ? base.length : base.indexOf('.'))
