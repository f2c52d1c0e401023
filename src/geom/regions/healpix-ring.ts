import { healpixIndex, JPLL, JRLL, locate } from './healpix.ts'

/** RING index of a NESTED one. @see Górski et al. 2005, ApJ 622, 759, section 4 */
export function healpixRingOfNest(level: number, index: number): number {
  const { face, x, y, nside } = locate(level, index)
  // Rings count from 1 at the north pole; those of the caps have 4·ring pixels, the others 4·nside.
  const ring = JRLL[face]! * nside - x - y - 1
  const fromPole = Math.min(ring, 4 * nside - ring)
  const perQuarter = Math.min(fromPole, nside)
  // Every second ring between the caps starts with half a pixel.
  const shift = fromPole >= nside && (ring - nside) % 2 === 1 ? 2 : 1
  let place = (JPLL[face]! * perQuarter + x - y + shift) / 2
  if (place > 4 * perQuarter) place -= 4 * perQuarter
  if (place < 1) place += 4 * perQuarter
  return before(ring, nside) + place - 1
}

/** NESTED index of a RING one: the pixel that has its centre. */
export function healpixNestOfRing(level: number, index: number): number {
  const nside = 2 ** level
  let [low, high] = [1, 4 * nside - 1]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (before(middle, nside) <= index) low = middle
    else high = middle - 1
  }
  const fromPole = Math.min(low, 4 * nside - low)
  const perQuarter = Math.min(fromPole, nside)
  const half = fromPole < nside || (low - nside) % 2 === 0 ? 0.5 : 0
  const phi = ((index - before(low, nside) + half) * Math.PI) / (2 * perQuarter)
  const cap = 1 - (fromPole / nside) ** 2 / 3
  const z = fromPole < nside ? (low < 2 * nside ? cap : -cap) : ((2 * nside - low) * 2) / (3 * nside)
  const s = Math.sqrt((1 - z) * (1 + z))
  return healpixIndex(level, [s * Math.cos(phi), s * Math.sin(phi), z])
}

/** Pixels in the rings north of one. */
function before(ring: number, nside: number): number {
  if (ring <= nside) return 2 * ring * (ring - 1)
  if (ring <= 3 * nside) return 2 * nside * (nside - 1) + 4 * nside * (ring - nside)
  const left = 4 * nside - ring
  return 12 * nside * nside - 2 * left * (left + 1)
}
