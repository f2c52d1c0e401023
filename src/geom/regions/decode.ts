import { Angle } from '../angle.ts'
import { geomError } from '../errors.ts'
import type { Vector3 } from '../vector3.ts'
import { Circle } from './circle.ts'
import { CompoundRegion } from './compound.ts'
import { ConvexPolygon } from './convex-polygon.ts'
import { Ellipse } from './ellipse.ts'
import { LonLatBox } from './lon-lat-box.ts'
import type { Region } from './region.ts'

/** A region from sphgeom's bytes. @throws FirstlightError 'geom/bad-region' */
export function decodeRegion(bytes: Uint8Array): Region {
  const tag = String.fromCharCode(bytes[0] ?? 0)
  switch (tag) {
    case 'p': {
      const d = doubles(bytes, tag)
      if (d.length < 9 || d.length % 3 !== 0) throw broken(`a polygon of ${d.length} numbers`)
      const vertices = Array.from(
        { length: d.length / 3 },
        (_, i): Vector3 => [d[3 * i]!, d[3 * i + 1]!, d[3 * i + 2]!],
      )
      return new ConvexPolygon(vertices)
    }
    case 'c': {
      const [x, y, z, chord, angle] = doubles(bytes, tag, 5) as [number, number, number, number, number]
      return new Circle([x, y, z], new Angle(angle), chord)
    }
    case 'b': {
      const [lonA, lonB, latA, latB] = doubles(bytes, tag, 4) as [number, number, number, number]
      return new LonLatBox(lonA, lonB, latA, latB)
    }
    case 'e':
      return new Ellipse(doubles(bytes, tag, 14))
    case 'u':
    case 'i':
      return new CompoundRegion(tag === 'u' ? 'union' : 'intersection', operands(bytes))
    default:
      throw broken(bytes.length === 0 ? 'no bytes' : `the unknown type byte ${bytes[0]!}`)
  }
}

const broken = (what: string) => geomError('bad-region', `These bytes are no region: ${what}.`)

function doubles(bytes: Uint8Array, tag: string, count?: number): number[] {
  const n = (bytes.length - 1) / 8
  if (!Number.isInteger(n) || (count !== undefined && n !== count))
    throw broken(
      `'${tag}' with ${bytes.length - 1} bytes${count === undefined ? '' : ` where ${8 * count} belong`}`,
    )
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: n }, (_, i) => view.getFloat64(1 + 8 * i, true))
}

function operands(bytes: Uint8Array): Region[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const found: Region[] = []
  for (let at = 1; at < bytes.length; ) {
    const size = at + 8 <= bytes.length ? Number(view.getBigUint64(at, true)) : Number.NaN
    if (!(size > 0 && at + 8 + size <= bytes.length)) throw broken(`a part at byte ${at} that does not fit`)
    found.push(decodeRegion(bytes.subarray(at + 8, at + 8 + size)))
    at += 8 + size
  }
  return found
}
