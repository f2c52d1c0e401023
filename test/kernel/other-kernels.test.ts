import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Execution, TestClient } from './client.ts'

/** Notebooks written for tslab's and Deno's kernels run unchanged. */

let client: TestClient
beforeAll(async () => {
  client = await TestClient.start()
})
afterAll(() => client.stop())

interface Cell {
  readonly cell_type: string
  readonly source: string
}

async function runNotebook(name: string): Promise<Execution[]> {
  const url = new URL(`notebooks/${name}`, import.meta.url)
  const { cells } = JSON.parse(readFileSync(url, 'utf8')) as { cells: Cell[] }
  const runs: Execution[] = []
  for (const { source } of cells.filter((cell) => cell.cell_type === 'code')) {
    const run = await client.execute(source)
    expect(run.error?.text, source).toBeUndefined()
    runs.push(run)
  }
  return runs
}

/** What a cell showed: kind and MIME bundle of each output. */
const shown = (run: Execution | undefined) =>
  (run?.iopub ?? []).flatMap(({ header, content }) =>
    'data' in content ? [[header.msg_type, content['data']] as const] : [],
  )

test('a notebook in tslab’s style', async () => {
  const [, , catalog, displays, image, updating, again, sum, names] = await runNotebook('tslab-style.ipynb')
  expect(catalog).toMatchObject({ stdout: 'size 2\n', result: "'Sirius'" })
  expect(shown(displays).map(([, data]) => data)).toEqual([
    { 'text/html': '<b>Sirius</b> is the brightest' },
    { 'text/markdown': '**Sirius**' },
    { 'text/latex': '$m = -2.5 \\log f$' },
    { 'text/javascript': 'console.log(1)' },
    { 'text/plain': 'plain' },
  ])
  expect(shown(image)[0]?.[1]).toEqual({ 'image/png': expect.stringMatching(/^iVBORw0KGgo/) as unknown })
  expect(shown(image)[1]?.[1]).toEqual({ 'application/json': '{"mag": 1}' })
  expect(shown(updating)).toEqual([
    ['display_data', { 'text/html': '<progress value="1" max="3"></progress>' }],
    ['update_display_data', { 'text/html': '<progress value="2" max="3"></progress>' }],
    ['update_display_data', { 'text/html': '<progress value="3" max="3"></progress>' }],
    ['display_data', { 'image/svg+xml': '<svg xmlns="http://www.w3.org/2000/svg"/>' }],
  ])
  expect([again?.result, sum?.result, names?.result]).toEqual(['[ 1, 4, 9 ]', '3', "[ 'G', 'R', 'b.fits' ]"])
})

test('a notebook in Deno’s style', async () => {
  const [md, html, svg, raw, table, broadcast, late] = await runNotebook('deno-style.ipynb')
  expect(shown(md)).toEqual([['execute_result', { 'text/markdown': '# Stars of **Lyra**' }]])
  expect(shown(html)).toEqual([['execute_result', { 'text/html': '<h1>Vega</h1>' }]])
  expect(shown(svg)[0]).toEqual([
    'display_data',
    { 'image/svg+xml': expect.stringContaining('<circle r="5"/>') as unknown },
  ])
  expect(shown(raw)).toEqual([['display_data', { 'text/plain': 'mag 0.03', 'text/html': '<i>mag 0.03</i>' }]])
  expect(shown(table)[0]?.[1]).toMatchObject({ 'text/plain': '1 2\n3 4' })
  expect(shown(broadcast)).toEqual([
    ['display_data', { 'text/html': '<progress value=1 max=2></progress>' }],
    ['update_display_data', { 'text/html': '<progress value=2 max=2></progress>' }],
  ])
  expect(shown(late)).toEqual([
    ['display_data', { 'text/plain': "'updated soon'" }],
    ['update_display_data', { 'text/plain': "'updated'" }],
    ['execute_result', { 'text/plain': 'late look' }],
  ])
})

test('a local module shows through tslab’s display too', async () => {
  await client.execute(
    '(await import("node:fs")).writeFileSync("show.ts", "import { display } from \'tslab\'\\nexport const show = (text: string) => display.html(text)")',
  )
  const run = await client.execute('import { show } from "./show"\nshow("<u>local</u>")')
  expect(shown(run)).toEqual([['display_data', { 'text/html': '<u>local</u>' }]])
})

test('tslab’s module can be required as well', async () => {
  expect((await client.execute('typeof require("tslab").display.html')).result).toBe("'function'")
})
