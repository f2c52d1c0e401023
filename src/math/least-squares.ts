import { invertCholesky, solveCholesky } from './linear-solve.ts'

export interface LeastSquaresProblem {
  readonly initial: ArrayLike<number>
  /** How many residuals `residuals` writes. */
  readonly count: number
  /** Weighted residuals (model − data)/σ at the parameters. Non-finite ones reject the step. */
  residuals(parameters: Float64Array, out: Float64Array): void
  /** d residual_i / d parameter_j to out[i·n + j]; forward differences when absent. */
  jacobian?(parameters: Float64Array, out: Float64Array): void
  readonly lower?: ArrayLike<number>
  readonly upper?: ArrayLike<number>
  readonly maxIterations?: number
  /** Stop when χ² falls by less than this fraction, or the step is smaller than it times the parameters; 1e-10. */
  readonly tolerance?: number
}

export interface LeastSquaresFit {
  readonly status: 'converged' | 'max-iterations' | 'singular'
  readonly parameters: Float64Array
  /** n × n, (JᵀJ)⁻¹ at the solution: parameter covariance when residuals are in units of their σ. NaN when singular. */
  readonly covariance: Float64Array
  readonly chi2: number
  readonly degreesOfFreedom: number
  readonly iterations: number
}

/**
 * Levenberg–Marquardt with box bounds (steps are clipped, parameters that push against a bound are held for the step).
 * @see Moré 1978; Nielsen 1999 for the damping schedule
 */
export function fitLeastSquares(problem: LeastSquaresProblem): LeastSquaresFit {
  const { count, maxIterations = 100, tolerance = 1e-10 } = problem
  const n = problem.initial.length
  let p = clip(Float64Array.from(problem.initial), problem)
  let r = new Float64Array(count)
  let trial = new Float64Array(count)
  const J = new Float64Array(count * n)
  problem.residuals(p, r)
  let chi2 = sumSquares(r)
  let [lambda, raise] = [1e-3, 2]
  let status: LeastSquaresFit['status'] = 'max-iterations'
  let iterations = 0
  fillJacobian(problem, p, r, J)
  let normal = normalEquations(J, r, n)
  while (iterations < maxIterations) {
    iterations++
    const step = dampedStep(normal, p, lambda, problem)
    if (step === undefined) {
      status = 'singular'
      break
    }
    const next = clip(
      p.map((v, i) => v + step[i]!),
      problem,
    )
    problem.residuals(next, trial)
    const nextChi2 = sumSquares(trial)
    const small = next.every((v, i) => Math.abs(v - p[i]!) <= tolerance * (Math.abs(p[i]!) + tolerance))
    if (nextChi2 <= chi2) {
      const settled = chi2 - nextChi2 <= tolerance * chi2
      p = next
      chi2 = nextChi2
      ;[r, trial] = [trial, r]
      if (settled || small) {
        status = 'converged'
        break
      }
      fillJacobian(problem, p, r, J)
      normal = normalEquations(J, r, n)
      lambda = Math.max(lambda / 3, 1e-15)
      raise = 2
    } else {
      if (small || lambda > 1e15) {
        status = 'converged'
        break
      }
      lambda *= raise
      raise *= 2
    }
  }
  fillJacobian(problem, p, r, J)
  const covariance = invertCholesky(normalEquations(J, r, n).A, n)
  return {
    status: covariance === undefined && status === 'converged' ? 'singular' : status,
    parameters: p,
    covariance: covariance ?? new Float64Array(n * n).fill(Number.NaN),
    chi2,
    degreesOfFreedom: count - n,
    iterations,
  }
}

function clip(p: Float64Array, { lower, upper }: LeastSquaresProblem): Float64Array {
  for (let i = 0; i < p.length; i++)
    p[i] = Math.min(Math.max(p[i]!, lower?.[i] ?? -Infinity), upper?.[i] ?? Infinity)
  return p
}

const sumSquares = (r: Float64Array): number => {
  let sum = 0
  for (let i = 0; i < r.length; i++) sum += r[i]! * r[i]!
  return Number.isFinite(sum) ? sum : Number.POSITIVE_INFINITY
}

function fillJacobian(problem: LeastSquaresProblem, p: Float64Array, r: Float64Array, J: Float64Array): void {
  if (problem.jacobian !== undefined) {
    problem.jacobian(p, J)
    return
  }
  const n = p.length
  const moved = new Float64Array(problem.count)
  for (let j = 0; j < n; j++) {
    const saved = p[j]!
    const size = 1.5e-8 * Math.max(Math.abs(saved), 1e-4)
    // Step inwards when a bound is in the way.
    const h = saved + size > (problem.upper?.[j] ?? Infinity) ? -size : size
    p[j] = saved + h
    problem.residuals(p, moved)
    p[j] = saved
    for (let i = 0; i < problem.count; i++) J[i * n + j] = (moved[i]! - r[i]!) / h
  }
}

interface Normal {
  readonly A: Float64Array
  readonly g: Float64Array
}

function normalEquations(J: Float64Array, r: Float64Array, n: number): Normal {
  const A = new Float64Array(n * n)
  const g = new Float64Array(n)
  for (let i = 0; i < r.length; i++)
    for (let a = 0; a < n; a++) {
      const ja = J[i * n + a]!
      g[a]! += ja * r[i]!
      for (let b = 0; b <= a; b++) A[a * n + b]! += ja * J[i * n + b]!
    }
  for (let a = 0; a < n; a++) for (let b = 0; b < a; b++) A[b * n + a] = A[a * n + b]!
  return { A, g }
}

/** −(A + λ diag A)⁻¹ g over the parameters that are not held by a bound. */
function dampedStep(
  { A, g }: Normal,
  p: Float64Array,
  lambda: number,
  { lower, upper }: LeastSquaresProblem,
): Float64Array | undefined {
  const n = p.length
  const free: number[] = []
  for (let i = 0; i < n; i++) {
    const held =
      (p[i]! <= (lower?.[i] ?? -Infinity) && g[i]! > 0) || (p[i]! >= (upper?.[i] ?? Infinity) && g[i]! < 0)
    if (!held) free.push(i)
  }
  const m = free.length
  const step = new Float64Array(n)
  if (m === 0) return step
  const damped = new Float64Array(m * m)
  free.forEach((a, i) =>
    free.forEach((b, j) => {
      damped[i * m + j] = A[a * n + b]! * (i === j ? 1 + lambda : 1)
    }),
  )
  const solved = solveCholesky(
    damped,
    Float64Array.from(free, (i) => -g[i]!),
  )
  if (solved === undefined) return undefined
  free.forEach((i, k) => {
    step[i] = solved[k]!
  })
  return step
}
