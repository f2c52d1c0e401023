import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '')
let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'firstlight-scripts-'))
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(root, join(folder, 'node_modules/firstlight'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function run(...args: readonly string[]): { readonly status: number | null; readonly said: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', cwd: folder })
  return { status, said: stdout + stderr }
}

const SCRIPT = `
import * as firstlight from 'firstlight'
import { exportRepository } from 'firstlight/butler'
import { createButler, type DatasetRef, files, openButler } from 'firstlight/node'

const made = await createButler('repo')
const camera = { name: 'Cam', class_name: 'cam.Cam', detector_max: 2, visit_max: 9, exposure_max: 9 }
await made.registry.insertDimensionData('instrument', [camera])
await made.registry.registerDatasetType({ name: 'note', dimensions: ['instrument'], storageClass: 'StructuredDataDict' })
await made.collections.register('u/me')
const put: DatasetRef = await made.put({ seen: 3 }, 'note', { instrument: 'Cam' }, { run: 'u/me' })
await made.close()

const butler = await openButler('repo', { collections: 'u/me' })
const note = await butler.get<{ readonly seen: number }>('note', { instrument: 'Cam' })
const seen: number = note.seen
// @ts-expect-error: types reach the script
const wrong: string = note.seen
const [found] = await butler.queryDatasets('note')
console.log(seen, found?.id === put.id, butler instanceof firstlight.butler.Butler, typeof exportRepository)
console.log((await files.stat('repo/butler.yaml')) !== undefined, Object.keys(firstlight).includes('fits'), typeof wrong)
await butler.close()
`

test('a script that names the package opens a repository, and its types reach it', () => {
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}')
  writeFileSync(join(folder, 'script.ts'), SCRIPT)
  const settings = { module: 'nodenext', target: 'es2023', strict: true, skipLibCheck: true, types: ['node'] }
  const typeRoots = [join(root, 'node_modules/@types')]
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { ...settings, typeRoots }, files: ['script.ts'] }),
  )
  expect(run(join(root, 'node_modules/@typescript/native/bin/tsc'))).toEqual({ status: 0, said: '' })
  expect(run('script.js')).toEqual({ status: 0, said: '3 true true function\ntrue true number\n' })
})
