import { expect, test } from 'vitest'
import {
  Chebyshev2D,
  clippedStats,
  erf,
  erfc,
  Fft,
  Fft2d,
  fitLeastSquares,
  invertCholesky,
  logGamma,
  makeSpline,
  median,
  moments,
  percentile,
  percentiles,
  Random,
  solveCholesky,
  solveLinear,
  solveQr,
  symmetricEigen,
  weightedStats,
} from '#math'

const SAMPLE = [3.1, 4.1, 5.9, 2.6, 5.3, 5.8, 9.7, 9.3, 2.3, 8.4, 6.2, 6.4, 3.3]

test('percentiles equal numpy percentile(…, method="linear") to one ulp', () => {
  // numpy 2: np.percentile(SAMPLE, [0, 10, 25, 50, 77, 95, 100])
  const expected = [2.3, 2.7, 3.3, 5.8, 6.880000000000001, 9.459999999999999, 9.7]
  const found = [0, 10, 25, 50, 77, 95, 100].map((p) => percentile(SAMPLE, p))
  found.forEach((v, i) => expect(Math.abs(v - expected[i]!)).toBeLessThanOrEqual(2 ** -52 * 8))
})

test('statistics drop masked and non-finite samples, and answer NaN for none', () => {
  expect(median([Number.NaN, 1, Number.POSITIVE_INFINITY, 3])).toBe(2)
  expect(median([1, 100, 3], { mask: new Int32Array([0, 4, 0]), bits: 4 })).toBe(2)
  expect(median([])).toBeNaN()
  expect(clippedStats([Number.NaN])).toMatchObject({ n: 0, mean: Number.NaN })
})

test('selection agrees with sorting on random arrays with ties', () => {
  const random = new Random('select')
  for (const n of [1, 2, 3, 10, 601, 5000]) {
    const values = Float32Array.from({ length: n }, () => random.integer(0, 50))
    const sorted = values.slice().sort()
    for (const p of [0, 30, 50, 75, 100]) {
      const at = (p / 100) * (n - 1)
      const lo = sorted[Math.floor(at)]!
      const hi = sorted[Math.min(Math.ceil(at), n - 1)]!
      expect(percentile(values, p)).toBeCloseTo(lo + (hi - lo) * (at - Math.floor(at)), 10)
    }
  }
})

test('order statistics of a large sample are those of the sorted one', () => {
  const random = new Random('radix')
  for (const scale of [1e-3, 1, 1e30]) {
    const values = Float32Array.from({ length: 20_000 }, (_, i) =>
      i % 7 === 0 ? 0 : random.normal(0.5, 1) * scale,
    )
    const sorted = values.slice().sort()
    const percents = [0, 12.5, 30, 50, 50.003, 75, 100]
    const expected = percents.map((p) => {
      const at = (p / 100) * 19_999
      const lo = sorted[Math.floor(at)]!
      return lo + (sorted[Math.ceil(at)]! - lo) * (at - Math.floor(at))
    })
    percentiles(values, percents).forEach((v, k) =>
      expect(Math.abs(v - expected[k]!)).toBeLessThan(1e-12 * scale),
    )
  }
})

test('the clipped mean and stdev of a million normal deviates have the known clipping bias', () => {
  const values = new Float32Array(1e6)
  new Random(42).fillNormal(values)
  const found = clippedStats(values)
  // Expected standard deviation after 3σ clipping is 0.986 … 0.995; the mean's error is 1/√n.
  expect(found.stdev).toBeGreaterThan(0.984)
  expect(found.stdev).toBeLessThan(0.995)
  expect(Math.abs(found.mean)).toBeLessThan(3e-3)
})

test('clipping starts from median and quartiles, so one outlier of ten goes', () => {
  const found = clippedStats([1, 1.1, 0.9, 1.05, 0.95, 1.02, 0.98, 1.01, 0.99, 50])
  expect(found.n).toBe(9)
  expect(found.mean).toBeCloseTo(1, 2)
})

