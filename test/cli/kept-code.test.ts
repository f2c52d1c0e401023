import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const built = join(root, 'dist/bin')
/** Below the package, where its packages are found. */
mkdirSync(join(root, '.cache'), { recursive: true })
const folder = mkdtempSync(join(root, '.cache/kept-code-'))
afterAll(() => rmSync(folder, { recursive: true }))

const codeIn = (place: string): string => join(place, 'code', `${process.version}-${process.arch}`)

function help(place: string, ...options: readonly string[]): string {
  const done = spawnSync(process.execPath, [...options, join(place, 'butler.js'), '--help'], {
    encoding: 'utf8',
  })
  expect(done.stderr).toBe('')
  expect(done.status).toBe(0)
  return done.stdout
}

test('The build keeps code of every program for the version of Node that it ran on.', () => {
  for (const program of ['butler', 'pipetask', 'pipetask-worker'])
    expect(existsSync(join(codeIn(built), `${program}.cjs`, `${program}.cjs.code`))).toBe(true)
})

test('Code that is missing, cut short or of other options of V8 changes nothing but the time.', () => {
  const [whole, cut, missing] = [join(folder, 'whole'), join(folder, 'cut'), join(folder, 'missing')]
  for (const place of [whole, cut, missing]) cpSync(built, place, { recursive: true })
  const kept = join(codeIn(cut), 'butler.cjs')
  for (const name of readdirSync(kept)) truncateSync(join(kept, name), 100)
  rmSync(join(missing, 'code'), { recursive: true })
  const said = help(whole)
  expect(said).toContain('query-datasets')
  expect(help(cut)).toBe(said)
  expect(help(missing)).toBe(said)
  expect(help(whole, '--no-lazy')).toBe(said)
})
