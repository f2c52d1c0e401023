import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { firstLightRepo } from '../support/first-light-repo.ts'
import { pythonPath } from '../support/python.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const work = mkdtempSync(join(tmpdir(), 'nbconvert-'))
afterAll(() => rmSync(work, { recursive: true, force: true }))

interface Output {
  readonly output_type: string
  readonly data?: Readonly<Record<string, unknown>>
  readonly text?: string | readonly string[]
}

/** The outputs of a notebook that stock nbconvert ran through the installed kernelspec. */
async function executed(name: string): Promise<readonly Output[]> {
  const repo = await firstLightRepo()
  copyFileSync(join(root, 'notebooks', name), join(work, name))
  const done = spawnSync(
    join(dirname(pythonPath()), 'jupyter'),
    ['nbconvert', '--to', 'notebook', '--execute', name, '--output', `executed-${name}`],
    {
      cwd: work,
      encoding: 'utf8',
      env: { ...process.env, JUPYTER_PATH: join(work, 'share/jupyter'), FIRSTLIGHT_REPO: repo },
    },
  )
  expect(done.status, done.stderr).toBe(0)
  const notebook = JSON.parse(readFileSync(join(work, `executed-${name}`), 'utf8')) as {
    cells: readonly { readonly cell_type: string; readonly outputs?: readonly Output[] }[]
  }
  const outputs = notebook.cells.flatMap((cell) => cell.outputs ?? [])
  expect(outputs.filter((output) => output.output_type === 'error')).toEqual([])
  return outputs
}

beforeAll(() => {
  const command = join(root, 'dist/src/cli/firstlight.js')
  execFileSync(process.execPath, [command, 'kernel', 'install', '--prefix', work])
})

test('stock nbconvert executes First light through the installed kernelspec', {
  timeout: 400_000,
}, async () => {
  const outputs = await executed('first-light.ipynb')
  const types = new Set(outputs.flatMap((output) => Object.keys(output.data ?? {})))
  for (const type of [
    'application/vnd.firstlight.exposure.v1+json',
    'application/vnd.firstlight.pipeline.v1+json',
    'application/vnd.firstlight.table.v1+json',
    'application/vnd.plotly.v1+json',
    'image/png',
    'text/html',
  ])
    expect([...types]).toContain(type)
})

test('the tour of the butler finds, reads, writes and tags', async () => {
  const outputs = await executed('butler.ipynb')
  const texts = outputs.map((output) => [output.data?.['text/plain'] ?? output.text].flat().join(''))
  for (const part of [
    /^Butler of /,
    /^Dataset\n {2}type +bias\n {2}run +HSC\/calib\/gen2/,
    /Nothing has exposure = 903345\./,
    /exposure time +30 s/,
    /clouds after midnight/,
    /\b903344 +HSC-R +\d+/,
  ])
    expect(texts).toContainEqual(expect.stringMatching(part))
})
