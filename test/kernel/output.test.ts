import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TestClient } from './client.ts'

let client: TestClient
beforeAll(async () => {
  client = await TestClient.start()
})
afterAll(() => client.stop())

test('stdout and stderr keep their order', async () => {
  const run = await client.execute(
    'console.log("a"); console.error("b"); console.log("c"); process.stdout.write("d")',
  )
  expect(
    run.ofType('stream').map(({ content }) => `${String(content['name'])}:${String(content['text'])}`),
  ).toEqual(['stdout:a\n', 'stderr:b\n', 'stdout:c\nd'])
})

test('the quick way of a line says what the formatter says', async () => {
  const values =
    '["%s %%", "", 0, -0, 5, -2.5, NaN, 1e21, 7n, true, null, undefined, Symbol("s"), [1], { a: "b" }, new Date(0)]'
  const run = await client.execute(
    `const { formatWithOptions } = await import("node:util"); for (const v of ${values}) { console.log(v); process.stdout.write(formatWithOptions({}, v) + "\\n") }`,
  )
  const lines = run.stdout.split('\n').slice(0, -1)
  expect(lines).toHaveLength(32)
  for (let i = 0; i < lines.length; i += 2) expect(lines[i]).toBe(lines[i + 1])
  const grouped = await client.execute(
    'console.group("a"); console.log("b\\nc"); console.group(); console.warn(1); console.groupEnd(); console.groupEnd(); console.groupEnd(); console.log("d"); console.log("%d and", 1, "2")',
  )
  expect(grouped).toMatchObject({ stdout: 'a\n  b\n  c\nd\n1 and 2\n', stderr: '    1\n' })
})

test('a hundred thousand lines arrive whole, in few messages, before idle', async () => {
  const run = await client.execute('for (let i = 0; i < 100_000; i++) console.log(i)')
  expect(run.stdout).toBe(Array.from({ length: 100_000 }, (_, i) => `${i}\n`).join(''))
  expect(run.ofType('stream').length).toBeLessThan(1000)
  expect(run.iopub.at(-1)?.content['execution_state']).toBe('idle')
})

test('prints and displays keep their order, whatever the pace', async () => {
  const run = await client.execute(
    'for (let i = 0; i < 300; i++) { console.log(i); if (i % 3 === 0) display.html(`<b>${i}</b>`); if (i % 7 === 0) console.error("e", i) }',
  )
  const seen = run.iopub.flatMap(({ header, content }) => {
    if (header.msg_type === 'stream') return String(content['text']).trim().split('\n')
    if (header.msg_type !== 'display_data') return []
    return [(content['data'] as Record<string, string>)['text/plain']]
  })
  const wanted = Array.from({ length: 300 }, (_, i) => [
    String(i),
    ...(i % 3 === 0 ? [`<b>${i}</b>`] : []),
    ...(i % 7 === 0 ? [`e ${i}`] : []),
  ]).flat()
  expect(seen).toEqual(wanted)
})

test('a text larger than the room between the threads arrives whole, in any script', async () => {
  const run = await client.execute(
    'console.log("aé漢𝒳".repeat(500_000)); process.stdout.write("𝒳".repeat(40_001).slice(1) + "\\n")',
  )
  const [large, cut] = run.stdout.split('\n')
  expect(large === 'aé漢𝒳'.repeat(500_000)).toBe(true)
  expect(cut?.length).toBe(80_001)
})

test('an interrupted printing loop prints on afterwards', async () => {
  const id = client.sendExecute('for (let i = 0; ; i++) console.log("x".repeat(1000))')
  await client.waitFor(() => client.executionOf(id).stdout.length > 100_000)
  client.send('control', 'interrupt_request', {})
  await client.finished(id)
  expect(client.replyTo(id)?.content['status']).toBe('error')
  const after = await client.execute('console.log("after")')
  expect(after.stdout).toBe('after\n')
})

