import { mathError } from './errors.ts'

/**
 * Cholesky factor L (lower, row-major n × n) of a symmetric positive definite matrix; undefined when it is not.
 * Only the lower triangle of `A` is read.
 */
export function cholesky(A: Float64Array, n: number): Float64Array | undefined {
  checkSize(A, n * n)
  const L = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = A[i * n + j]!
      for (let k = 0; k < j; k++) sum -= L[i * n + k]! * L[j * n + k]!
      if (i !== j) L[i * n + j] = sum / L[j * n + j]!
      else if (sum > 0) L[i * n + i] = Math.sqrt(sum)
      else return undefined
    }
  return L
}

/** x with A x = b, A symmetric positive definite; undefined when it is not. */
export function solveCholesky(A: Float64Array, b: Float64Array): Float64Array | undefined {
  const L = cholesky(A, b.length)
  return L && choleskyBackSolve(L, b)
}

export function choleskyBackSolve(L: Float64Array, b: Float64Array): Float64Array {
  const n = b.length
  const x = b.slice()
  for (let i = 0; i < n; i++) {
    let sum = x[i]!
    for (let k = 0; k < i; k++) sum -= L[i * n + k]! * x[k]!
    x[i] = sum / L[i * n + i]!
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = x[i]!
    for (let k = i + 1; k < n; k++) sum -= L[k * n + i]! * x[k]!
    x[i] = sum / L[i * n + i]!
  }
  return x
}

/** Inverse of a symmetric positive definite matrix: the covariance of normal equations. */
export function invertCholesky(A: Float64Array, n: number): Float64Array | undefined {
  const L = cholesky(A, n)
  if (L === undefined) return undefined
  const inverse = new Float64Array(n * n)
  for (let j = 0; j < n; j++) {
    const unit = new Float64Array(n)
    unit[j] = 1
    const column = choleskyBackSolve(L, unit)
    for (let i = 0; i < n; i++) inverse[i * n + j] = column[i]!
  }
  return inverse
}

/**
 * Least-squares x of A x ≈ b by Householder QR, A row-major rows × columns with rows ≥ columns; undefined when its columns
 * are dependent to working precision.
 */
export function solveQr(A: Float64Array, b: Float64Array, columns: number): Float64Array | undefined {
  const rows = b.length
  checkSize(A, rows * columns)
  const R = A.slice()
  const y = b.slice()
  const scale = new Float64Array(columns)
  for (let j = 0; j < columns; j++) scale[j] = columnNorm(R, rows, columns, j, 0)
  for (let j = 0; j < columns; j++) {
    const length = columnNorm(R, rows, columns, j, j)
    if (!(length > 1e-14 * scale[j]!)) return undefined
    reflect(R, y, rows, columns, j, length)
  }
  const x = new Float64Array(columns)
  for (let i = columns - 1; i >= 0; i--) {
    let sum = y[i]!
    for (let k = i + 1; k < columns; k++) sum -= R[i * columns + k]! * x[k]!
    x[i] = sum / R[i * columns + i]!
  }
  return x
}

const columnNorm = (R: Float64Array, rows: number, columns: number, j: number, from: number): number => {
  let sum = 0
  for (let i = from; i < rows; i++) sum += R[i * columns + j]! ** 2
  return Math.sqrt(sum)
}

/** Apply to R and y the reflection that zeroes column j below the diagonal. */
function reflect(
  R: Float64Array,
  y: Float64Array,
  rows: number,
  columns: number,
  j: number,
  length: number,
): void {
  const alpha = R[j * columns + j]! > 0 ? -length : length
  const v = new Float64Array(rows - j)
  for (let i = j; i < rows; i++) v[i - j] = R[i * columns + j]!
  v[0]! -= alpha
  let vv = 0
  for (const c of v) vv += c * c
  const turn = (get: (i: number) => number, set: (i: number, value: number) => void): void => {
    let p = 0
    for (let i = j; i < rows; i++) p += v[i - j]! * get(i)
    const f = (2 * p) / vv
    for (let i = j; i < rows; i++) set(i, get(i) - f * v[i - j]!)
  }
  for (let k = j; k < columns; k++)
    turn(
      (i) => R[i * columns + k]!,
      (i, value) => {
        R[i * columns + k] = value
      },
    )
  turn(
    (i) => y[i]!,
    (i, value) => {
      y[i] = value
    },
  )
}

