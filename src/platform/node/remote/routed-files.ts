import type { Files } from '#core'
import { FirstlightError } from '#core'
import { nodeFiles } from '../node-files.ts'

/**
 * One interface over everything that holds bytes: plain paths are the disk's, `s3://…` and `http(s)://…` what their names say.
 * What moves from one kind to another goes as bytes. The remote kinds are loaded at their first use.
 */
export const routedFiles: Files = {
  stat: async (path) => (await of(path)).stat(path),
  open: async (path) => (await of(path)).open(path),
  readBytes: async (path) => (await of(path)).readBytes(path),
  readText: async (path) => (await of(path)).readText(path),
  writeAtomic: async (path, content) => (await of(path)).writeAtomic(path, content),
  writeChunks: async (path, chunks) => (await of(path)).writeChunks(path, chunks),
  makeDirectory: async (path) => (await of(path)).makeDirectory(path),
  list: async (path, options) => (await of(path)).list(path, options),
  async rename(from, to) {
    const [source, target] = [await of(from), await of(to)]
    if (source === target) return source.rename(from, to)
    await target.writeAtomic(to, await source.readBytes(from))
    await source.remove(from)
  },
  async copy(from, to) {
    const [source, target] = [await of(from), await of(to)]
    if (source === target) return source.copy(from, to)
    await target.writeAtomic(to, await source.readBytes(from))
  },
  link: async (from, to, kind) => (await of(SCHEME.test(from) ? from : to)).link(from, to, kind),
  remove: async (path, options) => (await of(path)).remove(path, options),
}

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