test('moments keep their digits on a large offset', () => {
  const found = moments([1e9 + 1, 1e9 + 2, 1e9 + 3])
  expect(found.mean).toBe(1e9 + 2)
  expect(found.variance).toBeCloseTo(1, 12)
})

test('equal weights give the unweighted variance', () => {
  const found = weightedStats(
    SAMPLE,
    SAMPLE.map(() => 2),
  )
  expect(found.variance).toBeCloseTo(moments(SAMPLE).variance, 12)
})

const X = [0, 1, 2.5, 4, 5, 7, 9, 10]
const Y = [1, 3, 2, 5.5, 5, 4, 0, -2]
const AT = [0, 0.3, 1.7, 2.5, 3.3, 4.5, 6.1, 8.2, 9.9, 10]

test('the Akima spline equals scipy Akima1DInterpolator', () => {
  // scipy 1.16, Akima1DInterpolator(X, Y)(AT)
  const expected = [
    1.0, 1.8750588235294119, 2.561017231134878, 2.0, 4.161562289562289, 5.25, 4.6541875, 1.7440000000000015,
    -1.8000000000000007, -2.0,
  ]
  const spline = makeSpline('akima', X, Y, { beyond: 'cubic' })
  AT.forEach((x, i) => expect(Math.abs(spline.evaluate(x) - expected[i]!)).toBeLessThan(1e-12))
  expect(spline.evaluate(-1)).toBeCloseTo(-3.8235294117647056, 12)
})

test('the natural spline equals scipy CubicSpline with natural ends', () => {
  const expected = [
    1.0, 1.8214228020014296, 2.469386069414661, 2.0, 3.872309427368755, 5.495085775553967, 4.521264819258654,
    1.824312059634434, -1.808896992749924, -2.0,
  ]
  const spline = makeSpline('natural', X, Y, { beyond: 'cubic' })
  AT.forEach((x, i) => expect(Math.abs(spline.evaluate(x) - expected[i]!)).toBeLessThan(1e-12))
})

test('beyond the knots a spline goes on with value, slope and curvature of its end', () => {
  for (const kind of ['linear', 'natural', 'akima'] as const) {
    const spline = makeSpline(kind, X, Y)
    const third = (x: number, h: number): number =>
      spline.evaluate(x + 3 * h) -
      3 * spline.evaluate(x + 2 * h) +
      3 * spline.evaluate(x + h) -
      spline.evaluate(x)
    expect(Math.abs(third(10, 1))).toBeLessThan(1e-12)
    expect(Math.abs(third(-3, 1))).toBeLessThan(1e-12)
    const row = new Float64Array(14)
    spline.evaluateRange(-2, row)
    row.forEach((v, i) => expect(v).toBeCloseTo(spline.evaluate(i - 2), 12))
  }
})

test('a spline with too few points throws, or falls back when asked', () => {
  expect(() => makeSpline('akima', [0, 1, 2], [1, 2, 3])).toThrowError(
    /akima spline needs 5 points; there are 3/,
  )
  expect(makeSpline('akima', [0, 1, 2], [1, 2, 3], { fallback: true }).kind).toBe('cubic')
  expect(makeSpline('akima', [4], [7], { fallback: true }).evaluate(100)).toBe(7)
  expect(() => makeSpline('linear', [0, 0], [1, 2])).toThrowError(/must increase/)
})

test('a Chebyshev fit recovers the polynomial it was made of', () => {
  const random = new Random('cheb')
  const domain = { xMin: -0.5, xMax: 2047.5, yMin: 10, yMax: 4186 }
  const truth = new Chebyshev2D([1, 0.2, -0.05, 0.3, 0.07, 0, -0.02, 0, 0], 2, 2, domain)
  const xs = Array.from({ length: 60 }, () => random.between(0, 2047))
  const ys = Array.from({ length: 60 }, () => random.between(10, 4186))
  const zs = xs.map((x, i) => truth.evaluate(x, ys[i]!))
  const fit = Chebyshev2D.fit(xs, ys, zs, { orderX: 2, orderY: 2, domain })
  fit.coefficients.forEach((c, i) => expect(c).toBeCloseTo(truth.coefficients[i]!, 12))
  const row = new Float64Array(5)
  fit.evaluateRow(100, 2000, row)
  expect(row[3]).toBeCloseTo(truth.evaluate(103, 2000), 12)
  expect(() => Chebyshev2D.fit([1], [2], [3], { orderX: 2, orderY: 2, domain })).toThrowError(/1 points/)
})

