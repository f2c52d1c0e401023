import { pipelineError } from '../../errors.ts'

/**
 * Our graph files (`.fgraph`): 8 bytes `FLGRAPH` and a version; blocks one after the other; the table of contents as JSON; and
 * 16 bytes at the end: place of the table (8 bytes, little endian), its length (4 bytes), `FLGE`. The table has `header` (what the
 * graph says of itself, readable without the rest) and `blocks`, each by name with its place in the file and its length. So a file
 * is written from front to end without going back, and of a large one only what is wanted need be read.
 */
export const MAGIC = 'FLGRAPH'
const VERSION = 2
const END = 'FLGE'
const FOOTER = 16

interface Contents {
  readonly header: unknown
  readonly blocks: Readonly<Record<string, readonly [offset: number, length: number]>>
}

const encoder = new TextEncoder()

/** A block of a graph file: its name and its bytes. */
export type NamedBlock = readonly [name: string, bytes: Uint8Array]

/** The bytes of a graph file in pieces, as its blocks are made; what the generator returns becomes the header. */
export function* writeBlocks(content: Generator<NamedBlock, unknown>): Generator<Uint8Array, void> {
  const start = encoder.encode(`${MAGIC} `)
  start[7] = VERSION
  yield start
  let at = start.length
  const blocks: Record<string, readonly [number, number]> = {}
  let next = content.next()
  while (next.done !== true) {
    const [name, bytes] = next.value
    blocks[name] = [at, bytes.length]
    at += bytes.length
    yield bytes
    next = content.next()
  }
  const table = encoder.encode(JSON.stringify({ header: next.value, blocks } satisfies Contents))
  yield table
  const footer = new Uint8Array(FOOTER)
  const view = new DataView(footer.buffer)
  view.setBigUint64(0, BigInt(at), true)
  view.setUint32(8, table.length, true)
  footer.set(encoder.encode(END), 12)
  yield footer
}

/** A graph file's header, and its blocks by name. Throws `pipeline/bad-graph-file`. */
export function readBlocks(
  name: string,
  file: Uint8Array,
): { readonly header: unknown; readonly block: (name: string) => Uint8Array } {
  const bad = (why: string): Error => badGraphFile(name, why)
  if (file[7] !== VERSION) throw bad(`its version is ${file[7]}, and this program reads ${VERSION}`)
  const end = file.length - FOOTER
  const isWhole = end >= 8 && new TextDecoder().decode(file.subarray(end + 12)) === END
  if (!isWhole) throw bad('it is cut off')
  const view = new DataView(file.buffer, file.byteOffset + end, FOOTER)
  const at = Number(view.getBigUint64(0, true))
  if (at + view.getUint32(8, true) !== end) throw bad('its last bytes are damaged')
  let contents: Contents
  try {
    contents = JSON.parse(new TextDecoder().decode(file.subarray(at, end))) as Contents
  } catch {
    throw bad('its table of contents is damaged')
  }
  return {
    header: contents.header,
    block: (wanted) => {
      const place = contents.blocks[wanted]
      if (place === undefined) throw bad(`it has no ${wanted}`)
      const [offset, size] = place
      if (!(offset >= 8 && size >= 0 && offset + size <= at)) throw bad(`${wanted} does not fit into it`)
      return file.subarray(offset, offset + size)
    },
  }
}

export const badGraphFile = (name: string, why: string): Error =>
  pipelineError('bad-graph-file', `${name} cannot be read as a quantum graph: ${why}.`, {
    hint: 'Graphs are files that `pipetask qgraph -q FILE` wrote: ours (.fgraph) or the Rubin middleware’s (.qg).',
    data: { file: name },
  })
