// Background and aperture photometry against sep (SExtractor's C as a Python library), on one HSC-sized frame.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fitBackground } from '#algo'
import { makePixelStore } from '#simd'
import { benchField, CCD } from './frame.ts'
import { fastest, report } from './timing.ts'

const PEER = `
import sep, numpy, time, json, sys
W, H = ${CCD.width}, ${CCD.height}
image = numpy.fromfile(sys.argv[1], numpy.float32).reshape(H, W)
xy = numpy.fromfile(sys.argv[2], numpy.float64).reshape(-1, 2)
x, y = numpy.ascontiguousarray(xy[:, 0]), numpy.ascontiguousarray(xy[:, 1])
variance = numpy.ones_like(image)
def fastest(f, rounds=10):
    best = 1e9
    for _ in range(rounds):
        t = time.process_time(); f(); best = min(best, time.process_time() - t)
    return 1e3 * best
def apertures(radii):
    for r in radii: sep.sum_circle(image, x, y, r, var=variance, subpix=0)
print(json.dumps(dict(
    background=fastest(lambda: sep.Background(image, bw=128, bh=128).back()),
    small=fastest(lambda: apertures([3, 4.5, 6, 9, 12])),
    large=fastest(lambda: apertures([17, 25, 35, 50, 70]), 3),
)))
`

/** As sep is called: a spline through the cells, no mask. */
const OPTIONS = { approxOrder: undefined, ignoredPlanes: [] }

const { maskedImage, stars } = benchField()
const folder = mkdtempSync(join(tmpdir(), 'firstlight-bench-'))
try {
  const peer = runPeer()
  const store = makePixelStore(CCD)
  store.image.set(maskedImage.image.data)
  store.variance.set(maskedImage.variance.data)
  const apertures = (radii: number[]) => () => stars.forEach(({ x, y }) => store.circles(x, y, radii))
  const background = fastest(() => fitBackground(maskedImage, OPTIONS).background.image(), 12)
  report({
    job: 'background, cells of 128, and its surface',
    ours: background,
    peer: 'sep',
    theirs: peer?.background,
    budget: 1,
  })
  const small = fastest(apertures([3, 4.5, 6, 9, 12]))
  report({
    job: '5 exact apertures of 3 to 12 px × 3000',
    ours: small,
    peer: 'sep',
    theirs: peer?.small,
    budget: 1,
  })
  const large = fastest(apertures([17, 25, 35, 50, 70]), 2)
  report({
    job: '5 exact apertures of 17 to 70 px × 3000',
    ours: large,
    peer: 'sep',
    theirs: peer?.large,
    budget: 1,
  })
} finally {
  rmSync(folder, { recursive: true })
}

function runPeer(): { background: number; small: number; large: number } | undefined {
  const python = process.env['FIRSTLIGHT_PYTHON']
  if (python === undefined) return undefined
  const [image, positions] = [join(folder, 'image.bin'), join(folder, 'xy.bin')]
  writeFileSync(image, maskedImage.image.data)
  writeFileSync(positions, Float64Array.from(stars.flatMap(({ x, y }) => [x, y])))
  const done = spawnSync(python, ['-c', PEER, image, positions], { encoding: 'utf8' })
  return done.status === 0
    ? (JSON.parse(done.stdout) as { background: number; small: number; large: number })
    : undefined
}
