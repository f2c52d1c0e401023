import { randomUUID } from 'node:crypto'
import { closeSync, constants, openSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import {
  copyFile,
  type FileHandle,
  link,
  lstat,
  open,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
} from 'node:fs/promises'
import { dirname, relative } from 'node:path'
import {
  type ByteSource,
  type ChunkSource,
  type FileStat,
  type Files,
  FirstlightError,
  type FileWrite,
} from '#core'
import { survivesPowerLoss } from './durability.ts'
import { makeFolders } from './folders.ts'
import { isSystemError } from './system-error.ts'

/** The operating system's files. Every write is to a temporary name beside the target, then renamed. */
export const nodeFiles: Files = {
  stat: statOrNothing,
  open: (path) => openNodeSource(path),
  readBytes: (path) => told(path, 'read', async () => plain(await readWhole(path))),
  readText: (path) => told(path, 'read', () => readFile(path, 'utf8')),
  writeAtomic,
  writeChunks,
  makeDirectory: (path) => told(path, 'make the folder', () => makeFolders(path)),
  list: (path, options = {}) =>
    told(path, 'list', () => (options.recursive === true ? listBelow(path) : readdir(path).then(sorted))),
  rename: (from, to) =>
    told(from, `rename to ${to}`, async () => {
      renameSync(from, to)
      if (survivesPowerLoss()) await syncFolder(dirname(to))
    }),
  copy: (from, to) => told(from, `copy to ${to}`, () => copyAtomic(from, to)),
  link: (from, to, kind) => told(to, `link to ${from}`, () => linkAs(from, to, kind)),
  remove: (path, options = {}) =>
    told(path, 'remove', () =>
      rm(path, { force: true, recursive: options.recursive === true }).catch((error: unknown) => {
        if (!isSystemError(error) || error.code !== 'ENOTDIR') throw error
      }),
    ),
}

/** A file read by position, opened once; Symbol.asyncDispose or `close` gives the descriptor back. */
export interface NodeByteSource extends ByteSource {
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Descriptors of sources that nobody closed are given back when the source itself is collected. */
const forgotten = new FinalizationRegistry((handle: FileHandle) => void handle.close().catch(() => {}))

/** Open a file as random-access bytes; its size is taken once, at opening. */
export async function openNodeSource(path: string): Promise<NodeByteSource> {
  const handle = await told(path, 'open', () => open(path, 'r'))
  const info = await told(path, 'open', () => handle.stat())
  if (info.isDirectory()) {
    await handle.close()
    throw new FirstlightError('files/not-a-file', `${path} is a folder, not a file.`)
  }
  const source: NodeByteSource = {
    name: path,
    size: info.size,
    read: (offset, length) => told(path, 'read', () => readAt(handle, offset, length, info.size)),
    close: async () => {
      forgotten.unregister(source)
      await handle.close()
    },
    [Symbol.asyncDispose]: () => source.close(),
  }
  forgotten.register(source, handle, source)
  return source
}

async function readAt(handle: FileHandle, offset: number, length: number, size: number): Promise<Uint8Array> {
  const wanted = Math.max(0, Math.min(length, size - offset))
  const bytes = new Uint8Array(wanted)
  let done = 0
  while (done < wanted) {
    const { bytesRead } = await handle.read(bytes, done, wanted - done, offset + done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  return done === wanted ? bytes : bytes.subarray(0, done)
}

/** At once: on a local disk it takes less time than to hand it to another thread. */
function statOrNothing(path: string): Promise<FileStat | undefined> {
  try {
    const info = statSync(path, { throwIfNoEntry: false })
    if (info === undefined) return Promise.resolve(undefined)
    const kind = info.isDirectory() ? 'directory' : 'file'
    return Promise.resolve({ kind, size: info.size, modified: info.mtimeMs })
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOTDIR') return Promise.resolve(undefined)
    return Promise.reject(asFilesError(path, 'look at', error))
  }
}

/** Bytes of a file that are read or written at once, without other threads. */
const MOST_AT_ONCE = 1 << 18

const readWhole = async (path: string): Promise<Uint8Array> =>
  statSync(path).size <= MOST_AT_ONCE ? readFileSync(path) : readFile(path)

async function writeAtomic(path: string, content: FileWrite): Promise<void> {
  const parts = asParts(content)
  const isSmall = parts.reduce((n, part) => n + part.length, 0) <= MOST_AT_ONCE
  const isAtOnce = isSmall && !survivesPowerLoss()
  // Nobody reads a file whose own name is a temporary one before it is renamed: it needs no other beside it.
  const isTemporary = isAtOnce && path.endsWith('.tmp')
  await told(path, 'write', () =>
    isTemporary
      ? orRemove(path, () => inFolder(dirname(path), async () => writeAtOnce(path, parts, 'w')))
      : throughTemporary(path, (temporary) =>
          isAtOnce ? writeAtOnce(temporary, parts) : writeParts(temporary, parts),
        ),
  )
}

function writeAtOnce(path: string, parts: readonly (string | Uint8Array)[], flag: 'w' | 'wx' = 'wx'): void {
  const file = openSync(path, flag)
  try {
    for (const part of parts) writeFileSync(file, part)
  } finally {
    closeSync(file)
  }
}

async function writeParts(path: string, parts: readonly (string | Uint8Array)[]): Promise<void> {
  const handle = await open(path, 'wx')
  try {
    for (const part of parts) await handle.writeFile(part)
    if (survivesPowerLoss()) await handle.sync()
  } finally {
    await handle.close()
  }
}

async function writeChunks(path: string, chunks: ChunkSource): Promise<void> {
  await makeFolders(dirname(path))
  await told(path, 'write', () =>
    throughTemporary(path, async (temporary) => {
      const handle = await open(temporary, 'wx')
      try {
        for await (const chunk of chunks) {
          if (chunk.length <= MOST_AT_ONCE) writeFileSync(handle.fd, chunk)
          else await handle.writeFile(chunk)
        }
        if (survivesPowerLoss()) await handle.sync()
      } finally {
        await handle.close()
      }
    }),
  )
}

async function copyAtomic(from: string, to: string): Promise<void> {
  await throughTemporary(to, async (temporary) => {
    await copyFile(from, temporary, constants.COPYFILE_FICLONE)
    if (!survivesPowerLoss()) return
    const handle = await open(temporary, 'r+')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  })
}

let temporaries = 0
/** Tells this process's temporary files from those of all others. */
const ownName = randomUUID().slice(0, 8)

/** Let `fill` make a temporary file beside `path`, then rename it into place; on failure nothing is left. */
async function throughTemporary(
  path: string,
  fill: (temporary: string) => void | Promise<void>,
): Promise<void> {
  const temporary = `${path}.${ownName}-${(temporaries++).toString(36)}.tmp`
  await orRemove(temporary, async () => {
    await inFolder(dirname(path), async () => fill(temporary))
    renameSync(temporary, path)
  })
  if (survivesPowerLoss()) await syncFolder(dirname(path))
}

/** Make a file; on failure nothing of it is left. */
async function orRemove(path: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    await rm(path, { force: true })
    throw error
  }
}

/** Work in a folder that is mostly there: only when it is not, it is made. */
async function inFolder(folder: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!isSystemError(error) || error.code !== 'ENOENT') throw error
    await makeFolders(folder)
    await work()
  }
}

/** Make a rename durable; file systems that cannot sync a folder are let be. */
async function syncFolder(path: string): Promise<void> {
  try {
    const handle = await open(path, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch (error) {
    if (!isSystemError(error)) throw error
  }
}

async function linkAs(from: string, to: string, kind: 'hardlink' | 'symlink' | 'relsymlink'): Promise<void> {
  await makeFolders(dirname(to))
  if (kind === 'hardlink') await link(from, to)
  else await symlink(kind === 'symlink' ? from : relative(dirname(to), from), to)
}

async function listBelow(root: string): Promise<readonly string[]> {
  const found: string[] = []
  const walk = async (folder: string, prefix: string) => {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const name = prefix + entry.name
      found.push(name)
      const isFolder = entry.isDirectory() && !(await lstat(`${folder}/${entry.name}`)).isSymbolicLink()
      if (isFolder) await walk(`${folder}/${entry.name}`, `${name}/`)
    }
  }
  await walk(root, '')
  return sorted(found)
}

const sorted = (names: readonly string[]): readonly string[] => names.toSorted()

const asParts = (content: FileWrite): readonly (string | Uint8Array)[] =>
  typeof content === 'string' || content instanceof Uint8Array ? [content] : content

async function told<T>(path: string, what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw isSystemError(error) ? asFilesError(path, what, error) : error
  }
}

const REASONS: Readonly<Record<string, readonly [code: string, reason: string]>> = {
  ENOENT: ['files/not-found', 'there is no such file or folder'],
  ENOTDIR: ['files/not-found', 'a part of the path is a file, not a folder'],
  EACCES: ['files/denied', 'permission denied'],
  EPERM: ['files/denied', 'not permitted'],
  EROFS: ['files/denied', 'the file system is read-only'],
  ENOSPC: ['files/full', 'no space left on the disk'],
  EEXIST: ['files/exists', 'it exists already'],
  EISDIR: ['files/not-a-file', 'it is a folder, not a file'],
  EXDEV: ['files/other-device', 'source and target are on different file systems'],
}

function asFilesError(path: string, what: string, error: unknown): FirstlightError {
  const system = (error as NodeJS.ErrnoException).code ?? 'unknown'
  const [code, reason] = REASONS[system] ?? ['files/failed', (error as Error).message]
  return new FirstlightError(code, `Cannot ${what} ${path}: ${reason}.`, {
    cause: error,
    data: { path, system },
  })
}

/** Node's Buffer as the array it is: a Buffer's `slice` would share memory where an array's copies. */
const plain = ({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)