test('the mean of a Chebyshev field is the average over its domain', () => {
  const domain = { xMin: 0, xMax: 1, yMin: 0, yMax: 1 }
  const field = new Chebyshev2D([1, 0.2, -0.05, 0.3, 0.07, 0, -0.02, 0, 0], 2, 2, domain)
  let sum = 0
  for (let i = 0; i < 200; i++)
    for (let j = 0; j < 200; j++) sum += field.evaluate((i + 0.5) / 200, (j + 0.5) / 200)
  expect(field.mean()).toBeCloseTo(sum / 40000, 5)
})

test('small systems: Cholesky, QR and elimination agree; a singular one is told', () => {
  const A = new Float64Array([4, 1, 0.5, 1, 3, -0.2, 0.5, -0.2, 2])
  const b = new Float64Array([1, 2, 3])
  const x = solveCholesky(A, b)!
  expect(Array.from(solveLinear(A, b)!)).toEqual(Array.from(x, (v) => expect.closeTo(v, 12)))
  expect(Array.from(solveQr(A, b, 3)!)).toEqual(Array.from(x, (v) => expect.closeTo(v, 12)))
  const inverse = invertCholesky(A, 3)!
  expect(inverse[0]! * 4 + inverse[1]! * 1 + inverse[2]! * 0.5).toBeCloseTo(1, 12)
  expect(solveCholesky(new Float64Array([1, 1, 1, 1]), new Float64Array([1, 2]))).toBeUndefined()
  expect(solveQr(new Float64Array([1, 1, 2, 2, 3, 3]), new Float64Array([1, 2, 3]), 2)).toBeUndefined()
  const { values, vectors } = symmetricEigen(A, 3)
  expect(values[0]! + values[1]! + values[2]!).toBeCloseTo(9, 12)
  const v = vectors.subarray(0, 3)
  expect(4 * v[0]! + v[1]! + 0.5 * v[2]!).toBeCloseTo(values[0]! * v[0]!, 12)
})

test('least squares finds a Gaussian, its covariance, and respects bounds', () => {
  const random = new Random('lm')
  const t = Array.from({ length: 200 }, (_, i) => i / 10)
  const sigma = 0.05
  const data = t.map((x) => 3 * Math.exp(-0.5 * ((x - 9) / 1.7) ** 2) + random.normal(0, sigma))
  const problem = {
    initial: [1, 8, 1],
    count: t.length,
    residuals: (p: Float64Array, out: Float64Array) => {
      t.forEach((x, i) => {
        out[i] = (p[0]! * Math.exp(-0.5 * ((x - p[1]!) / p[2]!) ** 2) - data[i]!) / sigma
      })
    },
  }
  const fit = fitLeastSquares(problem)
  expect(fit.status).toBe('converged')
  // Five standard deviations of the fit's own covariance.
  for (const [i, truth] of [3, 9, 1.7].entries())
    expect(Math.abs(fit.parameters[i]! - truth)).toBeLessThan(5 * Math.sqrt(fit.covariance[i * 3 + i]!))
  expect(fit.chi2 / fit.degreesOfFreedom).toBeCloseTo(1, 0)
  const held = fitLeastSquares({ ...problem, upper: [2.5, 20, 20] })
  expect(held.parameters[0]).toBe(2.5)
})

