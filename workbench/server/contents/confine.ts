import { lstat, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, sep } from 'node:path'
import { badRequest, notFound } from '../errors.ts'

/** A path of the contents interface: relative to the root, `/` between names, no empty, hidden or dotted part. */
export type ContentsPath = string

/**
 * Check a path that came from outside. Refused: `..`, backslashes, NUL, `//host` and drive or `file:` forms; hidden
 * names answer as if they were not there.
 */
export function parseContentsPath(raw: string): ContentsPath {
  if (/[\0\\]/.test(raw)) throw badRequest('The path holds a NUL or a backslash')
  if (/^\/{2,}/.test(raw)) throw badRequest('The path starts with more than one slash')
  const names = raw.split('/').filter((name, i, all) => name !== '' || (i > 0 && i < all.length - 1))
  for (const name of names) {
    if (name === '' || name === '.' || name === '..')
      throw badRequest('The path has an empty or a dotted part')
    if (isHidden(name)) throw notFound('No such file or folder')
    if (Buffer.byteLength(name) > 255) throw badRequest('A name in the path is longer than 255 bytes')
  }
  if (/^[a-z][a-z0-9+.-]*:$/i.test(names[0] ?? '') && names.length > 1)
    throw badRequest('The path looks like a URL or a drive')
  return names.join('/')
}

export const isHidden = (name: string): boolean => name.startsWith('.')

/** Keeps every access inside one folder, whatever links lie in it. */
export class Confinement {
  /** Real path of the root. */
  readonly root: string

  private constructor(root: string) {
    this.root = root
  }

  static async of(folder: string): Promise<Confinement> {
    return new Confinement(await realpath(folder))
  }

  /** Real path of an existing file or folder; 404 when it is not there, hidden, or leads out of the root. */
  async existing(path: ContentsPath): Promise<string> {
    const real = await this.#real(join(this.root, path))
    if (real === undefined) throw notFound(`No such file or folder: ${path}`)
    return real
  }

  /**
   * Where a file with this path is to be written: an existing one behind its links, else a new name in its folder,
   * which must exist.
   */
  async target(path: ContentsPath): Promise<string> {
    const wanted = join(this.root, path)
    const real = await this.#real(wanted)
    if (real !== undefined) return real
    if (await isLink(wanted)) throw notFound(`${path} is a link that leads nowhere inside the served folder`)
    const folder = await this.#real(dirname(wanted))
    if (folder === undefined) throw notFound(`No such folder: ${dirname(path)}`)
    if (!(await stat(folder)).isDirectory()) throw badRequest(`${dirname(path)} is a file, not a folder`)
    return join(folder, basename(wanted))
  }

  async #real(file: string): Promise<string | undefined> {
    let real: string
    try {
      real = await realpath(file)
    } catch (error) {
      if (ABSENT.has((error as NodeJS.ErrnoException).code ?? '')) return undefined
      throw error
    }
    // A sibling folder that shares the root's prefix must not pass: compare with the separator.
    if (real !== this.root && !real.startsWith(this.root === sep ? sep : this.root + sep)) return undefined
    return relative(this.root, real).split(sep).some(isHidden) ? undefined : real
  }
}

const ABSENT = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG'])

async function isLink(file: string): Promise<boolean> {
  try {
    return (await lstat(file)).isSymbolicLink()
  } catch {
    return false
  }
}
