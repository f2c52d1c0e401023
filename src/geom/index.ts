/**
 * geom: the plane and the sphere. Angles, pixel boxes, affine maps; directions on the sky, their separations, convex
 * regions with the binary form and the set relations of sphgeom, HTM and HEALPix indices of points and regions.
 * Pixels: centres on integers, first pixel (0, 0). Angles are radians inside. It knows no WCS, no image, no file.
 * Ideas: lsst::geom (Angle, SpherePoint, Box2I), lsst::sphgeom (Region, HtmPixelization).
 */
export { Angle, degToRad, radToDeg, wrapRadians } from './angle.ts'
export { type Point2D, type Point2I, toPixel } from './point.ts'
export { Box2I } from './box2i.ts'
export { Box2D } from './box2d.ts'
export { AffineTransform } from './affine.ts'
export { SpherePoint } from './sphere-point.ts'
export {
  angleBetween,
  cross,
  dot,
  norm,
  normalize,
  rotate,
  scale,
  squaredChord,
  type Vector3,
  vectorOf,
} from './vector3.ts'
export type { Region, RegionShape, Relation } from './regions/region.ts'
export { ConvexPolygon } from './regions/convex-polygon.ts'
export { Circle, circleRegion } from './regions/circle.ts'
export { boxRegion, LonLatBox } from './regions/lon-lat-box.ts'
export { Ellipse } from './regions/ellipse.ts'
export { CompoundRegion, intersectionRegion, unionRegion } from './regions/compound.ts'
export { decodeRegion } from './regions/decode.ts'
export { regionFromIvoaPos, regionToIvoaPos } from './regions/ivoa-pos.ts'
export { orientation } from './regions/orientation.ts'
export { RegionList } from './regions/region-list.ts'
export { type OverlapPairs, overlapPairs } from './regions/overlap-pairs.ts'
export type { IndexRange } from './regions/ranges.ts'
export { htmIndex, htmInterior, htmRanges, htmTriangle } from './regions/htm.ts'
export {
  healpixBoundary,
  healpixCenter,
  healpixIndex,
  healpixPixel,
  healpixRanges,
} from './regions/healpix.ts'
export { healpixEnvelope } from './regions/healpix-envelope.ts'
export { healpixNestOfRing, healpixRingOfNest } from './regions/healpix-ring.ts'
export { healpixNeighbours } from './regions/healpix-neighbours.ts'
