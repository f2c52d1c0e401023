import { Angle } from '../angle.ts'
import { geomError } from '../errors.ts'
import { SpherePoint } from '../sphere-point.ts'
import { circleRegion } from './circle.ts'
import { ConvexPolygon } from './convex-polygon.ts'
import { LonLatBox } from './lon-lat-box.ts'
import type { Region } from './region.ts'

/**
 * A region from the POS parameter of IVOA's SIAv2, degrees: `CIRCLE ra dec r`, `RANGE lon1 lon2 lat1 lat2` (±Inf
 * allowed), `POLYGON ra dec …`. Shapes are in upper case. @throws FirstlightError 'geom/bad-pos'
 */
export function regionFromIvoaPos(text: string): Region {
  const [shape = '', ...words] = text.split(/\s+/).filter((w) => w !== '')
  if (!['CIRCLE', 'RANGE', 'POLYGON'].includes(shape))
    throw geomError('bad-pos', `Unrecognized shape in POS string '${text}'`, {
      hint: 'Write CIRCLE ra dec radius, RANGE lon1 lon2 lat1 lat2 or POLYGON ra dec ra dec ra dec …, in degrees.',
    })
  const numbers = words.map((w) => toNumber(w, text))
  switch (shape) {
    case 'CIRCLE': {
      const [ra, dec, radius] = exactly(3, numbers, shape, text) as [number, number, number]
      return circleRegion(SpherePoint.fromDegrees(ra, dec), Angle.fromDegrees(radius))
    }
    case 'RANGE': {
      const [lon1, lon2, lat1, lat2] = exactly(4, numbers, shape, text) as [number, number, number, number]
      const limit = (v: number, low: number, high: number): number =>
        v === -Infinity ? low : v === Infinity ? high : v
      return LonLatBox.fromDegrees(
        limit(lon1, 0, 360),
        limit(lon2, 0, 360),
        limit(lat1, -90, 90),
        limit(lat2, -90, 90),
      )
    }
    default:
      return polygon(numbers, text)
  }
}

function polygon(numbers: readonly number[], text: string): Region {
  if (numbers.length % 2 !== 0)
    throw geomError(
      'bad-pos',
      `POLYGON requires even number of coordinates but got ${numbers.length} in '${text}'.`,
    )
  if (numbers.length < 6)
    throw geomError(
      'bad-pos',
      `POLYGON specification requires at least 3 coordinates, got ${numbers.length / 2} in '${text}'.`,
    )
  const points = Array.from({ length: numbers.length / 2 }, (_, i) =>
    SpherePoint.fromDegrees(numbers[2 * i]!, numbers[2 * i + 1]!),
  )
  return ConvexPolygon.convexHull(points)
}

function exactly(count: number, numbers: readonly number[], shape: string, text: string): readonly number[] {
  if (numbers.length !== count)
    throw geomError('bad-pos', `${shape} requires ${count} numbers but got ${numbers.length} in '${text}'.`)
  return numbers
}

function toNumber(word: string, text: string): number {
  const infinite = /^([+-]?)inf(inity)?$/i.exec(word)
  if (infinite) return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  const value = Number(word)
  if (Number.isNaN(value)) throw geomError('bad-pos', `'${word}' in '${text}' is not a number.`)
  return value
}

const DEGREES = 180 / Math.PI

/** The POS text of a region. @throws FirstlightError 'geom/bad-pos' for ellipses and compounds, which have none */
export function regionToIvoaPos(region: Region): string {
  switch (region.kind) {
    case 'circle': {
      const { ra, dec } = SpherePoint.fromVector(region.center)
      return `CIRCLE ${numbersText([ra.radians, dec.radians, region.openingAngle.radians])}`
    }
    case 'box':
      return `RANGE ${numbersText([region.lonA, region.lonB, region.latA, region.latB])}`
    case 'polygon': {
      const points = region.vertices.map((v) => SpherePoint.fromVector(v))
      return `POLYGON ${numbersText(points.flatMap((p) => [p.ra.radians, p.dec.radians]))}`
    }
    default:
      throw geomError('bad-pos', `IVOA POS has no form for a region of kind ${region.kind}.`)
  }
}

const numbersText = (radians: readonly number[]): string =>
  radians
    .map((r) => r * DEGREES)
    .map((d) => (Number.isInteger(d) ? `${d}.0` : String(d)))
    .join(' ')
