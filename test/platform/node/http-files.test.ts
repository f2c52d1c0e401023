import { existsSync, readdirSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeEach, expect, test } from 'vitest'
import { checkRepository, mendable } from '#butler'
import { silentLog } from '#core'
import { Box2I } from '#geom'
import { createNodeButler, openNodeButler } from '#platform/node'
import { httpFiles } from '../../../src/platform/node/remote/http-files.ts'
import { routedFiles } from '../../../src/platform/node/remote/routed-files.ts'
import { anExposure } from '../../formats/support/an-exposure.ts'
import { serveFolder } from '../../support/http.ts'
import { fillDimensions, putNote, tempFolder } from '../../support/repository.ts'

const folder = tempFolder()
const server = await serveFolder(folder)

beforeEach(() => Object.assign(server, { sent: 0, failures: 0, wholeOnly: false }))

test.each([false, true])('files are read by parts, server ignores ranges: %s', async (wholeOnly) => {
  const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 31) & 255)
  writeFileSync(join(folder, 'big.bin'), bytes)
  server.wholeOnly = wholeOnly
  const source = await httpFiles.open(`${server.url}/big.bin`)
  expect(source.size).toBe(300_000)
  for (const [offset, length] of [
    [0, 10],
    [65_530, 12],
    [131_000, 400],
    [299_990, 100],
    [1000, 250_000],
    [300_000, 5],
  ] as const)
    expect(Buffer.from(await source.read(offset, length))).toEqual(
      Buffer.from(bytes.subarray(offset, offset + length)),
    )
})

test('what is not there is undefined or an error by name; a server that stumbles is asked again', async () => {
  expect(await httpFiles.stat(`${server.url}/none`)).toBeUndefined()
  await expect(httpFiles.readBytes(`${server.url}/none`)).rejects.toMatchObject({ code: 'files/not-found' })
  await expect(httpFiles.list(server.url)).rejects.toMatchObject({ code: 'files/unsupported' })
  await expect(httpFiles.stat('http://127.0.0.1:9/x')).rejects.toMatchObject({ code: 'files/failed' })
  server.failures = 2
  await httpFiles.writeAtomic(`${server.url}/a/b.txt`, 'text')
  expect(await httpFiles.readText(`${server.url}/a/b.txt`)).toBe('text')
  await routedFiles.copy(`${server.url}/a/b.txt`, join(folder, 'c.txt'))
  expect(readFileSync(join(folder, 'c.txt'), 'utf8')).toBe('text')
  await httpFiles.remove(`${server.url}/a/b.txt`)
  expect(await httpFiles.stat(`${server.url}/a/b.txt`)).toBeUndefined()
})

test('parts of an exposure behind HTTP are read without its pixels, whole ones are the same as local ones', async () => {
  const root = join(tempFolder(), 'repo')
  const butler = await createNodeButler(root)
  const { registry } = butler
  await registry.insertDimensionData('instrument', [
    { name: 'Cam', detector_max: 4, visit_max: 9, exposure_max: 9 },
  ])
  await registry.insertDimensionData('detector', [{ instrument: 'Cam', id: 1, full_name: 'A' }])
  const id = { instrument: 'Cam', detector: 1 }
  await registry.registerDatasetType({
    name: 'frame',
    dimensions: ['instrument', 'detector'],
    storageClass: 'ExposureF',
  })
  const exposure = anExposure(new Box2I(0, 0, 800, 600))
  await butler.collections.register('run')
  mkdirSync(join(folder, 'frames'), { recursive: true })
  const [ref] = await registry.makeRefs('frame', [id], { run: 'run' })
  const made = await butler.put(exposure, 'frame', id, { run: 'run' })
  const file = join(folder, 'frames', 'frame.fits')
  writeFileSync(file, readFileSync(new URL(await butler.getUri(made))))
  await butler.pruneDatasets([made], { disassociate: true, unstore: true, purge: true })
  await butler.ingest([{ path: `${server.url}/frames/frame.fits`, refs: [ref!] }], { transfer: 'direct' })
  await butler.close()

  const reader = await openNodeButler(root, { collections: 'run' })
  expect(await reader.getUri('frame', id)).toBe(`${server.url}/frames/frame.fits`)
  const { size } = statSync(file)
  const cost = async (what: string, parameters?: Record<string, unknown>) => {
    server.sent = 0
    const value = await reader.get(what, id, parameters === undefined ? {} : { parameters })
    return { value, share: server.sent / size }
  }
  const wcs = await cost('frame.wcs')
  expect((wcs.value as typeof exposure.info.wcs)!.toFitsCards()).toEqual(exposure.info.wcs!.toFitsCards())
  expect(wcs.share).toBeLessThan(0.2)
  expect((await cost('frame.visitInfo')).share).toBeLessThan(0.2)
  const box = new Box2I(100, 300, 50, 40)
  const part = await cost('frame.image', { bbox: box })
  expect((part.value as typeof exposure.image).data).toEqual(exposure.image.subimage(box).data)
  expect(part.share).toBeLessThan(0.2)
  const whole = await cost('frame')
  expect((whole.value as typeof exposure).image.data).toEqual(exposure.image.data)
  expect(whole.share).toBeGreaterThan(0.9)
  await reader.close()
})

test('a datastore behind HTTP: odd names, a server that fails in the middle, and files that go later', async () => {
  const root = join(tempFolder(), 'repo')
  const said: string[] = []
  const log = { ...silentLog, warn: (message: string) => void said.push(message) }
  const seed = { datastore: { root: `${server.url}/my%20store` } }
  const butler = await createNodeButler(root, { seed, log })
  await fillDimensions(butler)
  const run = 'u/é a#1%41+b'
  await butler.collections.register(run)
  const dimensions = ['instrument', 'visit', 'detector']
  await butler.registry.registerDatasetType({ name: 'note', dimensions, storageClass: 'StructuredDataDict' })
  const ref = await putNote(butler, run, 1, 1)
  expect(await butler.get(ref)).toEqual({ run, visit: 1, detector: 1 })
  expect(readdirSync(join(folder, 'my store/u'))).toEqual(['é_a#1A+b'])
  expect(new URL(await butler.getUri(ref)).hash).toBe('')
  server.failures = 3
  await expect(putNote(butler, run, 1, 2)).rejects.toMatchObject({ code: 'files/failed' })
  const again = await putNote(butler, run, 1, 2)
  const inside = fileURLToPath(new URL(`file://${new URL(await butler.getUri(again)).pathname}`))
  const [adopted] = await butler.registry.makeRefs('note', [{ instrument: 'Cam', visit: 1, detector: 3 }], {
    run,
  })
  await butler.ingest([{ path: await butler.getUri(again), refs: [adopted!] }])
  expect(await butler.get(adopted!)).toEqual({ run, visit: 1, detector: 2 })
  server.failures = 3
  const purge = { disassociate: true, unstore: true, purge: true }
  await butler.pruneDatasets([ref], purge)
  expect(said).toEqual([
    expect.stringMatching(/^Cannot remove .* The dataset is deleted; its file goes with/),
  ])
  await butler.pruneDatasets([again, adopted!], purge)
  const report = await checkRepository(butler.repository)
  expect([mendable(report), existsSync(join(folder, inside))]).toEqual([0, false])
  await butler.close()
})
