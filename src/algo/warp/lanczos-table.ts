import { lanczos } from '#math'

/** Sub-pixel steps of the table: positions are rounded to 1/8192 px at most, 0.01 % of a star's slope. */
const STEPS = 4096

/** Weights of a separable kernel at sub-pixel offsets: row k holds those for an offset of k/STEPS, first input first. */
export interface KernelTable {
  /** Weights a row: the kernel sees inputs −(size/2 − 1) … size/2 around floor(x). */
  readonly size: number
  readonly steps: number
  readonly weights: Float64Array
}

const known = new Map<number, KernelTable>()

/** Lanczos of an order, 2·order weights, each row of sum 1. */
export function lanczosTable(order: number): KernelTable {
  const made = known.get(order)
  if (made !== undefined) return made
  const size = 2 * order
  const weights = new Float64Array((STEPS + 1) * size)
  for (let k = 0; k <= STEPS; k++) {
    let sum = 0
    for (let i = 0; i < size; i++) sum += weights[k * size + i] = lanczos(i - order + 1 - k / STEPS, order)
    for (let i = 0; i < size; i++) weights[k * size + i]! /= sum
  }
  const table = { size, steps: STEPS, weights }
  known.set(order, table)
  return table
}
