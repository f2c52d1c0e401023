import { appendFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { contentsCases } from './jupyter-server/cases-contents.ts'
import { kernelCases } from './jupyter-server/cases-kernels.ts'
import { restCases } from './jupyter-server/cases-rest.ts'
import { type Difference, differences, KnownDifferences } from './jupyter-server/compare.ts'
import { record } from './jupyter-server/recording.ts'
import { type PeerServer, startOurs, startReal } from './jupyter-server/servers.ts'

/**
 * JupyterLab's own client sends the same requests to jupyter-server and to ours; every status, header, body and message
 * that differs must be in server-differences.md with its reason.
 */
let real: PeerServer
let ours: PeerServer
const known = new KnownDifferences(new URL('server-differences.md', import.meta.url))

beforeAll(async () => {
  ;[real, ours] = await Promise.all([startReal(), startOurs()])
})
afterAll(async () => {
  await Promise.all([real?.close(), ours?.close()])
})

describe.each([
  ['contents', contentsCases],
  ['rest', restCases],
  ['kernels', kernelCases],
])('%s', (_, cases) => {
  test.each(cases)('$name', async (one) => {
    const [a, b] = await Promise.all([record(real, one), record(ours, one)])
    const unknown = differences(a, b).filter(({ place }) => !known.has(one.name, place))
    note(one.name, unknown)
    expect(unknown).toEqual([])
  })
})

/** With FIRSTLIGHT_DIFFERENCES naming a file, every unlisted difference goes there as a line. */
function note(name: string, unknown: readonly Difference[]): void {
  const file = process.env['FIRSTLIGHT_DIFFERENCES']
  if (file === undefined) return
  const lines = unknown.map(
    ({ place, real: a, ours: b }) => `${[name, place, a, b].map((x) => JSON.stringify(x)).join('\t')}\n`,
  )
  appendFileSync(file, lines.join(''))
}

test('the list of differences names none that is mended', () => {
  expect(known.unused).toEqual([])
})
