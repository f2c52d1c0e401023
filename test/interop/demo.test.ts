import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { python, pythonPath } from '../support/python.ts'

// Seconds on a quiet machine; a loaded one may take twenty times as long.
vi.setConfig({ testTimeout: 240_000 })

const root = fileURLToPath(new URL('../../', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'demo-interop-'))
const hsc = join(scratch, 'hsc')
const tiny = join(scratch, 'tiny')

const firstlight = (...args: readonly string[]): string =>
  execFileSync(process.execPath, [join(root, 'dist/src/cli/firstlight.js'), ...args], { encoding: 'utf8' })
/** The real command of lsst-daf-butler. */
const butler = (...args: readonly string[]): string =>
  execFileSync(join(dirname(pythonPath()), 'butler'), args, { encoding: 'utf8' })

beforeAll(() => {
  firstlight('demo', tiny, '--tiny', '--visits', '1002,1006', '--detectors', '0,1')
  firstlight('demo', hsc, '--visits', '903344', '--detectors', '5')
}, 300_000)
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

test("the real butler lists the Gen3 tutorial's collections with their types", () => {
  const rows = butler('query-collections', hsc, '--chains', 'NO-CHILDREN')
    .split('\n')
    .slice(2)
    .map((line) => line.trim().split(/\s+/))
    .filter((row) => row.length === 2)
  expect(Object.fromEntries(rows)).toEqual({
    'HSC/calib': 'CALIBRATION',
    'HSC/calib/unbounded': 'RUN',
    'HSC/calib/curated/1970-01-01T00:00:00': 'RUN',
    'HSC/calib/curated/2013-01-31T00:00:00': 'RUN',
    'HSC/calib/curated/2014-04-03T00:00:00': 'RUN',
    'HSC/calib/curated/2014-06-01T00:00:00': 'RUN',
    'HSC/calib/curated/2015-11-06T00:00:00': 'RUN',
    'HSC/calib/curated/2016-04-01T00:00:00': 'RUN',
    'HSC/calib/curated/2016-11-22T00:00:00': 'RUN',
    'HSC/calib/curated/2016-12-23T00:00:00': 'RUN',
    skymaps: 'RUN',
    'HSC/raw/all': 'RUN',
    'HSC/calib/gen2/2013-06-17': 'RUN',
    'HSC/calib/gen2/2013-11-03': 'RUN',
    'HSC/calib/gen2/2014-07-14': 'RUN',
    'HSC/calib/gen2/2014-11-12': 'RUN',
    'HSC/external': 'RUN',
    'HSC/masks': 'RUN',
    refcats: 'RUN',
    'HSC/defaults': 'CHAINED',
  })
  const chain = butler('query-collections', hsc, '--chains', 'FLATTEN', 'HSC/defaults')
  const names = chain
    .split('\n')
    .slice(2)
    .map((line) => line.trim().split(/\s+/)[0])
  expect(names.filter((name) => name)).toEqual([
    'HSC/raw/all',
    'HSC/calib',
    'HSC/masks',
    'refcats',
    'skymaps',
  ])
})

test('the real butler finds the calibrations of the raw by their validity, and the patches under it', () => {
  const found = python(
    `
import sys, json
from lsst.daf.butler import Butler
b = Butler.from_config(sys.argv[1], collections='HSC/defaults')
def find(name, **data):
    ref = b.find_dataset(name, instrument='HSC', detector=5, timespan=b.query_dimension_records('exposure', instrument='HSC', exposure=903344)[0].timespan, **data)
    return [ref.run, str(b.getURI(ref).exists())]
out = {n: find(n) for n in ('bias', 'dark', 'defects')}
out['flat'] = find('flat', physical_filter='HSC-R')
with b.query() as q:
    out['patches'] = sorted(d['patch'] for d in q.join_dimensions(['visit', 'detector', 'patch']).where("instrument='HSC' AND visit=903344 AND detector=5 AND skymap='discrete/ci_hsc'").data_ids(['visit', 'detector', 'patch']))
    out['refcats'] = len(list(q.join_dimensions(['visit', 'detector', 'htm7']).where("instrument='HSC' AND visit=903344 AND detector=5").datasets('ps1_pv3_3pi_20170110', 'refcats', find_first=False)))
out['visit'] = [str(v.timespan) for v in b.query_dimension_records('visit', instrument='HSC')]
print(json.dumps(out))
`,
    hsc,
  )
  const run = (name: string) => [`HSC/calib/${name}`, 'True']
  expect(JSON.parse(found)).toEqual({
    bias: run('gen2/2013-11-03'),
    dark: run('gen2/2013-11-03'),
    flat: run('gen2/2013-06-17'),
    defects: run('curated/2013-01-31T00:00:00'),
    patches: [26, 27, 28, 29, 34, 35, 36, 37, 42, 43, 44, 45],
    refcats: expect.any(Number),
    visit: ['[2013-06-17T13:40:22, 2013-06-17T13:40:54)'],
  })
  expect(JSON.parse(found).refcats).toBeGreaterThan(0)
})

