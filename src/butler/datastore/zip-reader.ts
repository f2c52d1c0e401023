import { type ByteSource, bytesSource, FirstlightError } from '#core'
import { unquotePath } from './uri.ts'

const END_OF_DIRECTORY = 0x06054b50
const ENTRY = 0x02014b50
const END_LENGTH = 22
const LONGEST_COMMENT = 65_535
const ZIP64_END = 0x06064b50
const ZIP64_LOCATOR = 0x07064b50
const ZIP64_LOCATOR_LENGTH = 20
const MAX32 = 0xffffffff

/** Where a member lies in an archive. */
export interface ZipEntry {
  readonly name: string
  /** 0 stored, 8 deflated. */
  readonly method: number
  readonly compressedSize: number
  readonly size: number
  /** Of the local header. */
  readonly offset: number
  /** CRC-32 of the unpacked bytes. */
  readonly crc: number
}

/** The directory of an archive, read from its end: two or three short reads whatever its size. */
export async function readZipDirectory(source: ByteSource): Promise<ReadonlyMap<string, ZipEntry>> {
  const tailLength = Math.min(source.size, END_LENGTH + LONGEST_COMMENT + ZIP64_LOCATOR_LENGTH)
  const tail = await source.read(source.size - tailLength, tailLength)
  const view = viewOf(tail)
  let end = tail.length - END_LENGTH
  while (end >= 0 && view.getUint32(end, true) !== END_OF_DIRECTORY) end--
  if (end < 0) throw broken(source, 'it has no directory at its end')
  const locator = end - ZIP64_LOCATOR_LENGTH
  const isZip64 = locator >= 0 && view.getUint32(locator, true) === ZIP64_LOCATOR
  const [length, offset] = isZip64
    ? await readZip64End(source, big(view, locator + 8))
    : [view.getUint32(end + 12, true), view.getUint32(end + 16, true)]
  return entriesOf(await source.read(offset, length), source)
}

async function readZip64End(source: ByteSource, at: number): Promise<readonly [number, number]> {
  const bytes = await source.read(at, 56)
  const view = viewOf(bytes)
  if (bytes.length < 56 || view.getUint32(0, true) !== ZIP64_END)
    throw broken(source, 'the record of its Zip64 directory is damaged')
  return [big(view, 40), big(view, 48)]
}

const big = (view: DataView, at: number): number => Number(view.getBigUint64(at, true))

function entriesOf(bytes: Uint8Array, source: ByteSource): ReadonlyMap<string, ZipEntry> {
  const view = viewOf(bytes)
  const entries = new Map<string, ZipEntry>()
  for (let at = 0; at + 46 <= bytes.length; ) {
    if (view.getUint32(at, true) !== ENTRY) throw broken(source, 'its directory is damaged')
    const [nameLength, extra, comment] = [28, 30, 32].map((o) => view.getUint16(at + o, true))
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength!))
    const sizes = {
      compressedSize: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
    }
    const more = bytes.subarray(at + 46 + nameLength!, at + 46 + nameLength! + extra!)
    const [method, crc] = [view.getUint16(at + 10, true), view.getUint32(at + 16, true)]
    entries.set(name, { name, method, crc, ...withZip64(sizes, more) })
    at += 46 + nameLength! + extra! + comment!
  }
  return entries
}

type Sizes = Pick<ZipEntry, 'compressedSize' | 'size' | 'offset'>

/** Those of size, packed size and offset that say "too big" are in the Zip64 field, in this order. */
function withZip64(sizes: Sizes, extra: Uint8Array): Sizes {
  if (sizes.size !== MAX32 && sizes.compressedSize !== MAX32 && sizes.offset !== MAX32) return sizes
  const view = viewOf(extra)
  for (let at = 0; at + 4 <= extra.length; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue
    let next = at + 4
    const take = (value: number) => {
      if (value !== MAX32) return value
      next += 8
      return big(view, next - 8)
    }
    const size = take(sizes.size)
    const compressedSize = take(sizes.compressedSize)
    return { size, compressedSize, offset: take(sizes.offset) }
  }
  return sizes
}

/** A member as bytes of its own: a stored one is read in place, a deflated one is unpacked whole. */
export async function openZipMember(source: ByteSource, name: string): Promise<ByteSource> {
  const directory = await readZipDirectory(source)
  const entry = directory.get(name) ?? directory.get(unquotePath(name))
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
