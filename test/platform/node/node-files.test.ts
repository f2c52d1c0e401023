import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { nodeFiles as files, openNodeSource } from '#platform/node'

const root = mkdtempSync(join(tmpdir(), 'firstlight-files-'))
afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})
let made = 0
const path = (name = `file${made++}`) => join(root, name)

describe('writing', () => {
  test('makes folders on the way and leaves nothing but the file', async () => {
    const at = path('a/b/c.bin')
    await files.writeAtomic(at, [Uint8Array.of(1, 2), Uint8Array.of(3)])
    expect(Array.from(readFileSync(at))).toEqual([1, 2, 3])
    await files.writeAtomic(at, 'text')
    expect(await files.readText(at)).toBe('text')
    expect(readdirSync(join(root, 'a/b'))).toEqual(['c.bin'])
  })

  test('that fails leaves the old bytes and no temporary file', async () => {
    const folder = path('keep')
    await files.writeAtomic(join(folder, 'x'), 'old')
    const broken = [Uint8Array.of(1), { not: 'bytes' }] as unknown as readonly Uint8Array[]
    await expect(files.writeAtomic(join(folder, 'x'), broken)).rejects.toThrow()
    expect(await files.readText(join(folder, 'x'))).toBe('old')
    expect(readdirSync(folder)).toEqual(['x'])
  })

  test('over a folder is refused with the path', async () => {
    const at = path()
    await files.makeDirectory(join(at, 'full'))
    await expect(files.writeAtomic(at, 'x')).rejects.toMatchObject({
      code: 'files/not-a-file',
      message: expect.stringContaining(at) as string,
    })
  })
})

describe('folders', () => {
  test('that exist are fine, a file in the way is named', async () => {
    await files.makeDirectory(root)
    await files.writeAtomic(path('taken'), 'x')
    await expect(files.makeDirectory(path('taken'))).rejects.toThrow(/there is a file of that name/)
    await expect(files.makeDirectory(join(root, 'taken/below'))).rejects.toThrow(
      /a part of the path is a file/,
    )
  })

  test('are refused where the system takes none, without trying for ever', async () => {
    await expect(files.makeDirectory('/proc/firstlight/below')).rejects.toMatchObject({
      code: 'files/denied',
    })
  })
})

describe('reading', () => {
  test('by position gives the bytes asked for, fewer only at the end', async () => {
    const at = path()
    writeFileSync(
      at,
      Uint8Array.from({ length: 100 }, (_, i) => i),
    )
    await using source = await openNodeSource(at)
    expect(source).toMatchObject({ name: at, size: 100 })
    expect(Array.from(await source.read(10, 3))).toEqual([10, 11, 12])
    expect((await source.read(98, 10)).length).toBe(2)
    expect((await source.read(200, 10)).length).toBe(0)
    const many = await Promise.all(Array.from({ length: 20 }, (_, i) => source.read(i, 1)))
    expect(many.map((b) => b[0])).toEqual(Array.from({ length: 20 }, (_, i) => i))
  })

  test.each([
    ['readBytes', (at: string) => files.readBytes(at)],
    ['open', (at: string) => files.open(at)],
    ['list', (at: string) => files.list(at)],
    ['copy', (at: string) => files.copy(at, `${at}.copy`)],
  ])('%s of what is not there says so', async (_, work) => {
    const at = path('missing')
    await expect(work(at)).rejects.toMatchObject({
      code: 'files/not-found',
      data: { path: at, system: 'ENOENT' },
    })
  })

  test('a folder is no file', async () => {
    await expect(files.open(root)).rejects.toMatchObject({ code: 'files/not-a-file' })
  })
})

test('stat, list, copy, link, rename, remove', async () => {
  const folder = path('tree')
  await files.writeAtomic(join(folder, 'b/two'), '22')
  await files.writeAtomic(join(folder, 'one'), '1')
  expect(await files.list(folder)).toEqual(['b', 'one'])
  expect(await files.list(folder, { recursive: true })).toEqual(['b', 'b/two', 'one'])
  expect(await files.stat(join(folder, 'b/two'))).toMatchObject({ kind: 'file', size: 2 })
  expect(await files.stat(join(folder, 'b'))).toMatchObject({ kind: 'directory' })
  expect(await files.stat(join(folder, 'b/two/three'))).toBeUndefined()
  await files.copy(join(folder, 'one'), join(folder, 'c/copy'))
  for (const kind of ['hardlink', 'symlink', 'relsymlink'] as const) {
    await files.link(join(folder, 'one'), join(folder, 'c', kind), kind)
    expect(await files.readText(join(folder, 'c', kind))).toBe('1')
  }
  await expect(files.link(join(folder, 'one'), join(folder, 'c/copy'), 'symlink')).rejects.toMatchObject({
    code: 'files/exists',
  })
  await files.rename(join(folder, 'c'), join(folder, 'd'))
  expect(await files.list(join(folder, 'd'))).toEqual(['copy', 'hardlink', 'relsymlink', 'symlink'])
  await files.remove(join(folder, 'nothing'))
  await files.remove(folder, { recursive: true })
  expect(await files.stat(folder)).toBeUndefined()
})
