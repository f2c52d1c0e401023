import type { Random } from '#math'
import type { Canvas } from './render.ts'

/** Hits a cm² and second. */
const FLUX = 0.1
/** Depletion depth in pixels (200 µm over 15 µm). */
const DEPTH = 200 / 15
/** Electrons a pixel of path (80 e⁻/µm). */
const IONISATION = 80 * 15

export interface CosmicRay {
  readonly x: number
  readonly y: number
  readonly electrons: number
}

/** Draw the tracks of an exposure: straight, as long as the angle makes them in the silicon, with Landau-like losses. */
export function drawCosmicRays(
  frame: Canvas,
  random: Random,
  seconds: number,
  areaCm2: number,
): readonly CosmicRay[] {
  const count = random.poisson(FLUX * areaCm2 * seconds)
  return Array.from({ length: count }, () => drawTrack(frame, random))
}

function drawTrack({ width, height, data }: Canvas, random: Random): CosmicRay {
  const [x, y] = [random.between(0, width), random.between(0, height)]
  const direction = random.between(0, 2 * Math.PI)
  // cos²θ sec-weighted arrival: steep tracks are few, grazing ones are cut at 100 pixels.
  const cos = Math.max(0.12, Math.cbrt(random.uniform()))
  const length = Math.min(100, DEPTH * Math.sqrt(1 / (cos * cos) - 1))
  const loss = IONISATION * (0.8 + random.exponential(0.35))
  const electrons = loss * (DEPTH / cos)
  const steps = Math.max(4, Math.ceil(4 * length))
  const share = electrons / steps
  for (let k = 0; k < steps; k++) {
    const t = ((k + 0.5) / steps) * length
    const px = Math.floor(x + t * Math.cos(direction) + 0.5 + random.normal(0, 0.25))
    const py = Math.floor(y + t * Math.sin(direction) + 0.5 + random.normal(0, 0.25))
    if (px >= 0 && py >= 0 && px < width && py < height) data[py * width + px]! += share
  }
  return { x, y, electrons }
}