test('output of a busy loop is seen while it runs', async () => {
  const id = client.sendExecute(
    'console.log("begun"); const end = Date.now() + 600; while (Date.now() < end) {}',
  )
  await client.waitFor(() => client.executionOf(id).stdout === 'begun\n', 550)
  expect(client.replyTo(id)).toBeUndefined()
  await client.finished(id)
})

test('late output belongs to the cell that started it', async () => {
  const first = await client.execute(
    'setTimeout(() => console.log("late one"), 150); void Promise.resolve().then(async () => { await new Promise((r) => setTimeout(r, 180)); console.error("late two") })',
  )
  await client.execute('console.log("second")')
  await client.waitFor(() => client.executionOf(first.id).stderr === 'late two\n')
  expect(client.executionOf(first.id).stdout).toBe('late one\n')
})

test('errors nobody awaited are shown under their cell, and the kernel lives', async () => {
  const first = await client.execute(
    'setTimeout(() => { throw new Error("from a timer") }, 80); void (async () => { await null; throw new TypeError("rejected") })()',
  )
  expect(first.reply['status']).toBe('ok')
  await client.execute('1')
  await client.waitFor(() => client.executionOf(first.id).ofType('error').length === 2)
  const texts = client
    .executionOf(first.id)
    .ofType('error')
    .map(({ content }) => content['evalue'])
  expect(texts.sort()).toEqual(['from a timer', 'rejected'])
  expect((await client.execute('2')).result).toBe('2')
})

test('display, update by id and by handle, clear', async () => {
  const run = await client.execute(
    'const shown = display({ a: 1 }, { id: "mine" }); updateDisplay("mine", "two"); shown.update(3); clearOutput({ wait: true })',
  )
  const [shown] = run.ofType('display_data')
  expect(shown?.content).toMatchObject({
    data: { 'text/plain': '{ a: 1 }' },
    transient: { display_id: 'mine' },
  })
  expect(
    run
      .ofType('update_display_data')
      .map((m) => (m.content['data'] as Record<string, unknown>)['text/plain']),
  ).toEqual(["'two'", '3'])
  expect(run.ofType('clear_output')[0]?.content).toEqual({ wait: true })
})

test('the Jupyter.display symbol decides how a value looks, also late', async () => {
  const run = await client.execute(
    '({ [Symbol.for("Jupyter.display")]: async () => ({ "text/html": "<b>x</b>", "text/plain": "x" }) })',
  )
  expect(run.ofType('execute_result')[0]?.content['data']).toEqual({
    'text/html': '<b>x</b>',
    'text/plain': 'x',
  })
  const shown = await client.execute(
    'display({ [Symbol.for("Jupyter.display")]: async () => { await new Promise((r) => setTimeout(r, 30)); return { "text/plain": "slow" } } })',
  )
  expect(shown.ofType('display_data')[0]?.content['data']).toEqual({ 'text/plain': 'slow' })
})

test('html, markdown, svg, images and whole bundles', async () => {
  const run = await client.execute(
    'display.html("<i>h</i>"); display.markdown("**m**"); display.svg("<svg/>"); display.image(new Uint8Array([137, 80, 78, 71])); display.bundle({ "application/json": { a: 1 } })',
  )
  expect(
    run
      .ofType('display_data')
      .flatMap((m) => Object.keys(m.content['data'] as object))
      .filter((type) => type !== 'text/plain'),
  ).toEqual(['text/html', 'text/markdown', 'image/svg+xml', 'image/png', 'application/json'])
})

test('plot gives a Plotly figure with a line of text beside', async () => {
  const run = await client.execute(
    'plot({ type: "histogram", x: new Float64Array([1, 2, NaN]), name: "mag" }, { title: "Counts", xaxis: { title: "mag" } })',
  )
  const data = run.ofType('execute_result')[0]?.content['data'] as Record<string, unknown>
  expect(data['text/plain']).toBe('Plotly figure "Counts": mag (3 points)')
  expect(data['application/vnd.plotly.v1+json']).toEqual({
    data: [{ type: 'histogram', x: [1, 2, null], name: 'mag' }],
    layout: { title: { text: 'Counts' }, xaxis: { title: { text: 'mag' } } },
    config: {},
  })
})

