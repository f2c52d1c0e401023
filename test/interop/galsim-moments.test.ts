import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { adaptiveMoments, makePixelStore } from '#simd'
import { python } from '../support/python.ts'
import { noise } from '../support/noise.ts'

const SIZE = 63
const PEER = `
import galsim, numpy, json, sys
n = ${SIZE}
stamps = numpy.fromfile(sys.argv[1], numpy.float32).reshape(-1, n, n)
out = []
for stamp in stamps:
    im = galsim.Image(stamp, xmin=0, ymin=0)
    m = galsim.hsm.FindAdaptiveMom(im, guess_centroid=galsim.PositionD(31, 31), guess_sig=2.0)
    out.append([m.moments_sigma, m.observed_shape.e1, m.observed_shape.e2, m.moments_centroid.x, m.moments_centroid.y])
print(json.dumps(out))
`

interface Blob {
  readonly x: number
  readonly y: number
  readonly sigma: number
  readonly e1: number
  readonly e2: number
}

/** An elliptical Moffat-like profile (β = 3.5), not the Gaussian that the weight is. */
function paint({ x, y, sigma, e1, e2 }: Blob, sky: Float32Array): Float32Array {
  const [xx, yy, xy] = [sigma ** 2 * (1 + e1), sigma ** 2 * (1 - e1), sigma ** 2 * e2]
  const det = xx * yy - xy * xy
  return sky.map((v, i) => {
    const [dx, dy] = [(i % SIZE) - x, Math.floor(i / SIZE) - y]
    const r2 = (yy * dx * dx - 2 * xy * dx * dy + xx * dy * dy) / det
    return 1000 * (1 + r2 / 5) ** -3.5 + v
  })
}

/** GalSim lets its centre move during the iteration, so ours is given the centre that it found. */
test('adaptive moments agree with GalSim’s: σ to 1e-3, ellipticities to 1e-3', () => {
  const blobs = Array.from({ length: 24 }, (_, k) => ({
    x: 31 + 0.4 * Math.sin(k),
    y: 31 + 0.4 * Math.cos(1.7 * k),
    sigma: 1.3 + 0.12 * k,
    e1: 0.3 * Math.sin(2.3 * k),
    e2: 0.3 * Math.cos(3.1 * k),
  }))
  const stamps = blobs.map((blob, k) => paint(blob, noise(SIZE * SIZE, 30 + k)))
  const folder = mkdtempSync(join(tmpdir(), 'firstlight-'))
  try {
    const path = join(folder, 'stamps')
    const all = new Float32Array(stamps.length * SIZE * SIZE)
    stamps.forEach((stamp, k) => all.set(stamp, k * SIZE * SIZE))
    writeFileSync(path, all)
    const theirs = JSON.parse(python(PEER, path)) as [number, number, number, number, number][]
    const store = makePixelStore({ width: SIZE, height: SIZE })
    stamps.forEach((stamp, k) => {
      const [sigma, e1, e2, x, y] = theirs[k]!
      store.image.set(stamp)
      const m = adaptiveMoments(store, x, y)
      expect(m.status).toBe('converged')
      expect(Math.abs((m.xx * m.yy - m.xy * m.xy) ** 0.25 / sigma - 1)).toBeLessThan(1e-3)
      expect(Math.abs((m.xx - m.yy) / (m.xx + m.yy) - e1)).toBeLessThan(1e-3)
      expect(Math.abs((2 * m.xy) / (m.xx + m.yy) - e2)).toBeLessThan(1e-3)
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
})
