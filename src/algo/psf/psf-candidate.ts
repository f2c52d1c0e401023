import type { Footprint, MaskedImage } from '#image'
import { percentile } from '#math'
import { planeBits } from '../plane-bits.ts'

/** A star's pixels around its centre, for modelling the PSF. */
export interface PsfCandidate {
  readonly row: number
  /** PARENT pixels. */
  readonly x: number
  readonly y: number
  /** Position minus the pixel in the middle of the stamp, within half a pixel. */
  readonly dx: number
  readonly dy: number
  /** size × size pixels, local background taken off; 0 where `weight` is 0. */
  readonly data: Float32Array
  readonly variance: Float32Array
  /** 1 for pixels to use: inside, unmasked, no other object's. */
  readonly weight: Uint8Array
  readonly size: number
}

const BAD_PLANES = ['BAD', 'SAT', 'CR', 'INTRP', 'NO_DATA', 'SUSPECT']

/** Cut the stamp of one star; undefined when its middle cannot be used. */
export function cutCandidate(
  { image, mask, variance }: MaskedImage,
  source: { readonly row: number; readonly x: number; readonly y: number; readonly footprint: Footprint },
  size: number,
): PsfCandidate | undefined {
  const half = (size - 1) / 2
  const [ix, iy] = [Math.floor(source.x + 0.5), Math.floor(source.y + 0.5)]
  const bad = planeBits(mask, BAD_PLANES)
  const detected = mask.mask('DETECTED')
  const data = new Float32Array(size * size)
  const noise = new Float32Array(size * size)
  const weight = new Uint8Array(size * size)
  const own = new Uint8Array(size * size)
  markFootprint(source.footprint, ix - half, iy - half, size, own)
  const rim: number[] = []
  for (let j = 0; j < size; j++) {
    const y = iy - half + j - image.y0
    for (let i = 0; i < size; i++) {
      const x = ix - half + i - image.x0
      if (x < 0 || y < 0 || x >= image.width || y >= image.height) continue
      const at = y * image.width + x
      const k = j * size + i
      const flags = mask.data[at]!
      if ((flags & bad) !== 0 || ((flags & detected) !== 0 && own[k] === 0)) continue
      if (!Number.isFinite(image.data[at]) || !(variance.data[at]! > 0)) continue
      data[k] = image.data[at]!
      noise[k] = variance.data[at]!
      weight[k] = 1
      if (own[k] === 0 && Math.hypot(i - half, j - half) > 0.75 * half) rim.push(data[k]!)
    }
  }
  const middle = half * size + half
  for (const d of [0, -1, 1, -size, size]) if (weight[middle + d] === 0) return undefined
  const level = rim.length >= 20 ? percentile(rim, 50) : 0
  for (let k = 0; k < data.length; k++) if (weight[k] === 1) data[k]! -= level
  return {
    row: source.row,
    x: source.x,
    y: source.y,
    dx: source.x - ix,
    dy: source.y - iy,
    data,
    variance: noise,
    weight,
    size,
  }
}

function markFootprint({ spans }: Footprint, x0: number, y0: number, size: number, own: Uint8Array): void {
  for (let i = 0; i < spans.length; i += 3) {
    const j = spans[i]! - y0
    if (j < 0 || j >= size) continue
    const from = Math.max(0, spans[i + 1]! - x0)
    const to = Math.min(size - 1, spans[i + 2]! - x0)
    for (let x = from; x <= to; x++) own[j * size + x] = 1
  }
}
