/**
 * The part of a Parquet footer that holds the schema, as it is: files with the same bytes have the same columns. Reads
 * over the thrift (compact protocol) without making anything of it, as the rest of a footer can be a hundred times as long.
 * @param footer FileMetaData, from its first byte
 * @returns undefined when that is no such footer
 */
export function parquetSchemaBytes(footer: Uint8Array): Uint8Array | undefined {
  const at: Place = { bytes: footer, position: 0 }
  for (let field = 0; at.position < footer.length; ) {
    const head = byteAt(at)
    if (head === 0) return undefined
    // The long form, with the field's number behind, is for steps beyond 15: a footer has none before its schema.
    if (head >> 4 === 0) return undefined
    field += head >> 4
    const start = at.position
    skip(at, head & 15)
    if (field === SCHEMA) return at.position <= footer.length ? footer.slice(start, at.position) : undefined
  }
  return undefined
}

/** Number of the field `schema` in FileMetaData. */
const SCHEMA = 2

interface Place {
  readonly bytes: Uint8Array
  position: number
}

/** Behind the end all is zero, which ends structs and is short for everything else. */
const byteAt = (at: Place): number => at.bytes[at.position++] ?? 0

function varint(at: Place): number {
  let value = 0
  for (let unit = 1; ; unit *= 128) {
    const byte = byteAt(at)
    value += (byte & 127) * unit
    if (byte < 128) return value
  }
}

/** Types of the compact protocol: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md */
function skip(at: Place, type: number, inList = false): void {
  switch (type) {
    case 1:
    case 2:
      if (inList) at.position++
      return
    case 3:
      at.position++
      return
    case 4:
    case 5:
    case 6:
      varint(at)
      return
    case 7:
      at.position += 8
      return
    case 8: {
      const length = varint(at)
      at.position += length
      return
    }
    case 9:
    case 10:
      return skipList(at)
    case 12:
      return skipStruct(at)
    default:
      // A map, which no field before the schema's end has, or no thrift at all.
      at.position = at.bytes.length + 1
  }
}

function skipList(at: Place): void {
  const head = byteAt(at)
  const count = head >> 4 === 15 ? varint(at) : head >> 4
  for (let i = 0; i < count && at.position <= at.bytes.length; i++) skip(at, head & 15, true)
}

function skipStruct(at: Place): void {
  for (let head = byteAt(at); head !== 0; head = byteAt(at)) {
    if (head >> 4 === 0) varint(at)
    skip(at, head & 15)
  }
}
