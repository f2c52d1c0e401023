import { type ByteSource, bytesSource, FirstlightError } from '#core'

const END_OF_DIRECTORY = 0x06054b50
const ENTRY = 0x02014b50
const END_LENGTH = 22
const LONGEST_COMMENT = 65_535

/** Where a member lies in an archive. */
export interface ZipEntry {
  readonly name: string
  /** 0 stored, 8 deflated. */
  readonly method: number
  readonly compressedSize: number
  readonly size: number
  /** Of the local header. */
  readonly offset: number
}

/** The directory of an archive, read from its end: two short reads whatever its size. Zip64 archives are refused. */
export async function readZipDirectory(source: ByteSource): Promise<ReadonlyMap<string, ZipEntry>> {
  const tailLength = Math.min(source.size, END_LENGTH + LONGEST_COMMENT)
  const tail = await source.read(source.size - tailLength, tailLength)
  const view = viewOf(tail)
  let end = tail.length - END_LENGTH
  while (end >= 0 && view.getUint32(end, true) !== END_OF_DIRECTORY) end--
  if (end < 0) throw broken(source, 'it has no directory at its end')
  const [count, length, offset] = [
    view.getUint16(end + 10, true),
    view.getUint32(end + 12, true),
    view.getUint32(end + 16, true),
  ]
  if (offset === 0xffffffff || count === 0xffff)
    throw broken(source, 'it is a Zip64 archive, which is not read')
  return entriesOf(await source.read(offset, length), source)
}

function entriesOf(bytes: Uint8Array, source: ByteSource): ReadonlyMap<string, ZipEntry> {
  const view = viewOf(bytes)
  const entries = new Map<string, ZipEntry>()
  for (let at = 0; at + 46 <= bytes.length; ) {
    if (view.getUint32(at, true) !== ENTRY) throw broken(source, 'its directory is damaged')
    const [nameLength, extra, comment] = [28, 30, 32].map((o) => view.getUint16(at + o, true))
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength!))
    entries.set(name, {
      name,
      method: view.getUint16(at + 10, true),
      compressedSize: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
    })
    at += 46 + nameLength! + extra! + comment!
  }
  return entries
}

/** A member as bytes of its own: a stored one is read in place, a deflated one is unpacked whole. */
export async function openZipMember(source: ByteSource, name: string): Promise<ByteSource> {
  const entry = (await readZipDirectory(source)).get(name)
  if (entry === undefined)
    throw new FirstlightError('butler/file-not-found', `The archive ${source.name} has no member '${name}'.`)
  const header = viewOf(await source.read(entry.offset, 30))
  const begin = entry.offset + 30 + header.getUint16(26, true) + header.getUint16(28, true)
  const label = `${source.name}#${name}`
  const close = () => (source as { close?: () => Promise<void> }).close?.() ?? Promise.resolve()
  if (entry.method === 0) {
    const read = (offset: number, length: number) =>
      source.read(begin + offset, Math.max(0, Math.min(length, entry.size - offset)))
    return Object.assign({ name: label, size: entry.size, read }, { close })
  }
  if (entry.method !== 8) throw broken(source, `'${name}' is packed by method ${entry.method}`)
  const { inflateSync } = await import('fflate')
  const packed = await source.read(begin, entry.compressedSize)
  const bytes = inflateSync(packed, { out: new Uint8Array(entry.size) })
  await close()
  return bytesSource(bytes, label)
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const broken = (source: ByteSource, why: string): FirstlightError =>
  new FirstlightError('butler/bad-archive', `${source.name} cannot be read as a zip archive: ${why}.`, {
    hint: 'Make it anew with `butler retrieve-artifacts --zip`.',
  })
