import FFT from 'fft.js'
import { mathError } from './errors.ts'

/**
 * Discrete Fourier transform of one length, any n ≥ 1: radix-4 for powers of two, Bluestein's chirp for the others.
 * Forward is Σ x·exp(−2πi jk/n) without a factor; inverse has 1/n.
 */
export class Fft {
  readonly n: number
  readonly #transform: (re: Float64Array, im: Float64Array) => void

  constructor(n: number) {
    if (!(Number.isInteger(n) && n >= 1))
      throw mathError('bad-argument', `No Fourier transform has length ${n}.`)
    this.n = n
    this.#transform = n === 1 ? () => {} : (n & (n - 1)) === 0 ? radix(n) : bluestein(n)
  }

  /** In place. */
  forward(re: Float64Array, im: Float64Array): void {
    this.#transform(re, im)
  }

  /** In place, scaled by 1/n. */
  inverse(re: Float64Array, im: Float64Array): void {
    // The inverse is the forward transform with real and imaginary parts exchanged.
    this.#transform(im, re)
    for (let i = 0; i < this.n; i++) {
      re[i]! /= this.n
      im[i]! /= this.n
    }
  }
}

function radix(n: number): (re: Float64Array, im: Float64Array) => void {
  const f = new FFT(n)
  const [input, output] = [new Float64Array(2 * n), new Float64Array(2 * n)]
  return (re, im) => {
    for (let i = 0; i < n; i++) {
      input[2 * i] = re[i]!
      input[2 * i + 1] = im[i]!
    }
    // The library's types ask for plain arrays; it only indexes them.
    f.transform(output as unknown as number[], input as unknown as number[])
    for (let i = 0; i < n; i++) {
      re[i] = output[2 * i]!
      im[i] = output[2 * i + 1]!
    }
  }
}

/** A transform of length n as a convolution of length ≥ 2n − 1. @see Bluestein 1970 */
function bluestein(n: number): (re: Float64Array, im: Float64Array) => void {
  const m = 2 ** Math.ceil(Math.log2(2 * n - 1))
  const transform = radix(m)
  const [c, s] = [new Float64Array(n), new Float64Array(n)]
  for (let k = 0; k < n; k++) {
    // k² mod 2n keeps the angle small and exact.
    const angle = (Math.PI * ((k * k) % (2 * n))) / n
    c[k] = Math.cos(angle)
    s[k] = Math.sin(angle)
  }
  const [chirpRe, chirpIm] = [new Float64Array(m), new Float64Array(m)]
  for (let k = 0; k < n; k++) {
    for (const at of k === 0 ? [0] : [k, m - k]) {
      chirpRe[at] = c[k]!
      chirpIm[at] = s[k]!
    }
  }
  transform(chirpRe, chirpIm)
  const [a, b] = [new Float64Array(m), new Float64Array(m)]
  return (re, im) => {
    a.fill(0)
    b.fill(0)
    for (let k = 0; k < n; k++) {
      a[k] = re[k]! * c[k]! + im[k]! * s[k]!
      b[k] = im[k]! * c[k]! - re[k]! * s[k]!
    }
    transform(a, b)
    for (let k = 0; k < m; k++) {
      const [x, y] = [a[k]!, b[k]!]
      a[k] = x * chirpRe[k]! - y * chirpIm[k]!
      b[k] = x * chirpIm[k]! + y * chirpRe[k]!
    }
    transform(b, a)
    for (let k = 0; k < n; k++) {
      const [x, y] = [a[k]! / m, b[k]! / m]
      re[k] = x * c[k]! + y * s[k]!
      im[k] = y * c[k]! - x * s[k]!
    }
  }
}

/** Transform of a width × height plane, rows then columns, in place. */
export class Fft2d {
  readonly width: number
  readonly height: number
  readonly #rows: Fft
  readonly #columns: Fft

  constructor(width: number, height: number) {
    this.width = width
    this.height = height
    this.#rows = new Fft(width)
    this.#columns = width === height ? this.#rows : new Fft(height)
  }

  forward(re: Float64Array, im: Float64Array): void {
    this.#apply(re, im, 'forward')
  }

  /** Scaled by 1/(width·height). */
  inverse(re: Float64Array, im: Float64Array): void {
    this.#apply(re, im, 'inverse')
  }

  #apply(re: Float64Array, im: Float64Array, direction: 'forward' | 'inverse'): void {
    const { width, height } = this
    for (let y = 0; y < height; y++)
      this.#rows[direction](re.subarray(y * width, (y + 1) * width), im.subarray(y * width, (y + 1) * width))
    const [a, b] = [new Float64Array(height), new Float64Array(height)]
    for (let x = 0; x < width; x++) {
      for (let y = 0; y < height; y++) {
        a[y] = re[y * width + x]!
        b[y] = im[y * width + x]!
      }
      this.#columns[direction](a, b)
      for (let y = 0; y < height; y++) {
        re[y * width + x] = a[y]!
        im[y * width + x] = b[y]!
      }
    }
  }
}
