import type { Files } from '#core'
import { FirstlightError } from '#core'
import { nodeFiles } from '../node-files.ts'
import { chunksOf } from './contents.ts'

/**
 * One interface over everything that holds bytes: plain paths are the disk's, `s3://…` and `http(s)://…` what their names say.
 * What moves from one kind to another goes as bytes. The remote kinds are loaded at their first use.
 */
export const routedFiles: Files = {
  stat: (path) => on(path, (files) => files.stat(path)),
  open: (path) => on(path, (files) => files.open(path)),
  readBytes: (path) => on(path, (files) => files.readBytes(path)),
  readText: (path) => on(path, (files) => files.readText(path)),
  writeAtomic: (path, content) => on(path, (files) => files.writeAtomic(path, content)),
  writeChunks: (path, chunks) => on(path, (files) => files.writeChunks(path, chunks)),
  makeDirectory: (path) => on(path, (files) => files.makeDirectory(path)),
  list: (path, options) => on(path, (files) => files.list(path, options)),
  async rename(from, to) {
    if (!SCHEME.test(from) && !SCHEME.test(to)) return nodeFiles.rename(from, to)
    const [source, target] = [await of(from), await of(to)]
    if (source === target) return source.rename(from, to)
    await target.writeChunks(to, chunksOf(await source.open(from)))
    await source.remove(from)
  },
  async copy(from, to) {
    const [source, target] = [await of(from), await of(to)]
    if (source === target) return source.copy(from, to)
    await target.writeChunks(to, chunksOf(await source.open(from)))
  },
  link: (from, to, kind) => on(SCHEME.test(from) ? from : to, (files) => files.link(from, to, kind)),
  remove: (path, options) => on(path, (files) => files.remove(path, options)),
}

/** The disk is asked at once: datasets are many, and most lie there. */
const on = <T>(path: string, work: (files: Files) => Promise<T>): Promise<T> =>
  SCHEME.test(path) ? of(path).then(work) : work(nodeFiles)

const SCHEME = /^([a-z][a-z0-9+.-]*):\/\//i

async function of(path: string): Promise<Files> {
  const scheme = SCHEME.exec(path)?.[1]?.toLowerCase()
  switch (scheme) {
    case undefined:
      return nodeFiles
    case 's3':
      return (await import('./s3-files.ts')).s3Files
    case 'http':
    case 'https':
      return (await import('./http-files.ts')).httpFiles
    default:
      throw new FirstlightError(
        'files/unsupported',
        `Cannot read or write '${path}': ${scheme}:// is not known here.`,
        {
          hint: 'Known are paths, s3://, http:// and https://.',
        },
      )
  }
}
