import { pipelineError } from '../../errors.ts'

/**
 * Our graph files (`.fgraph`): 8 bytes `FLGRAPH` and a version, the length of the table of contents in four bytes (little
 * endian), the table as JSON, then the blocks one after the other. The table has `header` (what the graph says of itself, in
 * plain JSON, readable without the rest) and `blocks`, each with its place and length after the table.
 */
export const MAGIC = 'FLGRAPH'
const VERSION = 1

interface Contents {
  readonly header: unknown
  readonly blocks: Readonly<Record<string, readonly [offset: number, length: number]>>
}

const encoder = new TextEncoder()

/** Collects blocks of a graph file. */
export class BlockWriter {
  readonly #blocks: Record<string, readonly [number, number]> = {}
  readonly #parts: Uint8Array[] = []
  #length = 0

  add(name: string, bytes: Uint8Array): void {
    this.#blocks[name] = [this.#length, bytes.length]
    this.#parts.push(bytes)
    this.#length += bytes.length
  }

  finish(header: unknown): Uint8Array {
    const contents: Contents = { header, blocks: this.#blocks }
    const table = encoder.encode(JSON.stringify(contents))
    const file = new Uint8Array(12 + table.length + this.#length)
    file.set(encoder.encode(MAGIC))
    file[7] = VERSION
    new DataView(file.buffer).setUint32(8, table.length, true)
    file.set(table, 12)
    let at = 12 + table.length
    for (const part of this.#parts) {
      file.set(part, at)
      at += part.length
    }
    return file
  }
}

/** A graph file's header, and its blocks by name. Throws `pipeline/bad-graph-file`. */
export function readBlocks(
  name: string,
  file: Uint8Array,
): { readonly header: unknown; readonly block: (name: string) => Uint8Array } {
  const bad = (why: string): Error => badGraphFile(name, why)
  if (file[7] !== VERSION) throw bad(`its version is ${file[7]}, and this program reads ${VERSION}`)
  const length = file.length < 12 ? 0 : new DataView(file.buffer, file.byteOffset).getUint32(8, true)
  if (length === 0 || 12 + length > file.length) throw bad('it is cut off')
  let contents: Contents
  try {
    contents = JSON.parse(new TextDecoder().decode(file.subarray(12, 12 + length))) as Contents
  } catch {
    throw bad('its table of contents is damaged')
  }
  const start = 12 + length
  return {
    header: contents.header,
    block: (wanted) => {
      const place = contents.blocks[wanted]
      if (place === undefined) throw bad(`it has no ${wanted}`)
      const [offset, size] = place
      if (start + offset + size > file.length) throw bad(`it is cut off in ${wanted}`)
      return file.subarray(start + offset, start + offset + size)
    },
  }
}

export const badGraphFile = (name: string, why: string): Error =>
  pipelineError('bad-graph-file', `${name} cannot be read as a quantum graph: ${why}.`, {
    hint: 'Graphs are files that `pipetask qgraph -q FILE` wrote: ours (.fgraph) or the Rubin middleware’s (.qg).',
    data: { file: name },
  })
