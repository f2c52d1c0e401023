import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import {
  type Butler,
  checkRepository,
  type DatasetRef,
  exportRepository,
  importRepository,
  mendable,
  retrieveArtifacts,
  transferFrom,
  unmendable,
} from '#butler'
import { createNodeButler, nodeFiles, openNodeButler } from '#platform/node'
import { startChild } from '../support/child.ts'
import { butlerCommand } from '../support/commands.ts'
import { useMemoryDisk } from '../support/memory-disk.ts'
import { aRepository, putNote, tempFolder } from '../support/repository.ts'

useMemoryDisk()

/** FIRSTLIGHT_KILLS=200 for the full form: about ten minutes. */
const KILLS = Number(process.env['FIRSTLIGHT_KILLS'] ?? 12)
vi.setConfig({ testTimeout: 60_000 + KILLS * 15_000 })

async function fill(butler: Butler): Promise<void> {
  const { registry } = butler
  await registry.insertDimensionData('instrument', [
    { name: 'Cam', detector_max: 4, visit_max: 9, exposure_max: 9 },
  ])
  await registry.insertDimensionData('physical_filter', [{ instrument: 'Cam', name: 'r1', band: 'r' }])
  await registry.insertDimensionData('day_obs', [{ instrument: 'Cam', id: 20240201 }])
  const visit = { instrument: 'Cam', day_obs: 20240201, physical_filter: 'r1' }
  const visits = Array.from({ length: 5 }, (_, id) => ({ ...visit, id, name: `v${id}` }))
  await registry.insertDimensionData('visit', visits)
  const type = { name: 'count', dimensions: ['instrument', 'visit'], storageClass: 'StructuredDataDict' }
  await registry.registerDatasetType(type)
}

/** A repository to be worked on, one with a run to transfer, and an export with files. */
async function places(): Promise<{ root: string; source: string; exported: string }> {
  const folder = tempFolder('faults')
  const [root, source, exported] = ['repo', 'source', 'exported'].map((n) => join(folder, n)) as [
    string,
    string,
    string,
  ]
  const butler = await createNodeButler(root)
  await fill(butler)
  await butler.close()
  const other = await createNodeButler(source)
  await fill(other)
  for (const run of ['offered', 'exported']) {
    await other.collections.register(run)
    for (let visit = 0; visit < 5; visit++)
      await other.put({ run }, 'count', { instrument: 'Cam', visit }, { run })
  }
  mkdirSync(exported)
  const datasets = await other.queryDatasets('count', { collections: 'exported' })
  const text = await exportRepository(other.repository, { datasets, directory: exported, transfer: 'copy' })
  await nodeFiles.writeAtomic(join(exported, 'export.yaml'), text)
  await other.close()
  return { root, source, exported }
}

interface Said {
  readonly name: string
  readonly run: string
  readonly gone?: readonly string[]
  readonly ids?: readonly string[]
}

