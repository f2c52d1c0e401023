import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Exposure, Image, MaskedImage } from '#image'
import {
  DATA_COMM_TARGET,
  type DataReply,
  type ExposureDisplay,
  MIME,
  type PipelineDisplay,
  type TableDisplay,
} from '#protocol'
import { Catalog } from '#table'
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type Received, TestClient } from './client.ts'

const firstlight = fileURLToPath(new URL('../../dist/src/cli/firstlight.js', import.meta.url))
let scratch: string
let client: TestClient
let environment: Record<string, string>
let comm: string

/** One chip of the small test camera, and a kernel that has it open by its environment. */
beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'firstlight-engine-'))
  const repo = join(scratch, 'repo')
  execFileSync(process.execPath, [firstlight, 'demo', repo, '--tiny', '--visits', '1008', '--detectors', '3'])
  environment = { FIRSTLIGHT_REPO: repo, FIRSTLIGHT_COLLECTIONS: 'TinyCam/defaults' }
  client = await TestClient.start(environment)
  comm = crypto.randomUUID()
  client.send('shell', 'comm_open', { comm_id: comm, target_name: DATA_COMM_TARGET, data: {} })
}, 240_000)
afterAll(async () => {
  await client?.stop()
  rmSync(scratch, { recursive: true, force: true })
})

const bundleOf = (run: Awaited<ReturnType<TestClient['execute']>>) => {
  expect(run.error?.text).toBeUndefined()
  return run.ofType('execute_result')[0]?.content['data'] as Readonly<Record<string, unknown>>
}

let asked = 0
async function ask(
  request: Readonly<Record<string, unknown>>,
): Promise<{ reply: DataReply; buffer: Uint8Array | undefined }> {
  const id = ++asked
  client.send('shell', 'comm_msg', { comm_id: comm, data: { ...request, id } })
  const find = () =>
    client.received.find(
      (m: Received) => m.content['comm_id'] === comm && (m.content['data'] as { id?: number }).id === id,
    )
  await client.waitFor(() => find() !== undefined)
  const found = find()
  return { reply: found?.content['data'] as DataReply, buffer: found?.buffers[0] }
}

test('the repository of the environment is open as butler', async () => {
  const bundle = bundleOf(await client.execute('butler'))
  expect(bundle['text/plain']).toMatch(/searches +TinyCam\/defaults/)
  const refs = bundleOf(await client.execute('await butler.queryDatasets("raw")'))
  expect(refs['text/plain']).toMatch(/TinyCam\/raw\/all[\s\S]*1 dataset$/)
})

test('an exposure shows as text, PNG and our view, and its pixels come over the data comm', async () => {
  const run = await client.execute(
    'import type { Exposure } from "firstlight/image"\nconst raw = await butler.get<Exposure>("raw", { exposure: 1008, detector: 3 })\nraw',
  )
  const bundle = bundleOf(run)
  const shown = bundle[MIME.exposure] as ExposureDisplay
  expect(bundle['text/plain']).toContain(`${shown.width} × ${shown.height} px`)
  expect(Buffer.from(String(bundle['image/png']), 'base64').subarray(1, 4).toString()).toBe('PNG')
  expect(shown.wcs?.crval[0]).toBeCloseTo(150, 0)
  const { reply, buffer } = await ask({ op: 'plane', objectId: shown.objectId, plane: 'image' })
  expect(reply).toMatchObject({ ok: true, width: shown.width, height: shown.height })
  const pixels = new Float32Array(Uint8Array.from(buffer ?? []).buffer)
  expect(pixels).toHaveLength(shown.width * shown.height)
  expect(String((await client.execute('raw.image.data[12345]')).result)).toBe(String(pixels[12345]))
  expect((await ask({ op: 'plane', objectId: shown.objectId, plane: 'mask' })).buffer).toHaveLength(
    4 * pixels.length,
  )
})

test('data requests are answered while a cell awaits and others are queued; bad ones are refused', async () => {
  const waiting = client.sendExecute('await new Promise((r) => setTimeout(r, 1500))')
  const queued = client.sendExecute('1')
  const { reply } = await ask({ op: 'rows', objectId: 'nothing', offset: 0, limit: 5 })
  expect(reply).toMatchObject({ ok: false, code: 'kernel/no-such-object' })
  expect((await ask({ op: 'steal' })).reply).toMatchObject({ ok: false, code: 'protocol/bad-request' })
  expect(client.replyTo(waiting)).toBeUndefined()
  await client.finished(queued)
})

