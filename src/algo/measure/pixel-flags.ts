import type { MeasurementPlugin } from './plugin.ts'

/** Suffix, doc, and the planes whose presence sets it. */
const FLAGS: readonly (readonly [string, string, readonly string[]])[] = [
  ['edge', 'outside the usable area (EDGE or NO_DATA)', ['EDGE', 'NO_DATA']],
  ['interpolated', 'interpolated pixels', ['INTRP']],
  ['saturated', 'saturated pixels', ['SAT']],
  ['cr', 'cosmic-ray pixels', ['CR']],
  ['bad', 'bad pixels', ['BAD']],
  ['suspect', 'suspect pixels', ['SUSPECT']],
]

/**
 * What the mask says about the footprint (`_flag_saturated` …) and about the 3×3 pixels at the centre
 * (`_flag_saturatedCenter` …). The edge has no centre flag of its own, as in the stack.
 * @see lsst::meas::base::PixelFlagsAlgorithm
 */
export function pixelFlags(extraPlanes: readonly string[] = []): MeasurementPlugin {
  const name = 'base_PixelFlags'
  return {
    name,
    order: 2,
    prepare(columns, { mask, x0, y0 }) {
      const present = (planes: readonly string[]) => planes.filter((p) => mask.planes.has(p))
      columns.flag(`${name}_flag`, 'set when the flags could not be read')
      const offimage = columns.flag(`${name}_flag_offimage`, 'the centre is off the image')
      const wanted = [...FLAGS, ...extraPlanes.map((p) => [p.toLowerCase(), `${p} pixels`, [p]] as const)]
      const each = wanted.map(([suffix, doc, planes]) => ({
        bits: mask.planes.mask(...present(planes)),
        any: columns.flag(`${name}_flag_${suffix}`, `${doc} in the footprint`),
        center:
          suffix === 'edge'
            ? undefined
            : columns.flag(`${name}_flag_${suffix}Center`, `${doc} near the centre`),
      }))
      return ({ row, x, y, footprint }) => {
        const [ix, iy] = [Math.floor(x + 0.5) - x0, Math.floor(y + 0.5) - y0]
        const off = !(ix >= 0 && iy >= 0 && ix < mask.width && iy < mask.height)
        if (off) offimage[row] = 1
        const all = footprintBits(footprint.clippedTo(mask.bbox).spans, mask.data, mask.width, x0, y0)
        const middle = off ? 0 : windowBits(ix, iy, mask.data, mask.width, mask.height)
        for (const { bits, any, center } of each) {
          if ((all & bits) !== 0 || (off && any === each[0]!.any)) any[row] = 1
          if (center && (middle & bits) !== 0) center[row] = 1
        }
      }
    },
  }
}

function footprintBits(spans: Int32Array, data: Int32Array, width: number, x0: number, y0: number): number {
  let bits = 0
  for (let i = 0; i < spans.length; i += 3) {
    const from = (spans[i]! - y0) * width + spans[i + 1]! - x0
    const to = from + spans[i + 2]! - spans[i + 1]!
    for (let k = from; k <= to; k++) bits |= data[k]!
  }
  return bits
}

function windowBits(x: number, y: number, data: Int32Array, width: number, height: number): number {
  let bits = 0
  for (let j = Math.max(0, y - 1); j <= Math.min(height - 1, y + 1); j++)
    for (let i = Math.max(0, x - 1); i <= Math.min(width - 1, x + 1); i++) bits |= data[j * width + i]!
  return bits
}
