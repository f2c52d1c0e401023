import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import type { Exposure } from '#image'
import { median } from '#math'
import { openNodeButler } from '#platform/node'
import type { Catalog } from '#table'
import { mismatch, Names, runStep, stepsOf, withShown } from '../support/console-script.ts'

/**
 * tutorials/gen3-pipetask.md, command by command. After a change that is meant to change what commands print, run with
 * FIRSTLIGHT_TUTORIAL_WRITE=1: it writes their output into the page where no `...` hides it.
 */
const PAGE = fileURLToPath(new URL('../../tutorials/gen3-pipetask.md', import.meta.url))
const WRITE = process.env['FIRSTLIGHT_TUTORIAL_WRITE'] === '1'

const markdown = readFileSync(PAGE, 'utf8')
const steps = stepsOf(markdown)
const folder = mkdtempSync(join(tmpdir(), 'gen3-tutorial-'))
const names = new Names()
const written: (readonly string[])[] = []
let failed = false

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

describe('the tutorial does what it shows', () => {
  for (const step of steps)
    test(`line ${step.line}: ${step.command}`, { timeout: 240_000 }, async ({ skip }) => {
      if (failed) skip('an earlier command of the tutorial failed')
      const outcome = await runStep(step, names, folder)
      const why = mismatch(step, outcome, names)
      const hides = step.shown.some((line) => line.includes('...') || line === '^C')
      written.push(WRITE && !hides ? outcome.lines : step.shown)
      failed = why !== undefined && !WRITE
      if (WRITE) return writeFileSync(PAGE, names.back(withShown(markdown, steps, written)))
      expect(why, `printed:\n${outcome.lines.join('\n')}\n`).toBeUndefined()
    })
})

describe('and what it made is right', () => {
  const data = { instrument: 'HSC', visit: 903344, detector: 5 }

  async function read(): Promise<{ calexp: Exposure; src: Catalog; truth: Catalog }> {
    const collections = ['u/you/bootcamp/1', 'HSC/external']
    const butler = await openNodeButler(join(folder, 'DATA'), { collections })
    try {
      const truthId = { instrument: 'HSC', exposure: 903344, detector: 5 }
      return {
        calexp: (await butler.get('calexp', data)) as Exposure,
        src: (await butler.get('src', data)) as Catalog,
        truth: (await butler.get('sim_truth', truthId)) as Catalog,
      }
    } finally {
      await butler.close()
    }
  }

  test('the WCS and the zero point are the sky’s', { timeout: 60_000 }, async ({ skip }) => {
    if (failed) skip('the tutorial failed')
    const { calexp, src, truth } = await read()
    const [x, y, ra, dec] = ['x', 'y', 'ra', 'dec'].map((name) => truth.f64(name)) as Float64Array[]
    const DEG = Math.PI / 180
    const sky = calexp.wcs!.pixelToSkyArrays(x!, y!)
    const east = Array.from(sky.ra, (v, i) => (v - ra![i]! * DEG) * Math.cos(v) * 206264.8)
    const north = Array.from(sky.dec, (v, i) => (v - dec![i]! * DEG) * 206264.8)
    const rms = Math.sqrt(east.reduce((s, e, i) => s + e * e + north[i]! ** 2, 0) / east.length)
    // 100 references of some 15 mas an axis fix ten terms an axis: √(10/100) · 15 · √2 = 7 mas.
    expect(rms).toBeLessThan(0.015)

    const [sx, sy] = [src.f64('slot_Centroid_x'), src.f64('slot_Centroid_y')]
    const flux = src.f64('slot_CalibFlux_instFlux')
    const [mag, trueFlux, isStar] = [truth.f64('mag'), truth.f64('flux'), truth.bool('is_star')]
    const [used, star] = [src.bool('calib_photometry_used'), src.f64('base_ClassificationExtendedness_value')]
    const offsets = [...sx.keys()].flatMap((i) => {
      if (used[i] !== 1 || star[i] !== 0) return []
      const near = [...x!.keys()].filter((k) => Math.hypot(x![k]! - sx[i]!, y![k]! - sy[i]!) < 20)
      const own = near.filter((k) => isStar[k] === 1 && Math.hypot(x![k]! - sx[i]!, y![k]! - sy[i]!) < 1)
      const alone =
        own.length === 1 && near.every((k) => k === own[0] || trueFlux[k]! < 0.005 * trueFlux[own[0]!]!)
      return alone
        ? [calexp.photoCalib!.toMagnitude({ value: flux[i]!, error: 0 }).value - mag[own[0]!]!]
        : []
    })
    expect(offsets.length).toBeGreaterThan(15)
    // The zero point of 100 stars of 30 mmag is good to 3 mmag; each of these adds some of its own.
    expect(Math.abs(median(offsets))).toBeLessThan(0.01)
  })
})
