import {
  Chebyshev2D,
  chebyshevTerms,
  makeSpline,
  type Spline,
  SPLINE_MIN_POINTS,
  type SplineKind,
} from '#math'
import { combineRows, cubicRows } from '#simd'
import { akimaRows } from './akima-rows.ts'
import type { Background, BackgroundSpline } from './background.ts'
import { cellCenters, cellEdges } from './background-cells.ts'
import { imageError } from './errors.ts'

const KINDS: Readonly<Record<BackgroundSpline, SplineKind>> = {
  CONSTANT: 'constant',
  LINEAR: 'linear',
  NATURAL_SPLINE: 'natural',
  CUBIC_SPLINE: 'cubic',
  AKIMA_SPLINE: 'akima',
}

/** Spline down each column of cells, then along each pixel row through the columns that have a value. */
export function splineSurface({ bbox, stats, style }: Background): Float32Array {
  const { width: nx, height: ny, data } = stats.image
  const centersX = cellCenters(cellEdges(bbox.width, nx))
  const centersY = cellCenters(cellEdges(bbox.height, ny))
  const kind = KINDS[style.interpolation]
  const columns: { readonly x: number; readonly values: Float64Array }[] = []
  for (let i = 0; i < nx; i++) {
    const rows = [...centersY.keys()].filter((j) => Number.isFinite(data[j * nx + i]))
    if (rows.length === 0) continue
    const spline = splineThrough(
      kind,
      rows.map((j) => centersY[j]!),
      rows.map((j) => data[j * nx + i]!),
      style,
    )
    const values = new Float64Array(bbox.height)
    spline.evaluateRange(0, values)
    columns.push({ x: centersX[i]!, values })
  }
  if (columns.length === 0) throw noCells(nx, ny)
  return joinColumns(columns, kind, bbox.width, bbox.height, style)
}

function joinColumns(
  columns: readonly { readonly x: number; readonly values: Float64Array }[],
  kind: SplineKind,
  width: number,
  height: number,
  style: Background['style'],
): Float32Array {
  const knots = columns.map(({ x }) => x)
  const bounds = [0, ...new Set(knots.map((x) => Math.ceil(x)).filter((x) => x > 0 && x < width)), width]
  if (kind === 'akima' && knots.length >= SPLINE_MIN_POINTS.akima && bounds.length === knots.length + 2) {
    const values = columns.map((column) => column.values)
    const origins = Float32Array.of(knots[0]!, ...knots)
    return cubicRows({
      width,
      height,
      starts: Int32Array.from(bounds),
      knots: origins,
      coeffs: akimaRows(knots, values, height),
    })
  }
  const starts = Int32Array.from(kind === 'constant' ? halfWays(knots, width) : bounds)
  const segments = starts.length - 1
  const coeffs = new Float32Array(4 * segments * height)
  const ys = new Float64Array(columns.length)
  for (let y = 0; y < height; y++) {
    columns.forEach(({ values }, i) => {
      ys[i] = values[y]!
    })
    const spline = splineThrough(kind, knots, ys, style)
    for (let s = 0; s < segments; s++)
      coeffs.set(cubicOf(spline, starts[s]!, starts[s + 1]!), 4 * (y * segments + s))
  }
  return cubicRows({ width, height, starts, knots: Float32Array.from(starts.subarray(0, segments)), coeffs })
}

/** The cubic that the spline is on [from, to), as coefficients of t = x − from; found from four of its values. */
function cubicOf(spline: Spline, from: number, to: number): [number, number, number, number] {
  // The last pixel of the segment is to − 1; a step of a third of that keeps all four points inside.
  const h = Math.max(to - 1 - from, 1e-3) / 3
  const p = spline.evaluate(from)
  const d1 = spline.evaluate(from + h) - p
  const d2 = spline.evaluate(from + 2 * h) - p
  const d3 = spline.evaluate(from + 3 * h) - p
  return [
    p,
    (3 * d1 - 1.5 * d2 + d3 / 3) / h,
    (-2.5 * d1 + 2 * d2 - 0.5 * d3) / (h * h),
    (0.5 * d1 - 0.5 * d2 + d3 / 6) / (h * h * h),
  ]
}

/** Columns where the nearest knot changes. */
function halfWays(knots: readonly number[], width: number): number[] {
  const changes = knots.slice(1).map((x, i) => Math.ceil((x + knots[i]!) / 2))
  return [0, ...changes, width]
}

function splineThrough(
  kind: SplineKind,
  xs: ArrayLike<number>,
  ys: ArrayLike<number>,
  { undersample }: Background['style'],
): Spline {
  return makeSpline(kind, xs, ys, { fallback: undersample === 'REDUCE_INTERP_ORDER' })
}

/** Weighted least squares of a triangular Chebyshev series to the cells, evaluated on every pixel. */
export function chebyshevSurface(
  background: Background,
  { orderX, orderY, weighting }: NonNullable<Background['style']['approximation']>,
): Float32Array {
  const { width, height } = background.bbox
  const fit = chebyshevFit(background, orderX, orderY, weighting)
  const [termsX, termsY] = [new Float64Array(orderX + 1), new Float64Array(orderY + 1)]
  const basis = new Float32Array((orderX + 1) * width)
  for (let x = 0; x < width; x++) {
    chebyshevTerms((2 * x) / Math.max(1, width - 1) - 1, orderX, termsX)
    for (let j = 0; j <= orderX; j++) basis[j * width + x] = termsX[j]!
  }
  const weights = new Float32Array((orderX + 1) * height)
  for (let y = 0; y < height; y++) {
    chebyshevTerms((2 * y) / Math.max(1, height - 1) - 1, orderY, termsY)
    for (let j = 0; j <= orderX; j++) {
      let sum = 0
      for (let i = 0; i <= orderY; i++) sum += fit.coefficients[i * (orderX + 1) + j]! * termsY[i]!
      weights[y * (orderX + 1) + j] = sum
    }
  }
  return combineRows(basis, weights, orderX + 1, width)
}

function chebyshevFit(
  { bbox, stats }: Background,
  orderX: number,
  orderY: number,
  weighting: boolean,
): Chebyshev2D {
  const { width: nx, height: ny, data } = stats.image
  const centersX = cellCenters(cellEdges(bbox.width, nx))
  const centersY = cellCenters(cellEdges(bbox.height, ny))
  const xs: number[] = []
  const ys: number[] = []
  const zs: number[] = []
  const weights: number[] = []
  for (let j = 0; j < ny; j++)
    for (let i = 0; i < nx; i++) {
      const variance = stats.variance.data[j * nx + i]!
      if (!Number.isFinite(data[j * nx + i])) continue
      xs.push(centersX[i]!)
      ys.push(centersY[j]!)
      zs.push(data[j * nx + i]!)
      weights.push(weighting && variance > 0 ? 1 / Math.sqrt(variance) : 1)
    }
  if (xs.length === 0) throw noCells(nx, ny)
  const domain = { xMin: 0, xMax: Math.max(1, bbox.width - 1), yMin: 0, yMax: Math.max(1, bbox.height - 1) }
  return Chebyshev2D.fit(xs, ys, zs, { orderX, orderY, domain, weights })
}

const noCells = (nx: number, ny: number) =>
  imageError('bad-background', `None of the ${nx} × ${ny} background cells has a good pixel.`, {
    hint: 'All pixels are masked or not finite.',
  })