test('a pipeline cell says what it does not take', async () => {
  const { error } = await client.execute('%%pipeline p\ntasks: {}')
  expect(error).toMatchObject({
    ename: 'KernelError',
    evalue: expect.stringMatching(/^%%pipeline: too many/),
  })
  expect(error?.text).not.toContain('node_modules')
})

test('a pipeline cell runs, shows its progress, names its result; butler and sql then see the output', async () => {
  const cell = `%%pipeline -d "instrument='TinyCam' AND exposure=1008 AND detector=3" -o u/me/first --out run
description: first light
tasks:
  isr: lsst.ip.isr.IsrTask
  characterizeImage: lsst.pipe.tasks.characterizeImage.CharacterizeImageTask`
  const id = client.sendExecute(cell)
  await client.waitFor(() => client.replyTo(id) !== undefined, 120_000)
  const run = await client.finished(id)
  expect(bundleOf(run)['text/plain']).toMatch(/^2 quanta done in u\/me\/first\//)
  const states = [...run.ofType('display_data'), ...run.ofType('update_display_data')].map(
    (m) => (m.content['data'] as Record<string, unknown>)[MIME.pipeline] as PipelineDisplay,
  )
  expect(states[0]?.state).toBe('building')
  expect(states.at(-1)).toMatchObject({
    state: 'done',
    tasks: [
      { label: 'isr', total: 1 },
      { label: 'characterizeImage', after: ['isr'] },
    ],
  })
  expect(states.some((state) => state.state === 'running')).toBe(true)
  expect((await client.execute('(await run.refs("icSrc")).length')).result).toBe('1')
  expect(
    (
      await client.execute(
        'const icExp = await butler.get<Exposure>("icExp", { visit: 1008, detector: 3 }); icExp.psf !== undefined',
      )
    ).result,
  ).toBe('true')
}, 150_000)

const OWN = `--task-module ${fileURLToPath(new URL('../support/notebook-tasks.mjs', import.meta.url))}`
const DATA = `-d "instrument='TinyCam' AND exposure=1008 AND detector=3" -i TinyCam/defaults`

test('a pipeline cell runs tasks of one’s own; failures are an error of the cell, and its variable has them', async () => {
  const body = 'description: own\ntasks:\n  size: { class: own.SizeTask, config: { fails: true } }'
  const failed = await client.execute(`%%pipeline ${OWN} ${DATA} --out bad -o u/me/own --timeout 60\n${body}`)
  expect(failed.error?.evalue).toMatch(/1 of 1 quanta failed[^]*size \(.*detector=3.*\): no size today/)
  const seen = await client.execute(
    '[bad.state, bad.failures.map(({ label, error }) => `${label} ${error?.name}`).join(), (await bad.refs("ownSize")).length].join()',
  )
  expect(seen.result).toBe("'failed,size RangeError,0'")
}, 90_000)

test('an interrupted pipeline cell ends when its run has, and its last picture says so', async () => {
  const body = 'description: own\ntasks:\n  size: { class: own.SizeTask, config: { waitSec: 60 } }'
  const id = client.sendExecute(`%%pipeline ${OWN} ${DATA} -o u/me/stopped\n${body}`)
  const pictures = () =>
    client.received
      .filter((m) => m.parent_header.msg_id === id && m.header.msg_type.endsWith('display_data'))
      .map((m) => (m.content['data'] as Record<string, unknown>)[MIME.pipeline] as PipelineDisplay)
  await client.waitFor(() => pictures().some(({ tasks }) => tasks[0]?.counts.running === 1), 60_000)
  await client.request('control', 'interrupt_request')
  const run = await client.finished(id)
  expect(run.error?.evalue).toMatch(/^The run u\/me\/stopped\/\w+ was cancelled; finished quanta are kept/)
  expect(pictures().at(-1)?.state).toBe('cancelled')
}, 90_000)

test('%%pipeline --help prints its options, and that is all', async () => {
  const run = await client.execute('%%pipeline --help')
  expect(run.error).toBeUndefined()
  expect(run.stdout).toMatch(/^Usage: %%pipeline/)
})

// Where V8 stops the engine amid such a stretch, what should end the run is never called, and the cell waits for it in vain.
test('an interrupt while the engine has no pause ends the run as any other', async () => {
  const body =
    'description: own\ntasks:\n  size: { class: own.SizeTask, config: { stallMs: 800, waitSec: 60 } }'
  const id = client.sendExecute(`%%pipeline ${OWN} ${DATA} -o u/me/stalled\n${body}`)
  const of = (type: string) =>
    client.received.filter((m) => m.parent_header.msg_id === id && m.header.msg_type === type)
  const hasSaid = () => of('stream').some((m) => String(m.content['text']).includes('stalled'))
  await client.waitFor(hasSaid, 60_000)
  const begin = performance.now()
  await client.request('control', 'interrupt_request')
  const run = await client.finished(id)
  // 0.8 s of the stall; 17 s where the run was lost.
  expect(performance.now() - begin).toBeLessThan(10_000)
  expect(run.error).toBeDefined()
  const last = of('update_display_data').at(-1)?.content['data'] as Record<string, unknown>
  expect(last[MIME.pipeline]).toMatchObject({ state: 'cancelled' })
}, 90_000)

const picturesOf = (id: string) =>
  client.received
    .filter((m) => m.parent_header.msg_id === id && m.header.msg_type.endsWith('display_data'))
    .map((m) => (m.content['data'] as Record<string, unknown>)[MIME.pipeline] as PipelineDisplay)

test('the picture of a run stands before its cell is checked, and tells when that fails', async () => {
  const id = client.sendExecute(`%%pipetask run ${OWN} ${DATA} -t own.SizeTask --out class`)
  expect((await client.finished(id)).error?.ename).toBe('SyntaxError')
  expect(picturesOf(id).map(({ state }) => state)).toEqual(['building', 'failed'])
  expect(new Set(picturesOf(id).map(({ runId }) => runId)).size).toBe(1)
})

test('a run interrupted as soon as its picture stands is cancelled, and the next cell has the engine', async () => {
  const id = client.sendExecute(
    `%%pipetask run ${OWN} ${DATA} -o u/me/soon -t own.SizeTask -c size:waitSec=60`,
  )
  await client.waitFor(() => picturesOf(id).length > 0)
  await client.request('control', 'interrupt_request')
  expect((await client.finished(id)).error?.evalue).toMatch(/Interrupted|cancelled/)
  expect(picturesOf(id).at(-1)?.state).toBe('cancelled')
  expect((await client.execute('butler.isWriteable')).result).toBe('false')
}, 30_000)

test('%%pipetask run shows its quanta and gives the run', async () => {
  const cell = `%%pipetask run ${OWN} ${DATA} -o u/me/line -t own.SizeTask --register-dataset-types --out line`
  const run = await client.execute(cell)
  expect(bundleOf(run)['text/plain']).toMatch(/^1 quantum done in u\/me\/line\//)
  const drawn = [...run.ofType('display_data'), ...run.ofType('update_display_data')].at(-1)
  const last = drawn?.content['data'] as Record<string, unknown>
  expect(last[MIME.pipeline]).toMatchObject({
    state: 'done',
    tasks: [{ label: 'size', total: 1, counts: { done: 1 } }],
  })
  expect(last['image/svg+xml']).toMatch(/^<svg .*>size<.*>1\/1</)
  expect(last['text/html']).toContain(last['image/svg+xml'])
  expect(run.stderr).toMatch(/size INFO: \d+ by \d+/)
  const [ref] = JSON.parse(
    (
      (await client.execute('JSON.stringify((await line.refs("ownSize")).map(({ run }) => run))')).result ??
      ''
    ).slice(1, -1),
  ) as string[]
  expect(ref).toMatch(/^u\/me\/line\//)
  expect((await client.execute('%pipetask run --show tasks -t isr')).error?.evalue).toContain('exit code')
  const shown = await client.execute(
    `%%pipeline ${OWN} --show tasks\ndescription: own\ntasks: { size: own.SizeTask }`,
  )
  expect(shown.stdout).toContain('own.SizeTask')
  expect((await client.execute('%%pipeline -j 0\ntasks: {}')).error?.evalue).toContain('1 or more')
  expect((await client.execute('%%pipeline --out 1st\ntasks: {}')).error?.evalue).toContain(
    "'1st' is no name",
  )
}, 90_000)

test('sql reads dataset types, binds values, and its table comes over the data comm in any order', async () => {
  const run = await client.execute(
    'const visit = 1008\nconst stars = await sql`SELECT id, base_PsfFlux_instFlux AS flux FROM icSrc WHERE visit = ${visit}`\nstars',
  )
  const shown = bundleOf(run)[MIME.table] as TableDisplay
  expect(shown.numRows).toBeGreaterThan(5)
  expect(shown.columns.map(({ name, type }) => `${name}:${type}`)).toEqual(['id:i64', 'flux:f64'])
  const { reply, buffer } = await ask({
    op: 'rows',
    objectId: shown.objectId,
    offset: 0,
    limit: 3,
    orderBy: '-flux',
  })
  expect(reply).toMatchObject({ ok: true, numRows: 3 })
  const rows = Catalog.fromIpc(Uint8Array.from(buffer ?? []))
  const flux = rows.f64('flux')
  expect(flux[0]).toBeGreaterThan(flux[1] ?? Number.NaN)
  expect((await client.execute('(await sql`SELECT max(flux) AS m FROM ${stars}`).f64("m")[0]')).result).toBe(
    String(flux[0]),
  )
})

test('a cell that ends with a query shows its rows without an await, or its error', async () => {
  const shown = bundleOf(await client.execute('sql`SELECT 42 AS n`'))[MIME.table] as TableDisplay
  expect([shown.numRows, shown.columns.map(({ name }) => name)]).toEqual([1, ['n']])
  expect((await client.execute('_.numRows')).result).toBe('1')
  expect((await client.execute("sql.query('SELECT * FROM nothing_like_it')")).error?.evalue).toMatch(
    /nothing_like_it/,
  )
})

test('the module of scripts, firstlight/node, is there in cells too, with its types', async () => {
  const code = `import { openButler as open } from 'firstlight/node'
const other = await open(butler.root)
const writes: boolean = other.isWriteable
await other.close()
writes`
  expect((await client.execute(code)).result).toBe('false')
  const wrong = await client.execute("import { openButlers } from 'firstlight/node'\nopenButlers")
  expect(wrong.error?.evalue).toContain('openButlers')
})

test('%%sql names its result, which is typed', async () => {
  expect(
    (await client.execute('%%sql bright\nSELECT * FROM icSrc ORDER BY base_PsfFlux_instFlux DESC LIMIT 2'))
      .error,
  ).toBeUndefined()
  expect((await client.execute('bright.numRows')).result).toBe('2')
  expect((await client.execute('bright.numRow')).error?.evalue).toContain("Did you mean 'numRows'")
})

test('a variable that holds a catalog is a table of the next query, as long as it holds one', async () => {
  await client.execute('%%sql few\nSELECT * FROM range(3) AS r(n)')
  expect(
    (await client.execute('%%sql total\nSELECT sum(n)::DOUBLE AS all_of_it FROM few')).error,
  ).toBeUndefined()
  expect((await client.execute('total.f64("all_of_it")[0]')).result).toBe('3')
  expect((await client.execute('%%sql\nSELECT * FROM fex')).error?.evalue).toContain("'few'")
  await client.execute('const few = 5')
  expect((await client.execute('%%sql\nSELECT * FROM few')).error?.evalue).toContain(
    'holds no catalog any more',
  )
  expect((await client.execute('%%sql\nSELECT ${few}')).error?.text).toContain('await sql`')
})

test('a second repository opens beside the session’s', async () => {
  const code = `const beside = await openButler(butler.root, { collections: 'TinyCam/raw/all' })
const seen = [Object.is(beside, butler), (await beside.queryDatasets('raw')).length > 0, beside.isWriteable]
seen.join()`
  expect((await client.execute(code)).result).toBe("'false,true,false'")
})

test('wrong SQL, a wrong collection and a pipeline without data say what is wrong', async () => {
  expect((await client.execute('await sql`SELECT * FROM nothing_like_it`')).error?.evalue).toMatch(
    /nothing_like_it/,
  )
  expect((await client.execute('await useCollections("no/such")')).error?.ename).toBe(
    'MissingCollectionError',
  )
  const none = await client.execute(
    '%%pipeline -d "exposure=1" -i TinyCam/defaults -o u/me/none\ndescription: none\ntasks:\n  isr: lsst.ip.isr.IsrTask',
  )
  expect(none.reply['status']).toBe('error')
  const wrong = await client.execute(
    '%%pipeline -d "exposure=1008" -o u/me/wrong\ndescription: wrong\ntasks:\n  isr: lsst.ip.isr.NoSuchTask',
  )
  expect(wrong.error?.evalue).toContain('NoSuchTask')
  expect(wrong.error?.evalue).toMatch(/:4:\d+: task 'isr'/)
})

test('%butler and %pipetask are the commands, on the open repository', async () => {
  expect((await client.execute('%butler query-collections')).stdout).toContain('u/me/first')
  expect((await client.execute('%butler query-collecions')).error?.evalue).toContain('exit code')
})

test('the registry gives cells their types: what get gives, which keys and values a data ID has', async () => {
  const id = "{ instrument: 'TinyCam', exposure: 1008, detector: 3 }"
  const typed = await client.execute(
    `const part = await butler.get('raw.visitInfo', ${id}); part.exposureTim`,
  )
  expect(typed.error?.evalue).toMatch(
    /'exposureTim' does not exist on type 'VisitInfo'. Did you mean 'exposureTime'/,
  )
  const key = await client.execute("await butler.get('raw', { exposur: 1008, detector: 3 })")
  expect(key.error?.evalue).toMatch(
    /'exposur' does not exist in type .*DataIdOf_instrument_detector_exposure/,
  )
  const put = await client.execute("await butler.put({ a: 1 }, 'raw', { exposure: 1008 })")
  expect(put.error?.evalue).toMatch(/'a' does not exist in type 'Exposure'/)
  const handedOn = await client.execute(
    "const [first] = await butler.queryDatasets('raw'); (await butler.get('raw', first!.dataId)).image.width",
  )
  expect(handedOn.error?.text).toBeUndefined()
  const unknown = await client.execute(`await butler.get('rawish', ${id})`)
  expect(unknown.error?.text).toMatch(/MissingDatasetTypeError: .*'rawish'/)
})

test('dataset types, data IDs and SQL complete from the registry, in kernels that have run nothing yet', async () => {
  const fresh = await TestClient.start(environment)
  const complete = async (code: string): Promise<unknown> => {
    const id = fresh.send('shell', 'complete_request', { code, cursor_pos: code.length })
    const find = () =>
      fresh.received.find((m) => m.parent_header.msg_id === id && m.header.msg_type === 'complete_reply')
    await fresh.waitFor(() => find() !== undefined)
    return find()?.content['matches']
  }
  try {
    expect(await complete("butler.get('ra")).toEqual(['raw'])
    expect(await complete("butler.get('raw.vi")).toEqual(['raw.visitInfo'])
    expect(await complete("butler.get('raw', { exposure: ")).toEqual(['1008'])
    expect(await complete('await sql`SELECT e.exposure_t')).toEqual([])
    expect(await complete('%%sql\nSELECT * FROM expos')).toEqual(['exposure'])
    expect(await complete('await butler.query')).toContain('queryDatasets')
  } finally {
    await fresh.stop()
  }
})

test('FITS files open by a path beside the notebook', async () => {
  const { writeExposureFits } = await import('#formats')
  const exposure = new Exposure(new MaskedImage(new Image(8, 4)))
  writeFileSync(join(client.folder, 'small.fits'), writeExposureFits(exposure))
  expect(
    (
      await client.execute(
        'const file = await openFits("small.fits"); file.hdus.map((hdu) => hdu.name).slice(0, 4)',
      )
    ).result,
  ).toContain("'IMAGE'")
})

test('completion knows the engine', async () => {
  const reply = await client.request('shell', 'complete_request', { code: 'butler.queryD', cursor_pos: 13 })
  expect(reply['matches']).toEqual(
    expect.arrayContaining(['queryDataIds', 'queryDatasets', 'queryDimensionRecords']),
  )
})