test('the real butler lists and reads what is not FITS: reference catalogs and truth with their units', () => {
  const text = python(
    `
import sys, json
from lsst.daf.butler import Butler
b = Butler.from_config(sys.argv[1])
print(json.dumps({name: len(b.query_datasets(name, collections='*', find_first=False, explain=False)) for name in ('raw', 'sim_truth', 'skyMap')}))
truth = b.get('sim_truth', instrument='TinyCam', exposure=1002, detector=0, collections='TinyCam/external')
print(len(truth), truth['ra'].unit, truth['id'].dtype)
`,
    tiny,
  )
  const [counts, truth] = text.trim().split('\n')
  expect(JSON.parse(counts ?? '')).toEqual({ raw: 4, sim_truth: 4, skyMap: 1 })
  expect(truth).toMatch(/^\d+ deg int64$/)
})

test('what the shipped pipelines make is registered, so that the tutorial commands need no more', () => {
  const names = butler('query-dataset-types', hsc)
    .split('\n')
    .map((line) => line.trim())
  expect(names).toEqual(
    expect.arrayContaining(['postISRCCD', 'icExp', 'icSrc', 'isr_metadata', 'raw', 'sim_truth']),
  )
})

test('astropy reads the raw: unsigned pixels, sections by the cards, overscan at the bias level, sky above it', () => {
  const folder = join(hsc, 'HSC/raw/all')
  const file = readdirSync(folder, { recursive: true }).find((path) => String(path).endsWith('.fits'))
  const text = python(
    `
import sys, json, numpy as np
from astropy.io import fits
with fits.open(sys.argv[1]) as hdus:
    h, d = hdus[1].header, hdus[1].data
    out = dict(shape=d.shape, dtype=str(d.dtype), cards={k: h[k] for k in ('EXP-ID', 'FRAMEID', 'DET-ID', 'FILTER01', 'DATE-OBS', 'INST-PA', 'EXPTIME', 'T_CCDSN')}, channels=[])
    for c in '1234':
        box = lambda kind: (slice(h[f'T_EFMN{c}2'] - 1, h[f'T_EFMX{c}2']), slice(h[f'T_{kind}MN{c}1'] - 1, h[f'T_{kind}MX{c}1']))
        light, over = d[box('EF')].astype(float), d[box('OS')].astype(float)
        out['channels'].append([h[f'T_EFMN{c}1'], h[f'T_EFMX{c}1'], h[f'T_OSMN{c}1'], h[f'T_OSMX{c}1'], h[f'T_EFMN{c}2'], h[f'T_EFMX{c}2'], h[f'T_GAIN{c}'], light.shape, float(np.median(over)), float(np.std(over[2000])), float(np.median(light) - np.median(over))])
print(json.dumps(out))
`,
    join(folder, String(file)),
  )
  const { shape, dtype, cards, channels } = JSON.parse(text) as {
    shape: number[]
    dtype: string
    cards: Record<string, unknown>
    channels: (number | number[])[][]
  }
  expect(shape).toEqual([4241, 2144])
  expect(dtype).toBe('uint16')
  expect(cards).toEqual({
    'EXP-ID': 'HSCA90334400',
    FRAMEID: 'HSCA90334543',
    'DET-ID': 5,
    FILTER01: 'HSC-R',
    'DATE-OBS': '2013-06-17',
    'INST-PA': '0.000',
    EXPTIME: 30,
    T_CCDSN: '5',
  })
  // The layout of real headers, counted from 1; gains in the stored (mirrored) order.
  expect(channels.map((c) => c.slice(0, 6))).toEqual([
    [9, 520, 521, 536, 50, 4225],
    [553, 1064, 537, 552, 50, 4225],
    [1081, 1592, 1593, 1608, 50, 4225],
    [1625, 2136, 1609, 1624, 50, 4225],
  ])
  expect(channels.map((c) => c[6])).toEqual([3.626, 3.604, 3.653, 3.528])
  for (const channel of channels) {
    const [size, level, scatter, sky] = channel.slice(7) as [number[], number, number, number]
    expect(size).toEqual([4176, 512])
    expect(level).toBeGreaterThan(990)
    expect(level).toBeLessThan(1510)
    expect(scatter).toBeLessThan(3.2)
    // 178 counts of the calibrated frame, times the response of this corner (0.96 to 1.06).
    expect(sky).toBeGreaterThan(160)
    expect(sky).toBeLessThan(200)
  }
})
