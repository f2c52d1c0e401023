import { Footprint, type Mask } from '#image'
import type { Random } from '#math'
import { planeBits } from '../plane-bits.ts'

export interface SkyObjectOptions {
  /** Radius of an object, pixels. */
  readonly radius: number
  /** Pixels with any of these are left alone. */
  readonly avoidMask: readonly string[]
  readonly count: number
  /** Places tried before giving up. */
  readonly maxTries: number
}

/** Of lsst.meas.algorithms.SkyObjectsConfig. */
export const DEFAULT_SKY_OBJECTS: SkyObjectOptions = {
  radius: 8,
  avoidMask: ['DETECTED', 'DETECTED_NEGATIVE', 'BAD', 'NO_DATA'],
  count: 100,
  maxTries: 500,
}

/**
 * Circles on empty sky at random places: measured as sources are, they tell what nothing looks like. They keep off the
 * planes named and may lie on each other. Fewer than asked for where there is little empty sky.
 * @see lsst.meas.algorithms.SkyObjectsTask
 */
export function placeSkyObjects(
  mask: Mask,
  random: Random,
  options: Partial<SkyObjectOptions> = {},
): Footprint[] {
  const o = { ...DEFAULT_SKY_OBJECTS, ...options }
  const margin = Math.floor(o.radius) + 1
  const inside = mask.bbox.grow(-margin)
  if (inside.isEmpty) return []
  const circle = circleSpans(o.radius)
  const avoid = planeBits(mask, o.avoidMask)
  const found: Footprint[] = []
  for (let trial = 0; trial < o.maxTries && found.length < o.count; trial++) {
    const x = inside.x0 + random.integer(0, inside.width - 1)
    const y = inside.y0 + random.integer(0, inside.height - 1)
    const spans = circle.map((v, i) => v + (i % 3 === 0 ? y : x))
    if (!touches(mask, spans, avoid))
      found.push(new Footprint(spans, [{ id: found.length + 1, ix: x, iy: y, x, y, value: 0 }]))
  }
  return found
}

/** (y, x0, x1) of the pixels within `radius` of (0, 0). */
function circleSpans(radius: number): Int32Array {
  const reach = Math.floor(radius)
  const spans: number[] = []
  for (let y = -reach; y <= reach; y++) {
    const half = Math.floor(Math.sqrt(radius * radius - y * y))
    spans.push(y, -half, half)
  }
  return Int32Array.from(spans)
}

function touches({ data, width, x0, y0 }: Mask, spans: Int32Array, bits: number): boolean {
  for (let i = 0; i < spans.length; i += 3) {
    const row = (spans[i]! - y0) * width - x0
    for (let x = spans[i + 1]!; x <= spans[i + 2]!; x++) if ((data[row + x]! & bits) !== 0) return true
  }
  return false
}
