import { spawn, spawnSync } from 'node:child_process'
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

test('Ctrl+C ends a frame in work at once, and nothing of it is written', async () => {
  const child = spawn(
    process.execPath,
    [bin, 'measure', dataPath('real/lsst-imsim-raw/raw_v1_fg.fits.gz'), '-o', 'stopped'],
    {
      cwd: work,
    },
  )
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said += String(chunk)
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  await new Promise((resolve) => setTimeout(resolve, 2500))
  const begin = performance.now()
  child.kill('SIGINT')
  expect(await ended).not.toBe(0)
  // The frame takes about 15 s; a thread that is ended takes none of them.
  expect(performance.now() - begin).toBeLessThan(4000)
  expect(said).toContain('Interrupted')
  expect(existsSync(join(work, 'stopped'))).toBe(false)
})

test('a demo holds one sky: another seed is refused, an unknown visit leaves no repository', () => {
  const refused = firstlight('demo', 'nowhere', '--visits', '1')
  expect(refused.status).toBe(1)
  expect(existsSync(join(work, 'nowhere'))).toBe(false)
  const made = firstlight('demo', 'sky', '--tiny', '--visits', '1002', '--detectors', '0', '--seed', 'mine')
  expect(made.status, made.stderr).toBe(0)
  const other = firstlight('demo', 'sky', '--tiny', '--seed', 'yours')
  expect(other.status).toBe(1)
  expect(other.stderr).toMatch(/seed 'mine'.*two skies/)
})
