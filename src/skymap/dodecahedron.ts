import { dot, normalize, type Vector3, vectorOf } from '#geom'

/** Unit vectors of a face of a dodecahedron: its centre and its five corners. */
export interface DodecahedronFace {
  readonly center: Vector3
  readonly vertices: readonly Vector3[]
}

const DEGREE = Math.PI / 180

/** From north to south and then by right ascension; one face centre, or else one corner, is on each pole. */
export function dodecahedron(facesOnPoles: boolean): readonly DodecahedronFace[] {
  const centers = facesOnPoles ? withFacesOnPoles() : withVerticesOnPoles()
  return centers.map((center) => ({ center, vertices: verticesAround(center, centers) }))
}

/** Latitudes of the faces around a pole and of those further on: sin² = (5 ± 2√5) / 15. */
function withVerticesOnPoles(): readonly Vector3[] {
  const [high, low] = [1, -1].map((sign) => Math.asin(Math.sqrt((5 + sign * 2 * Math.sqrt(5)) / 15)))
  return [...ring(3, 0, high!), ...ring(3, 60, low!), ...ring(3, 0, -low!), ...ring(3, 60, -high!)]
}

function withFacesOnPoles(): readonly Vector3[] {
  const latitude = Math.atan(0.5)
  return [[0, 0, 1], ...ring(5, 0, latitude), ...ring(5, 36, -latitude), [0, 0, -1]]
}

const ring = (count: number, firstDegrees: number, latitude: number): readonly Vector3[] =>
  Array.from({ length: count }, (_, i) => vectorOf((firstDegrees + (360 / count) * i) * DEGREE, latitude))

/** A corner is where three faces meet, any two of which are neighbours: their centres have the cosine 1/√5. */
function verticesAround(face: Vector3, faces: readonly Vector3[]): readonly Vector3[] {
  const areNeighbours = (a: Vector3, b: Vector3): boolean => Math.abs(dot(a, b) - 1 / Math.sqrt(5)) < 0.01
  const around = faces.filter((other) => areNeighbours(face, other))
  return around.flatMap((a, i) =>
    around
      .slice(i + 1)
      .filter((b) => areNeighbours(a, b))
      .map((b) => normalize([face[0] + a[0] + b[0], face[1] + a[1] + b[1], face[2] + a[2] + b[2]])),
  )
}
