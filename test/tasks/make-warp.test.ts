import { expect, test } from 'vitest'
import { defaultContext, formatShort, makeLogger } from '#core'
import { Angle, Box2I, SpherePoint } from '#geom'
import {
  Background,
  BackgroundList,
  CoaddPsf,
  Exposure,
  GaussianPsf,
  Image,
  Mask,
  MaskedImage,
  PhotoCalib,
} from '#image'
import { MakeWarpConfig, makeWarp, standaloneContext, type WarpInput } from '#tasks'
import { makeCdMatrix, makeTanWcs } from '#wcs'

const center = SpherePoint.fromDegrees(150, 2)
const at = (x: number, y: number, degrees = 0) =>
  makeTanWcs({
    crpix: { x, y },
    crval: center,
    cd: makeCdMatrix(Angle.fromArcseconds(0.168), Angle.fromDegrees(degrees)),
  })
const target = { bbox: new Box2I(1000, 1000, 400, 300), wcs: at(1200, 1150), patch: 7 }

/** A chip of 250 × 250 pixels of a value, on a background of 50, whose middle is (dx, dy) px from the patch's. */
function aChip(dx: number, dy: number, value: number, mean: number): WarpInput {
  const box = new Box2I(0, 0, 250, 250)
  const pixels = new MaskedImage(Image.ofBox(box).fill(value), Mask.ofBox(box), Image.ofBox(box).fill(4))
  const wcs = at(125 - dx, 125 - dy)
  const cell = new MaskedImage(new Image(1, 1).fill(50))
  const style = { interpolation: 'CONSTANT', undersample: 'REDUCE_INTERP_ORDER' } as const
  const exposure = new Exposure(pixels, {
    wcs,
    psf: new GaussianPsf(21, 2),
    photoCalib: new PhotoCalib(mean),
  })
  return {
    id: BigInt(dx),
    name: `chip at ${dx}`,
    bbox: () => Promise.resolve(box),
    wcs: () => Promise.resolve(wcs),
    exposure: (part) => Promise.resolve(exposure.subimage(part)),
    background: () => Promise.resolve(new BackgroundList([new Background(box, cell, style)])),
    skyCorr: () => Promise.resolve(undefined),
  }
}

const lines: string[] = []
function context(change: (config: MakeWarpConfig) => void = () => {}) {
  const config = MakeWarpConfig.make()
  config.bgSubtracted = true
  change(config)
  const log = makeLogger('makeWarp', (record) => lines.push(formatShort(record)))
  return standaloneContext('makeWarp', config, defaultContext({ log }))
}

test('chips of a visit come to one patch, in the counts of the first; between them there is nothing', async () => {
  const warp = await makeWarp([aChip(-130, 0, 100, 2), aChip(130, 0, 100, 3)], target, context())
  const { image, variance, mask, psf, photoCalib } = warp
  expect(image.bbox).toEqual(target.bbox)
  expect(image.get(1075, 1150)).toBeCloseTo(100, 2)
  // The second chip's count is worth 3 nJy, the first one's 2.
  expect(image.get(1330, 1150)).toBeCloseTo(150, 2)
  expect(photoCalib!.mean).toBe(2)
  expect(variance.get(1330, 1150) / variance.get(1075, 1150)).toBeCloseTo(2.25, 3)
  expect(Number.isNaN(image.get(1200, 1150))).toBe(true)
  expect(mask.get(1200, 1150) & mask.mask('NO_DATA')).not.toBe(0)
  expect((psf as CoaddPsf).inputs.map(({ id }) => id)).toEqual([-130n, 130n])
  expect(psf!.sigmaAt({ x: 1075, y: 1150 })).toBeCloseTo(2, 1)
  expect(() => psf!.kernelImage({ x: 1200, y: 1150 })).toThrowError(/No input image/)
  const good = mask.data.filter((v) => (v & mask.mask('NO_DATA')) === 0).length
  expect(lines[lines.length - 1]).toBe(
    `makeWarp INFO: directWarp has ${good} good pixels (${((100 * good) / target.bbox.area).toFixed(1)}%)`,
  )
})

test('with bgSubtracted off the background comes back', async () => {
  const withSky = await makeWarp(
    [aChip(0, 0, 100, 2)],
    target,
    context((c) => void (c.bgSubtracted = false)),
  )
  expect(withSky.image.get(1200, 1150)).toBeCloseTo(150, 2)
})

test('a visit that only its padded outline brought here has no work, or an empty warp when one is wanted', async () => {
  const far = [aChip(2000, 0, 100, 2)]
  await expect(makeWarp(far, target, context())).rejects.toThrowError(
    /No calexp of the visit has a good pixel on patch 7/,
  )
  const empty = await makeWarp(
    far,
    target,
    context((c) => void (c.doWriteEmptyWarps = true)),
  )
  expect(empty.image.data.every((v) => Number.isNaN(v))).toBe(true)
  expect(empty.psf).toBeUndefined()
})

test('what is not calibrated cannot be warped', async () => {
  const chip = aChip(0, 0, 1, 1)
  const bare = {
    ...chip,
    exposure: async (part: Box2I) => (await chip.exposure(part)).with({ photoCalib: undefined }),
  }
  await expect(makeWarp([bare], target, context())).rejects.toMatchObject({ code: 'tasks/not-calibrated' })
})
