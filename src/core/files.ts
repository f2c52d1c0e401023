/** Random-access bytes: a file, an HTTP resource, an S3 object, an array. The only way the engine reads. */
export interface ByteSource {
  /** What to call it in messages: a path or URI. */
  readonly name: string
  readonly size: number
  /** Bytes [offset, offset + length), fewer only at the end. */
  read(offset: number, length: number): Promise<Uint8Array>
}

/** Bytes already in memory as a source. */
export const bytesSource = (bytes: Uint8Array, name = 'memory'): ByteSource => ({
  name,
  size: bytes.byteLength,
  read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)),
})

export interface FileStat {
  readonly kind: 'file' | 'directory'
  readonly size: number
  /** Milliseconds since 1970-01-01 UTC. */
  readonly modified: number
}

export type FileWrite = Uint8Array | string | readonly Uint8Array[]
/** Pieces of a file from front to end, made when they are asked for. */
export type ChunkSource = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

/** The file operations the engine needs; paths are absolute, `/`-separated. Implemented by each platform. */
export interface Files {
  /** Undefined when there is nothing there. */
  stat(path: string): Promise<FileStat | undefined>
  open(path: string): Promise<ByteSource>
  readBytes(path: string): Promise<Uint8Array>
  readText(path: string): Promise<string>
  /** Write to a temporary name beside `path`, sync, rename: a reader sees the old bytes or all of the new ones. */
  writeAtomic(path: string, content: FileWrite): Promise<void>
  /** As `writeAtomic`, for what is too big to be in memory at once. */
  writeChunks(path: string, chunks: ChunkSource): Promise<void>
  makeDirectory(path: string): Promise<void>
  /** Names in a directory, sorted; with `recursive`, paths below it. */
  list(path: string, options?: { readonly recursive?: boolean }): Promise<readonly string[]>
  rename(from: string, to: string): Promise<void>
  copy(from: string, to: string): Promise<void>
  link(from: string, to: string, kind: 'hardlink' | 'symlink' | 'relsymlink'): Promise<void>
  /** Remove a file or, with `recursive`, a folder; what is not there is not an error. */
  remove(path: string, options?: { readonly recursive?: boolean }): Promise<void>
}
