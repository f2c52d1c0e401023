import { type ByteSource, concatBytes, crc32 } from '#core'

/** A file to go into an archive: as it is, or deflated from memory. */
export type ZipMember =
  | { readonly name: string; readonly source: ByteSource }
  | { readonly name: string; readonly deflated: Uint8Array; readonly size: number; readonly crc: number }

/** What the directory says of a member that is written. */
interface Written {
  readonly name: Uint8Array
  readonly method: number
  readonly crc: number
  readonly packed: number
  readonly size: number
  readonly offset: number
}

const CHUNK = 4 << 20
const MAX32 = 0xffffffff
const MAX16 = 0xffff
/** 1980-01-01, the earliest date of the format: archives of the same files are the same bytes. */
const DATE = 0x21

/**
 * An archive as a stream of bytes, member by member; sizes, offsets and counts too big for the old format go into the fields of
 * Zip64. Sources are read twice (checksum, then bytes), so that the headers are complete.
 * @see APPNOTE 6.3.9, sections 4.3.6 to 4.3.16, 4.5.3
 */
export async function* zipChunks(members: AsyncIterable<ZipMember>): AsyncGenerator<Uint8Array> {
  const written: Written[] = []
  let at = 0
  for await (const member of members) {
    const entry = await describe(member, at)
    const header = localHeader(entry)
    yield header
    at += header.length + entry.packed
    written.push(entry)
    if ('deflated' in member) yield member.deflated
    else yield* chunksOf(member.source)
  }
  const directory = written.map(directoryEntry)
  const length = directory.reduce((n, e) => n + e.length, 0)
  yield* directory
  yield endOfDirectory(written.length, length, at)
}

async function describe(member: ZipMember, offset: number): Promise<Written> {
  const name = new TextEncoder().encode(member.name)
  if ('deflated' in member)
    return { name, method: 8, crc: member.crc, packed: member.deflated.length, size: member.size, offset }
  const { size } = member.source
  let crc = 0
  for await (const chunk of chunksOf(member.source)) crc = crc32(chunk, crc)
  return { name, method: 0, crc, packed: size, size, offset }
}

async function* chunksOf(source: ByteSource): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < source.size; at += CHUNK) yield source.read(at, Math.min(CHUNK, source.size - at))
}

function localHeader(entry: Written): Uint8Array {
  const isBig = entry.size >= MAX32 || entry.packed >= MAX32
  const extra = isBig ? zip64Field([entry.size, entry.packed]) : NOTHING
  const [bytes, view] = block(30)
  view.setUint32(0, 0x04034b50, true)
  common(view, 4, entry, isBig || entry.offset >= MAX32, isBig)
  view.setUint16(26, entry.name.length, true)
  view.setUint16(28, extra.length, true)
  return concatBytes([bytes, entry.name, extra])
}

function directoryEntry(entry: Written): Uint8Array {
  const isBig = entry.size >= MAX32 || entry.packed >= MAX32
  const isFar = entry.offset >= MAX32
  const extra = zip64Field([...(isBig ? [entry.size, entry.packed] : []), ...(isFar ? [entry.offset] : [])])
  const [bytes, view] = block(46)
  view.setUint32(0, 0x02014b50, true)
  // Made on Unix, so that the mode below counts.
  view.setUint16(4, (3 << 8) | 45, true)
  common(view, 6, entry, isBig || isFar, isBig)
  view.setUint16(28, entry.name.length, true)
  view.setUint16(30, extra.length, true)
  view.setUint32(38, (0o100644 << 16) >>> 0, true)
  view.setUint32(42, isFar ? MAX32 : entry.offset, true)
  return concatBytes([bytes, entry.name, extra])
}

/** Version, flags, method, date, checksum and sizes: the same in both headers. */
function common(view: DataView, at: number, entry: Written, isZip64: boolean, isBig: boolean): void {
  view.setUint16(at, isZip64 ? 45 : 20, true)
  // Names are UTF-8.
  view.setUint16(at + 2, 0x800, true)
  view.setUint16(at + 4, entry.method, true)
  view.setUint16(at + 8, DATE, true)
  view.setUint32(at + 10, entry.crc, true)
  view.setUint32(at + 14, isBig ? MAX32 : entry.packed, true)
  view.setUint32(at + 18, isBig ? MAX32 : entry.size, true)
}

const NOTHING = new Uint8Array(0)

function zip64Field(values: readonly number[]): Uint8Array {
  if (values.length === 0) return NOTHING
  const [bytes, view] = block(4 + 8 * values.length)
  view.setUint16(0, 1, true)
  view.setUint16(2, 8 * values.length, true)
  for (const [i, value] of values.entries()) view.setBigUint64(4 + 8 * i, BigInt(value), true)
  return bytes
}

function endOfDirectory(count: number, length: number, offset: number): Uint8Array {
  const isBig = count >= MAX16 || length >= MAX32 || offset >= MAX32
  const [end, view] = block(22)
  view.setUint32(0, 0x06054b50, true)
  view.setUint16(8, Math.min(count, MAX16), true)
  view.setUint16(10, Math.min(count, MAX16), true)
  view.setUint32(12, Math.min(length, MAX32), true)
  view.setUint32(16, Math.min(offset, MAX32), true)
  return isBig ? concatBytes([zip64End(count, length, offset), end]) : end
}

/** The record of a large directory, and where it is. */
function zip64End(count: number, length: number, offset: number): Uint8Array {
  const [bytes, view] = block(76)
  view.setUint32(0, 0x06064b50, true)
  view.setBigUint64(4, 44n, true)
  view.setUint16(12, (3 << 8) | 45, true)
  view.setUint16(14, 45, true)
  for (const [i, value] of [count, count, length, offset].entries())
    view.setBigUint64(24 + 8 * i, BigInt(value), true)
  view.setUint32(56, 0x07064b50, true)
  view.setBigUint64(64, BigInt(offset + length), true)
  view.setUint32(72, 1, true)
  return bytes
}

function block(length: number): readonly [Uint8Array, DataView] {
  const bytes = new Uint8Array(length)
  return [bytes, new DataView(bytes.buffer)]
}