test('the Fourier transform of any length equals the definition, and inverts', () => {
  const random = new Random('fft')
  for (const n of [1, 2, 3, 8, 15, 37, 64, 100]) {
    const re = Float64Array.from({ length: n }, () => random.normal())
    const im = Float64Array.from({ length: n }, () => random.normal())
    const [a, b] = [re.slice(), im.slice()]
    const fft = new Fft(n)
    fft.forward(a, b)
    for (let k = 0; k < n; k++) {
      let [x, y] = [0, 0]
      for (let j = 0; j < n; j++) {
        const w = (-2 * Math.PI * j * k) / n
        x += re[j]! * Math.cos(w) - im[j]! * Math.sin(w)
        y += re[j]! * Math.sin(w) + im[j]! * Math.cos(w)
      }
      expect(Math.hypot(a[k]! - x, b[k]! - y)).toBeLessThan(1e-11)
    }
    fft.inverse(a, b)
    a.forEach((v, i) => expect(Math.hypot(v - re[i]!, b[i]! - im[i]!)).toBeLessThan(1e-13))
  }
})

test('a plane transforms and inverts; its mean is the first term', () => {
  const re = Float64Array.from({ length: 35 }, (_, i) => Math.sin(i))
  const im = new Float64Array(35)
  const plane = new Fft2d(7, 5)
  const [a, b] = [re.slice(), im.slice()]
  plane.forward(a, b)
  expect(a[0]).toBeCloseTo(
    re.reduce((s, v) => s + v, 0),
    12,
  )
  plane.inverse(a, b)
  a.forEach((v, i) => expect(v).toBeCloseTo(re[i]!, 13))
})

test('random streams depend on seed and label only', () => {
  const first = new Random('run').fork('visit=903334,detector=16')
  const again = new Random('run')
  again.uniform()
  const second = again.fork('visit=903334,detector=16')
  expect(first.uniform()).toBe(second.uniform())
  expect(new Random(1).uniform()).not.toBe(new Random('1').uniform())
  // The first numbers of a stream: they may not change, or no stored simulation can be made again.
  const fixed = new Random(20130617)
  expect([fixed.uniform(), fixed.uniform()]).toMatchInlineSnapshot(`
    [
      0.040004364216831956,
      0.648903004713471,
    ]
  `)
})

test.each([0.3, 5, 9.99, 10, 47.3, 1000, 1e6])(
  'Poisson deviates of mean %d have its mean and variance',
  (mean) => {
    const random = new Random(`poisson ${mean}`)
    const n = 40000
    const values = Float64Array.from({ length: n }, () => random.poisson(mean))
    const found = moments(values)
    // Standard errors: √(μ/n) of the mean; √((μ + 2μ²)/n) of the variance.
    expect(Math.abs(found.mean - mean)).toBeLessThan(4.5 * Math.sqrt(mean / n))
    expect(Math.abs(found.variance - mean)).toBeLessThan(4.5 * Math.sqrt((mean + 2 * mean * mean) / n))
  },
)

test('the Poisson distribution is right bin by bin on both methods', () => {
  for (const mean of [4, 14]) {
    const random = new Random(`bins ${mean}`)
    const n = 200_000
    const counts = new Float64Array(60)
    for (let i = 0; i < n; i++) counts[random.poisson(mean)]! += 1
    let chi2 = 0
    let bins = 0
    for (let k = 0; k < 60; k++) {
      const expected = n * Math.exp(k * Math.log(mean) - mean - logGamma(k + 1))
      if (expected < 20) continue
      chi2 += (counts[k]! - expected) ** 2 / expected
      bins++
    }
    expect(chi2).toBeLessThan(bins + 5 * Math.sqrt(2 * bins))
  }
})

test('special functions equal scipy', () => {
  const relative = (found: number, wanted: number): number => Math.abs(found / wanted - 1)
  ;[0.5723649429247, 0.9870985778947343, 19.233043179570085, 361.43554046777757].forEach((v, i) =>
    expect(relative(logGamma([0.5, 3.3, 12.7, 100.5][i]!), v)).toBeLessThan(1e-13),
  )
  ;[0.1124629160182849, 0.8427007929497148, 0.999311486103355].forEach((v, i) =>
    expect(relative(erf([0.1, 1, 2.4][i]!), v)).toBeLessThan(1e-14),
  )
  ;[0.000236034416529349, 1.5374597944280347e-12, 2.0884875837625446e-45].forEach((v, i) =>
    expect(relative(erfc([2.6, 5, 10][i]!), v)).toBeLessThan(1e-12),
  )
})
