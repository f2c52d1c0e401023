/**
 * math: numbers without astronomy. Percentiles and clipped statistics, splines, Chebyshev series, small dense solves,
 * Levenberg–Marquardt, Fourier transforms of any length, seeded random streams, special functions.
 * Sums and fits are float64. It knows no pixel frame, mask plane or unit; a mask here is an array of bits.
 * Ideas: lsst::afw::math (Statistics, Interpolate, ChebyshevBoundedField's polynomials), GSL, numpy.
 */
export {
  finiteSamples,
  median,
  percentile,
  percentiles,
  quantileInPlace,
  type SampleMask,
} from './percentile.ts'
export {
  type ClipOptions,
  type ClippedStats,
  clippedStats,
  IQ_TO_STDEV,
  MAD_TO_SIGMA,
  medianAndMad,
  type Moments,
  moments,
  type WeightedStats,
  weightedStats,
} from './statistics.ts'
export { type FloatArray, selectInPlace } from './select.ts'
export {
  kindForPoints,
  makeSpline,
  type Spline,
  SPLINE_MIN_POINTS,
  type SplineKind,
  type SplineOptions,
} from './spline.ts'
export {
  Chebyshev1D,
  Chebyshev2D,
  type Chebyshev2DFitOptions,
  chebyshevSum,
  chebyshevTerms,
  type Domain,
} from './chebyshev.ts'
export {
  cholesky,
  choleskyBackSolve,
  invertCholesky,
  solveCholesky,
  solveLinear,
  solveQr,
  symmetricEigen,
} from './linear-solve.ts'
export { fitLeastSquares, type LeastSquaresFit, type LeastSquaresProblem } from './least-squares.ts'
export { Fft, Fft2d } from './fft.ts'
export { Random, type Seed } from './random.ts'
export { erf, erfc, lanczos, logGamma, sinc } from './special.ts'
