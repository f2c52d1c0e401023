import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { bytesSource } from '#core'
import { openFits } from '#fits'
import { readParquet } from '#table'
import { dataPath } from '../support/data.ts'

const bin = fileURLToPath(new URL('../../dist/src/cli/firstlight.js', import.meta.url))
const work = mkdtempSync(join(tmpdir(), 'reduce-'))
afterAll(() => rmSync(work, { recursive: true, force: true }))

const firstlight = (...args: readonly string[]) =>
  spawnSync(process.execPath, [bin, ...args], { cwd: work, encoding: 'utf8' })
const huntsman = (kind: string) => dataPath(`real/huntsman-raw/${kind}_0.fits.gz`)

test('reduce writes an exposure and a catalog with units, and says what it did', async () => {
  const done = firstlight(
    'reduce',
    huntsman('science'),
    '--bias',
    huntsman('bias'),
    '--dark',
    huntsman('dark'),
    '--flat',
    huntsman('flat'),
    '-o',
    'out',
    '--zero-point',
    '25',
  )
  expect(done.status, done.stderr).toBe(0)
  expect(done.stdout).toMatch(/800 × 800 pixels, \d+ sources/)
  const file = await openFits(bytesSource(readFileSync(join(work, 'out/exposure.fits')), 'exposure.fits'))
  expect(file.hdus.map((hdu) => hdu.name)).toEqual(expect.arrayContaining(['IMAGE', 'MASK', 'VARIANCE']))
  const sources = await readParquet(bytesSource(readFileSync(join(work, 'out/sources.parquet'))))
  const units = Object.fromEntries(sources.schema.columns.map(({ name, unit }) => [name, unit]))
  expect(units).toMatchObject({ x: 'pixel', ra: 'deg', psfFlux: 'count', psfMag: 'mag' })
})

test('several lights go to folders of their own; one that cannot be read does not stop the others', () => {
  const broken = join(work, 'broken.fits')
  writeFileSync(broken, 'SIMPLE  =                    T')
  const done = firstlight('reduce', huntsman('science'), broken, '-o', 'many')
  expect(done.status).toBe(1)
  expect(done.stderr).toContain('broken.fits')
  expect(existsSync(join(work, 'many/science_0/sources.parquet'))).toBe(true)
  expect(existsSync(join(work, 'many/broken'))).toBe(false)
})

test.each([
  ['a missing flat', ['--flat', 'nowhere.fits'], /There is no file .*nowhere\.fits/],
  [
    'a bias of another size',
    ['--bias', 'real/saao-ste3-raw/a8280271.fits'],
    /bias frame is 512×520, the exposure 800×800/,
  ],
  ['a number that is none', ['--gain', 'high'], /--gain.*high.*Not a number/s],
])('%s is refused in one line and nothing is written', (_, args, message) => {
  const given = args.map((arg) => (arg.startsWith('real/') ? dataPath(arg) : arg))
  const done = firstlight('reduce', huntsman('science'), ...given, '-o', 'refused')
  expect(done.status).not.toBe(0)
  expect(done.stderr).toMatch(message)
  expect(done.stderr).not.toContain('    at ')
  expect(existsSync(join(work, 'refused'))).toBe(false)
})
