import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { compressors } from 'hyparquet-compressors'

/** Unpack a `.tar.zst` of plain files into a folder; gives the name of its top folder. */
export function unpackArchive(archive: string, into: string): string {
  const tar = inflate(readFileSync(archive))
  let top = ''
  for (const { path, content } of tarFiles(tar)) {
    const target = join(into, path)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, content)
    top = path.split('/')[0]!
  }
  return join(into, top)
}

function inflate(bytes: Uint8Array): Uint8Array {
  const zstd = compressors.ZSTD
  if (zstd === undefined) throw new Error('hyparquet-compressors has no zstd')
  return zstd(bytes, 0)
}

function* tarFiles(tar: Uint8Array): Generator<{ path: string; content: Uint8Array }> {
  const text = (at: number, length: number) =>
    new TextDecoder().decode(tar.subarray(at, at + length)).replace(/\0.*$/s, '')
  let longName: string | undefined
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0; ) {
    const size = Number.parseInt(text(at + 124, 12).trim(), 8)
    const kind = text(at + 156, 1)
    const content = tar.subarray(at + 512, at + 512 + size)
    const prefix = text(at + 345, 155)
    const path = longName ?? (prefix === '' ? text(at, 100) : `${prefix}/${text(at, 100)}`)
    longName = undefined
    if (kind === 'L') longName = new TextDecoder().decode(content).replace(/\0.*$/s, '')
    else if (kind === 'x') longName = /\d+ path=(.*)\n/.exec(new TextDecoder().decode(content))?.[1]
    else if (kind === '0' || kind === '') yield { path, content }
    at += 512 + Math.ceil(size / 512) * 512
  }
}
