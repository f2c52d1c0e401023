import { interleave, locate } from './healpix.ts'

const NONE = -1
/**
 * Base pixels around the twelve, by the side that is crossed: rows are the place reached (south, south-east, east, south-west, itself,
 * north-east, west, north-west, north), columns the base pixel left. Between the polar caps' corners there is none.
 * @see Górski et al. 2005, ApJ 622, 759, figure 5
 */
const FACES = [
  [8, 9, 10, 11, NONE, NONE, NONE, NONE, 10, 11, 8, 9],
  [5, 6, 7, 4, 8, 9, 10, 11, 9, 10, 11, 8],
  [NONE, NONE, NONE, NONE, 5, 6, 7, 4, NONE, NONE, NONE, NONE],
  [4, 5, 6, 7, 11, 8, 9, 10, 11, 8, 9, 10],
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
  [1, 2, 3, 0, 0, 1, 2, 3, 5, 6, 7, 4],
  [NONE, NONE, NONE, NONE, 7, 4, 5, 6, NONE, NONE, NONE, NONE],
  [3, 0, 1, 2, 3, 0, 1, 2, 4, 5, 6, 7],
  [2, 3, 0, 1, NONE, NONE, NONE, NONE, 0, 1, 2, 3],
]
const ITSELF = 4

interface Turn {
  readonly x?: true
  readonly y?: true
  readonly swap?: true
}
/** How a pixel's row and column are counted on the other base pixel, where two of one cap meet: mirrored, exchanged. Else alike. */
const NORTH: Readonly<Record<number, Turn>> = {
  5: { x: true, swap: true },
  7: { y: true, swap: true },
  8: { x: true, y: true },
}
const SOUTH: Readonly<Record<number, Turn>> = {
  0: { x: true, y: true },
  1: { y: true, swap: true },
  3: { x: true, swap: true },
}
const TURNS: readonly Readonly<Record<number, Turn>>[] = [NORTH, {}, SOUTH]

const AROUND = [
  [-1, -1],
  [-1, 0],
  [-1, 1],
  [0, 1],
  [1, 1],
  [1, 0],
  [1, -1],
  [0, -1],
] as const

/** The eight nested pixels around one; seven or six at corners where three base pixels meet. */
export function healpixNeighbours(level: number, index: number): readonly number[] {
  const { face, x, y, nside } = locate(level, index)
  const found: number[] = []
  for (const [dx, dy] of AROUND) {
    const [column, row] = [x + dx, y + dy]
    const place = ITSELF + Math.floor(column / nside) + 3 * Math.floor(row / nside)
    const other = FACES[place]![face]!
    if (other === NONE) continue
    found.push(other * nside ** 2 + onFace(column, row, nside, TURNS[Math.floor(face / 4)]![place]))
  }
  return found
}

function onFace(column: number, row: number, nside: number, turn: Turn = {}): number {
  const [x, y] = [(column + nside) % nside, (row + nside) % nside]
  const [a, b] = [turn.x === true ? nside - 1 - x : x, turn.y === true ? nside - 1 - y : y]
  return turn.swap === true ? interleave(b, a) : interleave(a, b)
}