test('results are plain text without colour codes, bounded', async () => {
  expect((await client.execute('new Map([["a", { b: [1, 2] }]])')).result).toBe(
    "Map(1) { 'a' => { b: [ 1, 2 ] } }",
  )
  expect((await client.execute('new Array(100000).fill(0)')).result?.length).toBeLessThan(2000)
})

describe('what cannot be sent is an error of the cell, and the kernel lives', () => {
  const CYCLE = 'const c: any = {}; c.c = c;'
  test.each([
    ['a cycle in a raw display', `${CYCLE} display({ 'application/json': c }, { raw: true })`],
    [
      'a cycle in a display method',
      `${CYCLE} ({ [Symbol.for('Jupyter.display')]: () => ({ 'application/json': c }) })`,
    ],
    ['a cycle in metadata', `${CYCLE} display(1, { metadata: c })`],
    ['a function', `display({ 'application/json': { f: () => 1 } }, { raw: true })`],
    ['a cycle on a comm', `${CYCLE} comms.open('front', c)`],
    ['a cycle in a broadcast', `${CYCLE} await Deno.jupyter.broadcast('display_data', c)`],
    ['no bundle at all', `display(5, { raw: true })`],
    ['what no clone can be made of', `display({ 'application/json': new Proxy({}, {}) }, { raw: true })`],
    [
      'a nesting too deep',
      `let d: any = {}; for (let i = 0; i < 1e5; i++) d = { d }; display({ 'application/json': d }, { raw: true })`,
    ],
    ['an error with a name like that', `${CYCLE} throw Object.assign(new Error('x'), { name: c })`],
    ['an error that cannot be read', `throw new Proxy(new Error('x'), { get() { throw new Error('y') } })`],
  ])('%s', async (_, code) => {
    await client.execute('const before = 1')
    const run = await client.execute(code)
    expect(run.reply['status']).toBe('error')
    expect(run.error).toBeDefined()
    expect((await client.execute('before')).result).toBe('1')
  })

  test('the error says where', async () => {
    const run = await client.execute(`display({ 'application/json': { a: [1, { f() {} }] } }, { raw: true })`)
    expect(run.error).toMatchObject({
      ename: 'KernelError',
      evalue: 'The application/json of this display cannot be sent: it holds a function, at .a[1].f',
    })
    expect(run.error?.text).toContain('In[')
  })

  test('a user expression with a cycle is that expression’s error', async () => {
    const shows = `{ [Symbol.for('Jupyter.display')]: () => ({ 'application/json': c }) }`
    const run = await client.execute(CYCLE, { user_expressions: { bad: `(${shows})`, good: '1' } })
    expect(run.reply).toMatchObject({
      status: 'ok',
      user_expressions: { bad: { status: 'error' }, good: { status: 'ok' } },
    })
  })

  test('big integers travel as text, a record with a cycle is shown', async () => {
    const run = await client.execute(
      `display({ 'application/json': { n: 2n ** 70n } }, { raw: true })\nconst r: any = { x: { p: 1, q: 2, r: 3, s: 4 } }; r.self = r; r`,
    )
    expect(run.ofType('display_data')[0]?.content['data']).toEqual({
      'application/json': { n: '1180591620717411303424' },
    })
    expect(run.result).toContain('[Circular *1]')
  })

  test('bytes of a picture travel as base64, numbers as text', async () => {
    const run = await client.execute(
      `display({ 'image/png': new Uint8Array([1, 2, 3]), 'text/html': new TextEncoder().encode('<b>'), 'text/plain': 5 }, { raw: true })`,
    )
    expect(run.ofType('display_data')[0]?.content['data']).toEqual({
      'image/png': 'AQID',
      'text/html': '<b>',
      'text/plain': '5',
    })
  })
})
