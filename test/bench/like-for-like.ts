import {
  circularApertureFlux,
  detectSources,
  fitBackground,
  kronFlux,
  measureSources,
  pixelFlags,
  sdssCentroid,
  sdssShape,
  splitFootprint,
  subtractBackground,
} from '#algo'
import { GaussianPsf, Mask, MaskedImage } from '#image'
import type { Catalog } from '#table'

/** FWHM 3 px, as SExtractor's filter gauss_3.0_5x5. */
const SIGMA = 3 / 2.3548

/** What SExtractor does with its parameter file of the bench; the image is copied first, as SExtractor reads it. */
export function detectAndMeasure(input: MaskedImage): Catalog {
  const image = new MaskedImage(input.image.clone(), Mask.ofBox(input.bbox), input.variance)
  subtractBackground(image, fitBackground(image, { approxOrder: undefined }).background)
  // 1.5 sigma of a pixel on the filtered image: its own noise is 0.28 of that.
  const found = detectSources(image, {
    sigma: SIGMA,
    thresholdType: 'stdev',
    threshold: 1.5 * 2 * Math.sqrt(Math.PI) * SIGMA,
    minPixels: 5,
    nSigmaToGrow: 0,
    reEstimateBackground: false,
    searchBorder: true,
  })
  const parts = found.positive.flatMap((f) =>
    splitFootprint(found.smoothed, f, { contrast: 0.005, minPixels: 5 }),
  )
  return measureSources(image, parts, {
    psf: new GaussianPsf(11, 1.76),
    plugins: [
      sdssCentroid(),
      sdssShape(),
      pixelFlags(),
      kronFlux(),
      circularApertureFlux({ radii: [3, 4.5, 6, 9, 12, 17, 25, 35, 50, 70], maxSincRadius: 0 }),
    ],
    replaceNeighbours: false,
  })
}
