import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestClient } from './client.ts'

let client: TestClient
beforeAll(async () => {
  client = await TestClient.start()
})
afterAll(() => client.stop())

test('%time gives the value and the time, also to a variable', async () => {
  const run = await client.execute(
    '%time const slow = await new Promise<number>((r) => setTimeout(() => r(5), 20))\nslow + 1',
  )
  expect(run.result).toBe('6')
  expect(run.stdout).toMatch(/^Wall time: \d/)
})

test('%%time times the cell, line numbers kept', async () => {
  const run = await client.execute('%%time\nconst t = 2\nt * 2')
  expect([run.result, run.stdout]).toEqual(['4', expect.stringMatching(/^Wall time: /)])
  const wrong = await client.execute('%%time\nconst t: string = 2')
  expect(wrong.error?.text).toContain(']:2:7 - error TS2322')
})

test('%timeit repeats', async () => {
  const text = (await client.execute('%timeit Math.hypot(3, 4)')).stdout
  expect(text).toMatch(/^[1-9][\d.]* (?:ns|µs) median, .* best of \d+ runs of \d+ loops each/)
  expect((await client.execute('%timeit await new Promise((r) => setTimeout(r, 5))')).stdout).toMatch(
    /^\d[\d.]* ms median, .* best of \d+ runs$/m,
  )
})

test('%%timeit repeats the cell below it, whose names stay its own and whose lines are numbered as in the cell', async () => {
  const run = await client.execute('%%timeit\nlet sum = 0\nfor (let i = 0; i < 100; i++) sum += i // the end')
  expect(run.stdout).toMatch(/median, .* best of \d+ runs/)
  expect((await client.execute('sum')).error?.evalue).toContain("Cannot find name 'sum'")
  expect((await client.execute('%%timeit\nconst t: string = 2')).error?.text).toContain(
    ']:2:7 - error TS2322',
  )
})

test('%who lists names with types', async () => {
  await client.execute('const ra: number = 1; let names = ["a"]')
  expect((await client.execute('%who')).stdout).toMatch(/^ra +number$/m)
})

test('%%bash runs a script, its exit code is an error', async () => {
  const run = await client.execute('%%bash\necho out; echo err >&2')
  expect([run.stdout, run.stderr]).toEqual(['out\n', 'err\n'])
  const { error } = await client.execute('%%bash\nexit 3')
  expect(error?.evalue).toContain('exit code 3')
  expect(error?.text).not.toContain('node:')
})

test('lines of a %%bash body are numbered as in the cell', async () => {
  const run = await client.execute('%%bash\n# nothing\nno_such_command_here')
  expect(run.stderr).toMatch(/line 3: no_such_command_here/)
})

test('%load puts a file into the next cell', async () => {
  await client.execute('(await import("node:fs")).writeFileSync("cell.ts", "1 + 2")')
  expect((await client.execute('%load cell.ts')).reply['payload']).toEqual([
    { source: 'set_next_input', text: '1 + 2', replace: true },
  ])
  const code = '%load ce'
  const offer = await client.request('shell', 'complete_request', { code, cursor_pos: code.length })
  expect(offer['matches']).toEqual(['cell.ts'])
})

test('a question mark pages documentation, two the source', async () => {
  await client.execute('/** Parsecs. */\nconst distance: number = 10')
  const [page] = (await client.execute('distance?')).reply['payload'] as Record<string, unknown>[]
  expect(page).toMatchObject({ source: 'page', start: 0 })
  expect((page?.['data'] as Record<string, unknown>)['text/plain']).toContain('Parsecs.')
  expect((await client.execute('nothingLikeIt?')).error?.evalue).toContain(
    "Nothing is known of 'nothingLikeIt'",
  )
})

test('an unknown magic names the near one', async () => {
  expect((await client.execute('%timit 1')).error).toMatchObject({
    ename: 'UnknownMagic',
    evalue: "No magic named %timit. Did you mean '%timeit'?",
  })
  expect((await client.execute('%%sqll\nSELECT 1')).error?.evalue).toBe(
    "No magic named %%sqll. Did you mean '%%sql'?",
  )
})

test.each([
  ['%%sql foo bar baz\nSELECT 1', "%%sql does not take 'foo bar baz'. Use: %%sql or %%sql name"],
  ['%%sql 9bad\nSELECT 1', "%%sql does not take '9bad'"],
  ['%%bash --foo\ntrue', "%%bash does not take '--foo'"],
  ['%%time 5\n1', "%%time does not take '5'"],
  ['%who number', "%who does not take 'number'"],
  ['%timeit -n 5 x', "%timeit does not take '-n 5 x'. Use: %timeit expression"],
  ['%time', '%time needs something behind it. Use: %time expression'],
])('%j says how the magic is used', async (code, message) => {
  const { error } = await client.execute(code)
  expect(error?.ename).toBe('MagicUsage')
  expect(error?.evalue).toContain(message)
})

test('blanks before a magic that begins a cell', async () => {
  const run = await client.execute('\n  %time 2\n3')
  expect([run.result, run.stdout]).toEqual(['3', expect.stringMatching(/^Wall time: /)])
})

test('a percent sign that is no magic stays an operator', async () => {
  expect((await client.execute('const seven = 7\nconst rest = seven\n  %4\nrest')).result).toBe('3')
  expect((await client.execute('`\n%nomagic\n`')).result).toBe('`\n%nomagic\n`')
})
