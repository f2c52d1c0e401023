import { expect, test } from 'vitest'
import { readExposureComponent, readExposureFits, writeExposureFits } from '#formats'
import { Angle, Box2I, SpherePoint } from '#geom'
import { CoaddPsf, Exposure, GaussianPsf, LinearCombinationPsf, MaskedImage } from '#image'
import { makeCdMatrix, makeTanSipWcs, makeTanWcs } from '#wcs'
import { identical } from '../support/statistics.ts'

const plane = makeTanWcs({
  crpix: { x: 6400, y: 6399.5 },
  crval: SpherePoint.fromDegrees(320.83, -0.38),
  cd: makeCdMatrix(Angle.fromArcseconds(0.168), Angle.fromDegrees(0)),
})
const chip = (dx: number) =>
  makeTanSipWcs({
    crpix: { x: 500 + dx, y: 400.25 },
    crval: SpherePoint.fromDegrees(320.83, -0.38),
    cd: makeCdMatrix(Angle.fromArcseconds(0.17), Angle.fromDegrees(90)),
    a: [[2, 0, 1e-6]],
    b: [[1, 1, 2e-6]],
  })

test('the PSF of a warp survives its file bit by bit, with the images it is made of', async () => {
  const bbox = new Box2I(0, 0, 1000, 900)
  const psf = new CoaddPsf(
    [
      { id: 180668805n, psf: new GaussianPsf(31, 1.7), wcs: chip(0), bbox, weight: 1, goodPixels: 1000 },
      {
        id: 180668811n,
        psf: LinearCombinationPsf.constant(new GaussianPsf(25, 2.1).kernelImage(), { x: 3, y: 4 }),
        wcs: chip(300),
        bbox,
        weight: 0.5,
        goodPixels: 2000,
        validPolygon: [
          { x: 0, y: 0 },
          { x: 999, y: 0 },
          { x: 999, y: 899 },
        ],
      },
    ],
    plane,
    5,
  )
  const pixels = MaskedImage.ofBox(new Box2I(6000, 6100, 300, 200))
  const bytes = writeExposureFits(new Exposure(pixels, { wcs: plane, psf }))
  const { psf: back } = await readExposureFits(bytes)
  expect(back).toBeInstanceOf(CoaddPsf)
  const at = { x: 6310.2, y: 6290.7 }
  expect(psf.inputsAt(at)).toHaveLength(2)
  expect(identical(back!.kernelImage(at).data, psf.kernelImage(at).data)).toBe(true)
  expect(back!.averagePosition).toEqual(psf.averagePosition)
  const [first, second] = (back as CoaddPsf).inputs
  expect(first).toMatchObject({ id: 180668805n, weight: 1, goodPixels: 1000, bbox })
  expect(second!.validPolygon).toEqual(psf.inputs[1]!.validPolygon)
  expect(await readExposureComponent(bytes, 'psf')).toBeInstanceOf(CoaddPsf)
})
