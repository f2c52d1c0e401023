import { type Canvas, drawGaussians, drawMoffat, galaxyComponents } from '#sim'
import { expect, test } from 'vitest'

const canvas = (side = 161): Canvas => ({ width: side, height: side, data: new Float32Array(side * side) })

interface Moments {
  readonly sum: number
  readonly x: number
  readonly y: number
  readonly xx: number
  readonly yy: number
  readonly xy: number
}

function moments({ width, data }: Canvas): Moments {
  const m = { sum: 0, x: 0, y: 0, xx: 0, yy: 0, xy: 0 }
  for (const [i, v] of data.entries()) {
    const [x, y] = [i % width, Math.floor(i / width)]
    m.sum += v
    m.x += v * x
    m.y += v * y
  }
  const [cx, cy] = [m.x / m.sum, m.y / m.sum]
  for (const [i, v] of data.entries()) {
    const [dx, dy] = [(i % width) - cx, Math.floor(i / width) - cy]
    m.xx += (v * dx * dx) / m.sum
    m.yy += (v * dy * dy) / m.sum
    m.xy += (v * dx * dy) / m.sum
  }
  return { ...m, x: cx, y: cy }
}

test('a star keeps its flux, centre and width', () => {
  const image = canvas()
  drawMoffat(image, 80.3, 79.6, 1e6, { fwhm: 4.2, e1: 0, e2: 0 }, 0.004)
  const m = moments(image)
  // The wings below the floor and outside the canvas hold some 1e-4 of the light.
  expect(Math.abs(m.sum / 1e6 - 1)).toBeLessThan(3e-4)
  expect(Math.hypot(m.x - 80.3, m.y - 79.6)).toBeLessThan(2e-3)
  const at = (r: number) => {
    const one = canvas()
    drawMoffat(one, 80, 80 - r, 1, { fwhm: 4.2, e1: 0, e2: 0 }, 1e-12)
    return one.data[80 * 161 + 80]!
  }
  expect(at(2.1) / at(0)).toBeCloseTo(0.5, 5)
})

test('ellipticity stretches along its direction and keeps the flux', () => {
  const image = canvas()
  drawMoffat(image, 80, 80, 1e6, { fwhm: 4.2, e1: 0.03, e2: 0.04 }, 1e-4)
  const { xx, yy, xy, sum } = moments(image)
  // (a−b)/(a+b) = e gives (a²−b²)/(a²+b²) = 2e/(1+e²), along 2θ.
  const shape = 2 / (1 + 0.05 ** 2)
  expect((xx - yy) / (xx + yy)).toBeCloseTo(0.03 * shape, 3)
  expect((2 * xy) / (xx + yy)).toBeCloseTo(0.04 * shape, 3)
  expect(Math.abs(sum / 1e6 - 1)).toBeLessThan(3e-4)
})

test('the mixture that galaxies are convolved with is the star to 2 % of its peak', () => {
  const [star, point] = [canvas(), canvas()]
  const psf = { fwhm: 4.2, e1: 0.02, e2: -0.01 }
  drawMoffat(star, 80.2, 80.4, 1000, psf, 1e-6)
  const tiny = { halfLightPx: 1e-3, axisRatio: 1, angle: 0, bulge: 0 }
  drawGaussians(point, 80.2, 80.4, 1000, galaxyComponents(tiny, psf), 1e-6)
  const peak = Math.max(...star.data)
  const worst = Math.max(...star.data.map((v, i) => Math.abs(v - point.data[i]!)))
  expect(worst / peak).toBeLessThan(0.02)
})

test('a galaxy keeps its flux and half of it lies within the half-light radius', () => {
  const image = canvas(321)
  const sharp = { fwhm: 0.5, e1: 0, e2: 0 }
  const disc = { halfLightPx: 12, axisRatio: 1, angle: 0, bulge: 0 }
  drawGaussians(image, 160, 160, 1e5, galaxyComponents(disc, sharp), 1e-5)
  const { sum } = moments(image)
  expect(Math.abs(sum / 1e5 - 1)).toBeLessThan(0.005)
  let inside = 0
  for (const [i, v] of image.data.entries())
    if (Math.hypot((i % 321) - 160, Math.floor(i / 321) - 160) <= 12) inside += v
  expect(inside / sum).toBeGreaterThan(0.48)
  expect(inside / sum).toBeLessThan(0.52)
})
