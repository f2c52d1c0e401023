// Each kernel against its plain-TypeScript twin, on one HSC-sized frame.
import { makePixelStore, useReferenceKernels } from '#simd'
import * as simd from '#simd'
import { benchField, CCD } from './frame.ts'
import { fastest, report } from './timing.ts'

const { maskedImage, stars } = benchField()
const image = maskedImage.image.data
const variance = maskedImage.variance.data
const out = new Float32Array(image.length)
const edges = (size: number, n: number) =>
  Int32Array.from({ length: n + 1 }, (_, i) => Math.round((i * size) / n))
const gaussian = Array.from({ length: 11 }, (_, i) => Math.exp((-i * i) / 18) / 7.52)
const raw = Uint16Array.from(image)
const few = stars.slice(0, 500)
const radii = [3, 4.5, 6, 9, 12, 17, 25, 35, 50, 70]
const SKY = 178
const small = { width: CCD.width, height: 512 }

const jobs: Record<string, () => () => void> = {
  'separable convolution, 21 taps': () => () => simd.convolveSeparable(image, CCD, gaussian, out),
  'clipped statistics of 17 × 33 cells': () => () =>
    simd.cellStatistics(image, undefined, CCD, edges(CCD.width, 17), edges(CCD.height, 33), {
      nSigma: 3,
      nIter: 3,
    }),
  'spans above a threshold': () => () => simd.findSpans(image, CCD, { threshold: 200 }),
  'spans above a threshold in sigmas': () => () => simd.findSpans(image, CCD, { threshold: 25, variance }),
  'piecewise cubic surface': () => {
    const starts = edges(CCD.width, 18)
    const surface = {
      ...CCD,
      starts,
      knots: new Float32Array(18),
      coeffs: new Float32Array(4 * 18 * CCD.height).fill(1e-6),
    }
    return () => simd.cubicRows(surface, out)
  },
  'Chebyshev surface, 7 terms': () => {
    const [basis, weights] = [
      new Float32Array(7 * CCD.width).fill(0.5),
      new Float32Array(7 * CCD.height).fill(0.5),
    ]
    return () => simd.combineRows(basis, weights, 7, CCD.width, out)
  },
  'correlation 17 × 17, 512 rows': () => () =>
    simd.correlate2d(
      image.subarray(0, small.width * small.height),
      small,
      new Float32Array(289).fill(1 / 289),
      17,
      17,
    ),
  'raw to image, variance, mask': () => {
    const input = {
      raw,
      overscan: new Float32Array(CCD.height).fill(100),
      bias: out,
      flat: new Float32Array(image.length).fill(1.1),
      gain: 3.45,
      readNoise: 1.5,
      saturation: 60000,
      suspect: 50000,
      satBit: 2,
      suspectBit: 128,
    }
    const result = {
      image: new Float32Array(image.length),
      variance: new Float32Array(image.length),
      mask: new Int32Array(image.length),
    }
    return () => simd.isrRows(input, CCD, result)
  },
  'byte swap': () => {
    const bytes = new Uint8Array(image.slice().buffer)
    return () => simd.swapBytes(bytes, 4)
  },
  'dot product': () => () => void simd.dot(image, variance),
  '10 exact apertures × 500': () => {
    const store = filledStore()
    return () => few.forEach(({ x, y }) => store.circles(x, y, radii))
  },
  'adaptive moments × 500': () => {
    const store = filledStore()
    return () => few.forEach(({ x, y }) => simd.adaptiveMoments(store, x, y))
  },
}

function filledStore() {
  const store = makePixelStore(CCD)
  store.image.set(image.map((v) => v - SKY))
  store.variance.set(variance)
  return store
}

for (const [job, prepare] of Object.entries(jobs)) {
  useReferenceKernels(false)
  const ours = fastest(prepare())
  useReferenceKernels(true)
  const theirs = fastest(prepare(), 2)
  report({ job, ours, peer: 'its TypeScript twin', theirs })
}
