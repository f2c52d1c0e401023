import { expect, test } from 'vitest'
import { linearize, subtractCrosstalk } from '#algo'
import { Box2I } from '#geom'
import { type Amplifier, centeredOrientation, type Detector, Image, MaskedImage } from '#image'

const WIDTH = 40
const HEIGHT = 20

/** Four amplifiers side by side, read alternately from the left and the right, as on an HSC chip. */
function chip(parts: Partial<Amplifier> = {}): Detector {
  const bbox = new Box2I(0, 0, WIDTH, HEIGHT)
  const amplifiers = [0, 1, 2, 3].map(
    (i): Amplifier => ({
      name: `${i + 1}`,
      bbox: new Box2I(10 * i, 0, 10, HEIGHT),
      rawBBox: new Box2I(10 * i, 0, 10, HEIGHT),
      rawDataBBox: new Box2I(10 * i, 0, 10, HEIGHT),
      rawSerialOverscanBBox: new Box2I(0, 0, 0, 0),
      rawParallelOverscanBBox: new Box2I(0, 0, 0, 0),
      rawPrescanBBox: new Box2I(0, 0, 0, 0),
      rawFlipX: false,
      rawFlipY: false,
      rawXYOffset: { x: 0, y: 0 },
      readoutCorner: i % 2 === 0 ? 'LL' : 'LR',
      gain: 3.5,
      readNoise: 5,
      saturation: 50000,
      suspectLevel: Number.NaN,
      linearityType: 'None',
      linearityCoeffs: [],
      ...parts,
    }),
  )
  return {
    id: 0,
    name: 'test',
    serial: 't',
    type: 'science',
    physicalType: 'CCD',
    bbox,
    pixelSize: { x: 0.015, y: 0.015 },
    orientation: centeredOrientation(bbox),
    amplifiers,
  }
}

const C = [
  [0, -124e-6, -171e-6, -157e-6],
  [-125e-6, 0, -134e-6, -151e-6],
  [-149e-6, -132e-6, 0, -137e-6],
  [-156e-6, -157e-6, -153e-6, 0],
]

test('ghosts of a bright star lie where the other amplifiers are read at that moment, and are removed to 2 %', () => {
  const frame = new MaskedImage(new Image(WIDTH, HEIGHT).fill(178))
  const star = { x: 3, y: 7, value: 50000 }
  frame.image.set(star.x, star.y, star.value)
  const signal = star.value - 178
  // Amplifier 0 is read from the left: its 4th pixel coincides with the 4th from the right of amplifiers 1 and 3.
  const ghosts = [
    [10 + 9 - 3, C[1]![0]!],
    [20 + 3, C[2]![0]!],
    [30 + 9 - 3, C[3]![0]!],
  ] as const
  for (const [x, c] of ghosts) frame.image.set(x, star.y, 178 + c * signal)
  subtractCrosstalk(frame, chip(), C, { minPixelToMask: 45000 })
  const flagged = frame.mask.mask('CROSSTALK')
  for (const [x, c] of ghosts) {
    expect(Math.abs(frame.image.get(x, star.y) - 178)).toBeLessThan(0.02 * Math.abs(c * signal))
    expect(frame.mask.get(x, star.y) & flagged).not.toBe(0)
  }
  expect(frame.image.get(star.x, star.y)).toBeCloseTo(star.value, 1)
})

test('a matrix for another number of amplifiers is refused', () => {
  const frame = new MaskedImage(new Image(WIDTH, HEIGHT))
  expect(() =>
    subtractCrosstalk(
      frame,
      chip(),
      [
        [0, 1],
        [1, 0],
      ],
      { minPixelToMask: 1 },
    ),
  ).toThrowError(/2×2; detector test has 4/)
})

test('squared and polynomial linearity undo what they describe; None leaves pixels alone', () => {
  const at = (type: string, coeffs: readonly number[]) => {
    const frame = new MaskedImage(new Image(WIDTH, HEIGHT).fill(30000))
    const names = linearize(frame, chip({ linearityType: type, linearityCoeffs: coeffs }))
    return [frame.image.data[0]!, names.length] as const
  }
  expect(at('Squared', [2e-7])).toEqual([Math.fround(30000 * (1 + 2e-7 * 30000)), 4])
  expect(at('Polynomial', [1e-7, 1e-12])[0]).toBeCloseTo(30000 + 1e-7 * 9e8 + 1e-12 * 2.7e13, 2)
  expect(at('None', [1])).toEqual([30000, 0])
})