/** x with A x = b for any square A, by elimination with partial pivoting; undefined when singular. */
export function solveLinear(A: Float64Array, b: Float64Array): Float64Array | undefined {
  const n = b.length
  checkSize(A, n * n)
  const M = A.slice()
  const x = b.slice()
  for (let j = 0; j < n; j++) {
    let p = j
    for (let i = j + 1; i < n; i++) if (Math.abs(M[i * n + j]!) > Math.abs(M[p * n + j]!)) p = i
    if (!(Math.abs(M[p * n + j]!) > 0)) return undefined
    if (p !== j) swapRows(M, x, n, p, j)
    for (let i = j + 1; i < n; i++) {
      const f = M[i * n + j]! / M[j * n + j]!
      if (f === 0) continue
      for (let k = j; k < n; k++) M[i * n + k]! -= f * M[j * n + k]!
      x[i]! -= f * x[j]!
    }
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = x[i]!
    for (let k = i + 1; k < n; k++) sum -= M[i * n + k]! * x[k]!
    x[i] = sum / M[i * n + i]!
  }
  return x
}

function swapRows(M: Float64Array, x: Float64Array, n: number, p: number, j: number): void {
  for (let k = 0; k < n; k++) {
    const t = M[p * n + k]!
    M[p * n + k] = M[j * n + k]!
    M[j * n + k] = t
  }
  const t = x[p]!
  x[p] = x[j]!
  x[j] = t
}

/** Eigenvalues (descending) and eigenvectors (rows, unit length) of a symmetric matrix, by cyclic Jacobi rotations. */
export function symmetricEigen(A: Float64Array, n: number): { values: Float64Array; vectors: Float64Array } {
  checkSize(A, n * n)
  const M = A.slice()
  const V = new Float64Array(n * n)
  for (let i = 0; i < n; i++) V[i * n + i] = 1
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0
    let all = 0
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        all += M[i * n + j]! ** 2
        if (i !== j) off += M[i * n + j]! ** 2
      }
    if (off <= 1e-30 * all) break
    for (let p = 0; p < n - 1; p++) for (let q = p + 1; q < n; q++) jacobiRotate(M, V, n, p, q)
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((a, b) => M[b * n + b]! - M[a * n + a]!)
  const vectors = new Float64Array(n * n)
  order.forEach((from, to) => {
    for (let k = 0; k < n; k++) vectors[to * n + k] = V[k * n + from]!
  })
  return { values: Float64Array.from(order, (i) => M[i * n + i]!), vectors }
}

function jacobiRotate(M: Float64Array, V: Float64Array, n: number, p: number, q: number): void {
  const apq = M[p * n + q]!
  if (apq === 0) return
  const theta = (M[q * n + q]! - M[p * n + p]!) / (2 * apq)
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
  const c = 1 / Math.sqrt(t * t + 1)
  const s = t * c
  for (let k = 0; k < n; k++) {
    const [a, b] = [M[k * n + p]!, M[k * n + q]!]
    M[k * n + p] = c * a - s * b
    M[k * n + q] = s * a + c * b
  }
  for (let k = 0; k < n; k++) {
    const [a, b] = [M[p * n + k]!, M[q * n + k]!]
    M[p * n + k] = c * a - s * b
    M[q * n + k] = s * a + c * b
    const [u, v] = [V[k * n + p]!, V[k * n + q]!]
    V[k * n + p] = c * u - s * v
    V[k * n + q] = s * u + c * v
  }
}

function checkSize(A: Float64Array, size: number): void {
  if (A.length !== size)
    throw mathError('bad-shape', `The matrix has ${A.length} elements where ${size} are needed.`)
}
