import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Butler } from '#butler'
import type { Defects, Exposure } from '#image'
import { createNodeButler, nodeFiles, openNodeButler } from '#platform/node'
import { type DemoOptions, makeDemo, runSimJob, type SimJob } from '#sim'
import type { SkyMap } from '#skymap'
import type { Catalog } from '#table'
import { afterAll, expect, test, vi } from 'vitest'

// Seconds on a quiet machine; a loaded one may take twenty times as long.
vi.setConfig({ testTimeout: 240_000 })

const scratch = mkdtempSync(join(tmpdir(), 'demo-'))
afterAll(() => rmSync(scratch, { recursive: true }))

const write = async (job: SimJob): Promise<void> => {
  for (const { path, bytes } of runSimJob(job)) await nodeFiles.writeAtomic(path, bytes)
}

const environment = (butler: Butler, root: string, run = write) => ({
  butler,
  files: nodeFiles,
  staging: join(root, '.staging'),
  run,
  workers: 1,
})

const SMALL: DemoOptions = { tiny: true, visits: [1002], detectors: [0] }

async function withButler<T>(root: string, work: (butler: Butler) => Promise<T>): Promise<T> {
  const butler = await openNodeButler(root, { writeable: true })
  try {
    return await work(butler)
  } finally {
    await butler.close()
  }
}

async function demoIn(name: string, options: DemoOptions = SMALL): Promise<string> {
  const root = join(scratch, name)
  const butler = await createNodeButler(root)
  await makeDemo(environment(butler, root), options)
  await butler.close()
  return root
}

const exposure = { instrument: 'TinyCam', exposure: 1002, detector: 0 }
const defaults = { collections: 'TinyCam/defaults' }

test('every dataset that isr and calibrate ask for is found from the defaults chain', async () => {
  const root = await demoIn('whole')
  await withButler(root, async (butler) => {
    const raw = await butler.get<Exposure>('raw', exposure, defaults)
    expect([raw.image.width, raw.image.height]).toEqual([560, 520])
    for (const type of ['bias', 'dark', 'flat']) {
      const calib = await butler.get<Exposure>(type, { ...exposure, physical_filter: 'Tiny-R' }, defaults)
      expect([calib.image.width, calib.image.height]).toEqual([512, 512])
    }
    const defects = await butler.get<Defects>('defects', exposure, defaults)
    expect(defects.boxes.length).toBeGreaterThan(0)
    const kernel = await butler.get<{ shape: readonly number[] }>('bfKernel', exposure, defaults)
    expect(kernel.shape).toEqual([17, 17])
    const skyMap = await butler.get<SkyMap>('skyMap', { skymap: 'discrete/tiny' }, defaults)
    expect(skyMap.numTracts).toBe(1)
    const [shard] = await butler.queryDatasets('ps1_pv3_3pi_20170110', defaults)
    const stars = await butler.get<Catalog>(shard!)
    expect(stars.schema.get('r_flux').unit).toBe('nJy')
    expect(stars.numRows).toBeGreaterThan(50)
    const truth = await butler.get<Catalog>('sim_truth', exposure, { collections: 'TinyCam/external' })
    expect(truth.schema.names).toContain('psf_fwhm')
    const [visit] = await butler.queryDimensionRecords('visit')
    expect(visit?.fields).toMatchObject({ id: 1002, name: 'TINY001002', physical_filter: 'Tiny-R' })
    expect(await butler.queryDimensionRecords('visit_detector_region')).toHaveLength(4)
  })
  expect(readdirSync(root)).not.toContain('.staging')
})

test('the reference catalog holds the stars of the truth, moved by their proper motion', async () => {
  await withButler(join(scratch, 'whole'), async (butler) => {
    const truth = await butler.get<Catalog>('sim_truth', exposure, { collections: 'TinyCam/external' })
    const shards = await butler.queryDatasets('gaia_dr2_20200414', defaults)
    const gaia = new Map<bigint, { ra: number; dec: number; pm: number; error: number }>()
    for (const ref of shards) {
      const shard = await butler.get<Catalog>(ref)
      for (const [i, id] of shard.i64('id').entries())
        gaia.set(id, {
          ra: shard.f64('coord_ra')[i]!,
          dec: shard.f64('coord_dec')[i]!,
          pm: shard.f64('pm_dec')[i]!,
          error: shard.f64('coord_decErr')[i]!,
        })
    }
    const epoch = 2015.5
    const year = 2014.33
    let [n, chi2] = [0, 0]
    for (let row = 0; row < truth.numRows; row++) {
      const star = gaia.get(truth.i64('id')[row]!)
      if (star === undefined) continue
      const moved = star.dec + star.pm * (year - epoch)
      const sigma = star.error * Math.hypot(1, 2 * (year - epoch))
      chi2 += ((moved - (truth.f64('dec')[row]! * Math.PI) / 180) / sigma) ** 2
      n++
    }
    expect(n).toBeGreaterThan(10)
    expect(chi2 / n).toBeLessThan(2)
  })
})

test('a run that stops goes on where it stopped, and a larger one adds to it', async () => {
  const root = join(scratch, 'stopped')
  const butler = await createNodeButler(root)
  let jobs = 0
  const failing = (job: SimJob) => (++jobs === 3 ? Promise.reject(new Error('pulled the plug')) : write(job))
  await expect(makeDemo(environment(butler, root, failing), SMALL)).rejects.toThrow('pulled the plug')
  expect(await butler.queryDatasets('bias', { collections: 'TinyCam/calib/gen2/2014-05-01' })).toHaveLength(1)
  const resumed = await makeDemo(environment(butler, root), SMALL)
  expect(resumed).toMatchObject({ raws: 1, calibs: 1, kept: 2 })
  const wider = await makeDemo(environment(butler, root), { ...SMALL, visits: [1002, 1006] })
  expect(wider).toMatchObject({ raws: 1, calibs: 1, kept: 4 })
  await butler.close()
})

test('two repositories of one seed hold the same raw bytes', async () => {
  const other = await demoIn('again')
  const raws = ['whole', 'again'].map((name) => {
    const run = join(scratch, name, 'TinyCam/raw/all')
    const file = readdirSync(run, { recursive: true }).find((path) => String(path).endsWith('.fits'))
    return createHash('sha256')
      .update(readFileSync(join(run, String(file))))
      .digest('hex')
  })
  expect(raws[0]).toBe(raws[1])
  expect(other).toContain('again')
})

test('a visit that is not in the survey is refused with those that are', async () => {
  const root = join(scratch, 'whole')
  await withButler(root, async (butler) => {
    await expect(makeDemo(environment(butler, root), { tiny: true, visits: [7] })).rejects.toMatchObject({
      code: 'sim/no-visit',
      hint: expect.stringContaining('1002'),
    })
    await expect(
      makeDemo(environment(butler, root), { tiny: true, visits: [1002], detectors: [77] }),
    ).rejects.toMatchObject({ code: 'sim/nothing-to-do' })
  })
})
