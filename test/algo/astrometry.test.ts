import { expect, test } from 'vitest'
import { matchNearest, matchPatterns, solveAstrometry } from '#algo'
import { Angle, SpherePoint } from '#geom'
import { Random } from '#math'
import { makeCdMatrix, makeTanSipWcs, makeTanWcs } from '#wcs'

const SIZE = { width: 2048, height: 4176 }
const ARCSEC = Math.PI / 180 / 3600

/** A field of stars, brightest first, of which each list knows most: positions in the plane of the references. */
function twoLists(seed: number, options: { count: number; known: number; noise: number; others: number }) {
  const random = new Random(seed)
  const [sources, references] = [lists(), lists()]
  for (let k = 0; k < options.count; k++) {
    const [x, y] = [random.between(0, SIZE.width), random.between(0, SIZE.height)]
    if (random.uniform() < options.known)
      push(sources, x + random.normal(0, options.noise), y + random.normal(0, options.noise))
    if (random.uniform() < options.known) push(references, x, y)
    for (let j = 0; j < options.others; j++)
      push(references, random.between(-300, SIZE.width + 300), random.between(-300, SIZE.height + 300))
  }
  return { sources, references }
}

const lists = () => ({ x: [] as number[], y: [] as number[] })
const push = (list: { x: number[]; y: number[] }, x: number, y: number) => {
  list.x.push(x)
  list.y.push(y)
}

/** Turn by an angle about the middle and shift: what a wrong pointing does. */
const displaced = ({ x, y }: { x: number[]; y: number[] }, degrees: number, dx: number, dy: number) => {
  const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)]
  const at = (i: number) => [x[i]! - 1024, y[i]! - 2088] as const
  return {
    x: x.map((_, i) => c * at(i)[0] - s * at(i)[1] + 1024 + dx),
    y: x.map((_, i) => s * at(i)[0] + c * at(i)[1] + 2088 + dy),
  }
}

test('patterns find a shift of 60 pixels with a rotation of 0.2° in 99 of 100 fields of 30 stars and more', () => {
  let found = 0
  for (let seed = 0; seed < 100; seed++) {
    const { sources, references } = twoLists(seed, { count: 60, known: 0.8, noise: 0.05, others: 0.5 })
    const seen = displaced(sources, 0.2, -45, 40)
    const match = matchPatterns(seen, references, { numPointsForShapeAttempt: 8 })
    if (match.status !== 'matched') continue
    const angle = Math.atan2(match.map.s, match.map.c) * (180 / Math.PI)
    if (Math.abs(angle + 0.2) < 0.002 && match.pairs.every((p) => p.distance < 1)) found++
  }
  expect(found).toBeGreaterThanOrEqual(99)
})

test('lists that have nothing in common are not matched, nor those turned further than allowed', () => {
  const a = twoLists(1, { count: 120, known: 1, noise: 0, others: 0 })
  const b = twoLists(2, { count: 120, known: 1, noise: 0, others: 0 })
  expect(matchPatterns(a.sources, b.references, { iterations: 2 }).status).toBe('no-pattern')
  const turned = displaced(a.sources, 1.5, 0, 0)
  expect(matchPatterns(turned, a.references, { iterations: 2 }).status).toBe('no-pattern')
  expect(matchPatterns({ x: [1, 2], y: [1, 2] }, a.references).status).toBe('too-few-points')
})

test('nearest pairs are mutual: no source and no reference is in two', () => {
  const pairs = matchNearest({ x: [0, 0.4, 9], y: [0, 0, 0] }, { x: [0.3, 10, Number.NaN], y: [0, 0, 0] }, 1)
  expect(pairs.map(({ source, reference }) => [source, reference])).toEqual([
    [1, 0],
    [2, 1],
  ])
})

/** A chip with a little distortion, its stars, and what a catalog with errors says of them. */
function aChip(seed: number, stars: number, sigmaArcsec: number) {
  const random = new Random(seed)
  const cd = makeCdMatrix(Angle.fromArcseconds(0.168), Angle.fromDegrees(30))
  const truth = makeTanSipWcs({
    crpix: { x: 1000, y: 2000 },
    crval: SpherePoint.fromDegrees(150, 2),
    cd,
    a: [
      [2, 0, 3e-8],
      [1, 1, 2e-8],
      [0, 3, 2e-12],
    ],
    b: [
      [0, 2, -2e-8],
      [1, 1, 1e-8],
      [3, 0, 1e-12],
    ],
  })
  const x = Float64Array.from({ length: stars }, () => random.between(0, SIZE.width))
  const y = Float64Array.from({ length: stars }, () => random.between(0, SIZE.height))
  const sky = truth.pixelToSkyArrays(x, y)
  const error = sigmaArcsec * ARCSEC
  const references = {
    ra: sky.ra.map((v, i) => v + random.normal(0, error) / Math.cos(sky.dec[i]!)),
    dec: sky.dec.map((v) => v + random.normal(0, error)),
    errorArcsec: new Float64Array(stars).fill(sigmaArcsec),
  }
  const sources = {
    x: x.map((v) => v + random.normal(0, 0.02)),
    y: y.map((v) => v + random.normal(0, 0.02)),
    error: new Float64Array(stars).fill(0.02),
  }
  const initial = makeTanWcs({
    crpix: { x: 1030, y: 1960 },
    crval: SpherePoint.fromDegrees(150.001, 2.0008),
    cd: makeCdMatrix(Angle.fromArcseconds(0.168), Angle.fromDegrees(30.2)),
  })
  return { truth, sources, references, initial }
}

test('150 stars of 20 mas fix a chip as well as they can; a tenth of them 1″ off change nothing', () => {
  const { truth, sources, references, initial } = aChip(3, 150, 0.02)
  for (let k = 0; k < 15; k++) references.dec[k * 7]! += (k % 2 ? 1 : -1) * ARCSEC
  const solution = solveAstrometry(sources, references, initial, { order: 3, numRejIter: 3 })
  expect(solution.pairs.length).toBeGreaterThan(125)
  // √(20² + (0.02 px · 168 mas)²) an axis; the mean distance of a round Gaussian is √(π/2) of that.
  expect(solution.scatterArcsec.mean).toBeGreaterThan(0.019)
  expect(solution.scatterArcsec.mean).toBeLessThan(0.031)
  let [worst, sum, n] = [0, 0, 0]
  for (let x = 50; x < SIZE.width; x += 200)
    for (let y = 50; y < SIZE.height; y += 200) {
      const off = solution.wcs.pixelToSky(x, y).separation(truth.pixelToSky(x, y)).arcseconds
      worst = Math.max(worst, off)
      sum += off * off
      n++
    }
  // Ten terms an axis from some 135 residuals of 20.3 mas, on both axes: √(10/135)·20.3·√2 = 7.8 mas over the chip.
  expect(Math.sqrt(sum / n)).toBeLessThan(1.3 * 0.0078)
  expect(worst).toBeLessThan(0.04)
  const middle = solution.wcs.pixelToSky(1024, 2088).separation(truth.pixelToSky(1024, 2088)).arcseconds
  expect(middle).toBeLessThan(0.008)
})

test('no match is an error that says what was looked at', () => {
  const { sources, initial } = aChip(4, 60, 0.02)
  const { references } = aChip(5, 60, 0.02)
  const code = (work: () => unknown) => {
    try {
      work()
    } catch (error) {
      return (error as { code: string }).code
    }
    return 'no error'
  }
  expect(code(() => solveAstrometry(sources, references, initial))).toBe('algo/no-astrometric-match')
})
