import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { firstLightRepo } from '../support/first-light-repo.ts'
import { pythonPath } from '../support/python.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const work = mkdtempSync(join(tmpdir(), 'nbconvert-'))
afterAll(() => rmSync(work, { recursive: true, force: true }))

interface Output {
  readonly output_type: string
  readonly data?: Readonly<Record<string, unknown>>
}

test('stock nbconvert executes First light through the installed kernelspec', {
  timeout: 400_000,
}, async () => {
  const repo = await firstLightRepo()
  execFileSync(process.execPath, [
    join(root, 'dist/src/cli/firstlight.js'),
    'kernel',
    'install',
    '--prefix',
    work,
  ])
  copyFileSync(join(root, 'notebooks/first-light.ipynb'), join(work, 'first-light.ipynb'))
  const jupyter = join(dirname(pythonPath()), 'jupyter')
  const done = spawnSync(
    jupyter,
    ['nbconvert', '--to', 'notebook', '--execute', 'first-light.ipynb', '--output', 'executed.ipynb'],
    {
      cwd: work,
      encoding: 'utf8',
      env: { ...process.env, JUPYTER_PATH: join(work, 'share/jupyter'), FIRSTLIGHT_REPO: repo },
    },
  )
  expect(done.status, done.stderr).toBe(0)
  const notebook = JSON.parse(readFileSync(join(work, 'executed.ipynb'), 'utf8')) as {
    cells: readonly { readonly cell_type: string; readonly outputs?: readonly Output[] }[]
  }
  const outputs = notebook.cells.flatMap((cell) => cell.outputs ?? [])
  const types = new Set(outputs.flatMap((output) => Object.keys(output.data ?? {})))
  expect(outputs.filter((output) => output.output_type === 'error')).toEqual([])
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