test(`after a kill at any moment the repository opens, its check is clean once mended, and nothing committed is lost (${KILLS} kills)`, async () => {
  const { root, source, exported } = await places()
  const committed = new Map<string, string>()
  let cutOff = 0
  let mended = 0
  const start = (seed: number) => startChild('work-until-killed.mjs', [root, String(seed), source, exported])
  let next = start(0)
  for (let kill = 0; kill < KILLS; kill++) {
    const child = next
    child.process.stdin.write('go\n')
    await child.line(/ready/)
    // By operations begun, so that a slow machine is not killed before it has done any; then a moment spread over what one lasts.
    await child.line(new RegExp(`(?:^begin [^]*?){${1 + (kill % 6)}}`, 'm'))
    await new Promise((resolve) => setTimeout(resolve, ((kill * 7919) % 400) / 10))
    child.process.kill('SIGKILL')
    // The next one loads its code while this one's work is looked at.
    next = start(kill + 1)
    const { out, err } = await child.ended
    expect(err).toBe('')
    const lines = [...out.matchAll(/^(begin|done) (.+)$/gm)].map(([, word, json]) => ({
      word: word!,
      said: JSON.parse(json!) as Said,
    }))
    for (const { word, said } of lines)
      if (word === 'begin') for (const id of said.gone ?? []) committed.delete(id)
      else for (const id of said.ids!) committed.set(id, said.run)
    if (lines.at(-1)?.word === 'begin') cutOff++

    const butler = await openNodeButler(root, { writeable: true })
    const first = await checkRepository(butler.repository, { mend: true })
    mended += mendable(first)
    expect(unmendable(first), JSON.stringify(first)).toBe(0)
    const second = await checkRepository(butler.repository)
    expect(mendable(second) + unmendable(second) + second.strangers.length, JSON.stringify(second)).toBe(0)
    const records = await butler.repository.datastore.stored([...committed.keys()])
    expect([...committed.keys()].filter((id) => !records.has(id))).toEqual([])
    for (const id of [...committed.keys()].slice(-10)) {
      const ref = await butler.getDataset(id)
      expect(await butler.get(ref!)).toEqual({ run: committed.get(id) })
    }
    await butler.close()
  }
  next.process.kill('SIGKILL')
  expect(committed.size).toBeGreaterThan(KILLS)
  expect(cutOff).toBeGreaterThan(KILLS / 2)
  console.log(
    `${KILLS} kills, ${cutOff} within an operation; ${mended} leftovers mended, ${committed.size} datasets whole`,
  )
})

test('check tells what is wrong, mends what it may and leaves what it must not touch', async () => {
  const butler = await aRepository()
  const lost = await putNote(butler, 'run/a', 1, 1)
  const cut = await putNote(butler, 'run/a', 1, 2)
  await putNote(butler, 'run/a', 2, 1)
  const path = (file: string) => join(butler.root, file)
  const check = (...words: string[]) => butlerCommand(['check', butler.root, ...words], butler.root)
  expect(await check()).toMatchObject({ code: 0, out: '3 stored datasets, 3 files.\nNothing is wrong.\n' })
  unlinkSync(new URL(await butler.getUri(lost)))
  truncateSync(new URL(await butler.getUri(cut)), 3)
  const folder = 'run/a/note'
  writeFileSync(path(`${folder}/orphan.yaml`), 'x: 1\n')
  mkdirSync(path('u/me/gone/note/v1'), { recursive: true })
  writeFileSync(path('u/me/gone/note/v1/note_Cam_v1_u_me_gone.yaml'), 'x: 1\n')
  for (const name of ['0123abcd', '4567cdef']) writeFileSync(path(`${folder}/note.yaml.${name}.tmp`), 'x')
  // What a run left behind yesterday; the other may be one that is at work.
  utimesSync(path(`${folder}/note.yaml.0123abcd.tmp`), new Date(), new Date(Date.now() - 86_400_000))
  writeFileSync(path('README.txt'), 'mine')
  const found = await check('--json')
  expect(found.code).toBe(1)
  expect(JSON.parse(found.out)).toMatchObject({
    datasets: 3,
    temporaries: [`${folder}/note.yaml.0123abcd.tmp`],
    orphans: [`${folder}/orphan.yaml`, 'u/me/gone/note/v1/note_Cam_v1_u_me_gone.yaml'],
    strangers: ['README.txt'],
    young: [`${folder}/note.yaml.4567cdef.tmp`],
    missing: [{ id: lost.id, datasetType: 'note', run: 'run/a' }],
    damaged: [{ id: cut.id, why: expect.stringMatching(/^3 bytes instead of \d+$/) as string }],
    mended: 0,
  })
  expect((await check()).out).toContain('5 problems; `butler check')
  expect(await check('--mend', '--dry-run')).toMatchObject({ code: 1 })
  const mending = await check('--mend')
  expect([mending.code, mending.out.split('\n').at(-2)]).toEqual([1, '4 mended, 1 need a person.'])
  expect(readdirSync(path(folder))).toContain('note.yaml.4567cdef.tmp')
  expect(await check('--mend', '--older-than', '0', '--json')).toMatchObject({ code: 1 })
  expect(readdirSync(path(folder))).not.toContain('note.yaml.4567cdef.tmp')
  expect(await butler.existence(lost)).toMatchObject({ recorded: true, inDatastore: false })
  expect(readdirSync(path(folder), { recursive: true }).filter((f) => String(f).includes('orphan'))).toEqual(
    [],
  )
  expect(readFileSync(path('README.txt'), 'utf8')).toBe('mine')
  await butler.pruneDatasets([cut], { disassociate: false, unstore: true })
  expect(await check()).toMatchObject({ code: 0 })
})

test('a file that another dataset has is not overwritten', async () => {
  const root = join(tempFolder(), 'repo')
  const butler = await createNodeButler(root, {
    seed: { datastore: { templates: { default: '{run}/{datasetType}' } } },
  })
  await fill(butler)
  await butler.collections.register('run')
  const put = (visit: number) => butler.put({ visit }, 'count', { instrument: 'Cam', visit }, { run: 'run' })
  const first = await put(0)
  await expect(put(1)).rejects.toMatchObject({ code: 'butler/file-exists' })
  expect(await butler.get(first)).toEqual({ visit: 0 })
  await butler.close()
})

test('a create on a disk that is too small says so and leaves nothing; on the first that suffices all is there', async () => {
  let hasRoom = false
  for (let size = 100; !hasRoom; size += 300) {
    const disk = tempFolder('tiny-disk')
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}k`, 'tmpfs', disk])
    onTestFinished(() => void execFileSync('umount', ['-l', disk]))
    const made = await createNodeButler(join(disk, 'repo')).catch((error: Error & { code?: string }) => error)
    hasRoom = !(made instanceof Error)
    if (made instanceof Error) {
      expect(made.code).toMatch(/^(files|sql)\/full$/)
      expect(readdirSync(disk, { recursive: true }).filter((name) => name !== 'repo')).toEqual([])
    } else {
      await made.close()
      const again = await openNodeButler(join(disk, 'repo'))
      expect(await again.collections.query('*')).toEqual([])
      await again.close()
    }
    expect(size).toBeLessThan(4000)
  }
})

test('a full disk is a clear error; what was there is whole, nothing is half-written', async () => {
  const disk = tempFolder('small-disk')
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk])
  onTestFinished(() => void execFileSync('umount', ['-l', disk]))
  const butler = await createNodeButler(join(disk, 'repo'))
  await fill(butler)
  await butler.collections.register('run')
  const put = (visit: number, size: number) =>
    butler.put({ text: 'x'.repeat(size) }, 'count', { instrument: 'Cam', visit }, { run: 'run' })
  const kept = await put(0, 1000)
  await expect(put(1, 8_000_000)).rejects.toMatchObject({
    code: 'files/full',
    message: expect.stringMatching(/^Cannot write .*: no space left on the disk\.$/) as string,
  })
  // Now rows too have no room: fill what is left.
  let free = 1 << 20
  for (let n = 0; free > 0; ) {
    try {
      writeFileSync(join(disk, `filler-${n++}`), new Uint8Array(free))
    } catch {
      rmSync(join(disk, `filler-${n - 1}`), { force: true })
      free >>= 1
    }
  }
  await expect(put(2, 10))
    .rejects.toMatchObject({
      code: expect.stringMatching(/^(files|sql)\/full$/) as string,
      hint: undefined,
    })
    .catch(async () => {
      await expect(put(2, 10)).rejects.toMatchObject({
        code: 'sql/full',
        hint: expect.stringContaining('room') as string,
      })
    })
  for (const name of readdirSync(disk)) if (name.startsWith('filler')) rmSync(join(disk, name))
  const report = await checkRepository(butler.repository)
  expect(mendable(report) + unmendable(report)).toBe(0)
  expect(report.datasets).toBe(1)
  expect(await butler.get(kept)).toEqual({ text: 'x'.repeat(1000) })
  await put(2, 10)
  await butler.close()
})

/** What fills a disk: with too little room left on it at first, and at last with enough. */
const FILLING: Readonly<Record<string, (butler: Butler, from: Exported) => Promise<unknown>>> = {
  import: ({ repository }, { text, directory }) =>
    importRepository(repository, text, 'export', { directory, transfer: 'copy' }),
  'transfer from': ({ repository }, { source, refs }) =>
    transferFrom(repository, source.repository, refs, { registerDatasetTypes: true }),
  ingest: async (butler, { refs, directory }) => {
    const path = join(directory, 'one.yaml')
    writeFileSync(path, `text: ${'x'.repeat(90_000)}\n`)
    const dataIds = refs.map((ref) => ref.dataId)
    const made = await butler.registry.makeRefs('count', dataIds, { run: 'run' })
    const files = made.map((ref) => ({ path, refs: [ref] }))
    return butler.ingest(files, { transfer: 'copy' })
  },
  'rows whose failure is passed over': (butler, { refs }) =>
    butler.transaction(async (inside) => {
      for (const { dataId } of refs) await inside.put({ a: 1 }, 'count', dataId, { run: 'run' })
      const physical_filter = (name: number) => ({ instrument: 'Cam', name: `${name}`.repeat(60), band: 'r' })
      const rows = Array.from({ length: 1200 }, (_, n) => physical_filter(n + 100))
      await inside.registry.insertDimensionData('physical_filter', rows).catch(() => undefined)
      await inside.registry.insertDimensionData('instrument', [{ name: 'Other' }])
    }),
}

interface Exported {
  readonly source: Butler
  readonly refs: readonly DatasetRef[]
  readonly text: string
  readonly directory: string
}

test.each(Object.keys(FILLING))(
  'a disk that gets full during %s is told, and all of it is taken back',
  async (name) => {
    const source = await createNodeButler(join(tempFolder(), 'repo'))
    onTestFinished(() => source.close())
    await fill(source)
    await source.collections.register('run')
    const refs: DatasetRef[] = []
    for (let visit = 0; visit < 5; visit++)
      refs.push(
        await source.put({ text: 'x'.repeat(90_000) }, 'count', { instrument: 'Cam', visit }, { run: 'run' }),
      )
    const directory = tempFolder()
    const text = await exportRepository(source.repository, { datasets: refs, directory })
    const codes = new Set<string>()
    for (let room = 60; !codes.has('done'); room += 140) {
      expect(room).toBeLessThan(4000)
      const disk = tempFolder('filling')
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk])
      onTestFinished(() => void execFileSync('umount', ['-l', disk]))
      const butler = await createNodeButler(join(disk, 'repo'))
      await fill(butler)
      await butler.collections.register('run')
      const { bavail, bsize } = statfsSync(disk)
      writeFileSync(join(disk, 'filler'), new Uint8Array(bavail * bsize - room * 1024))
      const error: unknown = await FILLING[name]!(butler, { source, refs, text, directory }).then(
        () => undefined,
        (e: unknown) => e,
      )
      codes.add(error === undefined ? 'done' : String((error as { code?: string }).code))
      const report = await checkRepository(butler.repository)
      expect([mendable(report), unmendable(report)]).toEqual([0, 0])
      expect([report.datasets, report.files]).toEqual(error === undefined ? [5, 5] : [0, 0])
      await butler.close()
    }
    codes.delete('done')
    expect(codes.size).toBeGreaterThan(0)
    for (const code of codes) expect(code).toMatch(/^(files|sql)\/full$/)
  },
)

test('what was copied out is taken back when the disk gets full', async () => {
  const butler = await aRepository()
  const refs = [await putNote(butler, 'run/a', 1, 1)]
  for (const detector of [2, 3])
    refs.push(
      await butler.put(
        { text: 'x'.repeat(200_000) },
        'note',
        { instrument: 'Cam', visit: 1, detector },
        { run: 'run/a' },
      ),
    )
  const disk = tempFolder('tiny-disk')
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=300k', 'tmpfs', disk])
  onTestFinished(() => void execFileSync('umount', ['-l', disk]))
  const files = () =>
    readdirSync(disk, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yaml'))
  await expect(retrieveArtifacts(butler.repository, refs, disk)).rejects.toMatchObject({ code: 'files/full' })
  expect(files()).toEqual([])
  const request = { datasets: refs, directory: disk }
  await expect(exportRepository(butler.repository, request)).rejects.toMatchObject({ code: 'files/full' })
  expect(files()).toEqual([])
})
