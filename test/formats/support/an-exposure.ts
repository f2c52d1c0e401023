import { Header } from '#fits'
import { Angle, Box2I, SpherePoint } from '#geom'
import {
  type Amplifier,
  type BoundedField,
  ChebyshevField,
  type Detector,
  Exposure,
  type ExposureInfo,
  Image,
  LinearCombinationPsf,
  Mask,
  MaskedImage,
  PhotoCalib,
} from '#image'
import { Chebyshev2D, Random } from '#math'
import { Instant } from '#time'
import { makeCdMatrix, makeTanSipWcs } from '#wcs'

const field = (bbox: Box2I, coefficients: number[], order: number): ChebyshevField =>
  new ChebyshevField(bbox, new Chebyshev2D(coefficients, order, order, bbox.toBox2D()))

function amplifier(i: number): Amplifier {
  const box = (x0: number, width: number): Box2I => new Box2I(x0, 0, width, 40)
  return {
    name: `A:${i}`,
    bbox: box(30 * i, 30),
    rawBBox: box(40 * i, 40),
    rawDataBBox: box(40 * i + 8, 30),
    rawSerialOverscanBBox: box(40 * i + 38, 2),
    rawParallelOverscanBBox: Box2I.empty,
    rawPrescanBBox: box(40 * i, 8),
    rawFlipX: i % 2 === 1,
    rawFlipY: false,
    rawXYOffset: { x: 40 * i, y: 0 },
    readoutCorner: i % 2 === 1 ? 'LR' : 'LL',
    gain: 3.1 + i / 10,
    readNoise: 4.5,
    saturation: i === 0 ? Number.NaN : 52000,
    suspectLevel: 50000.5,
    linearityType: 'PROPORTIONAL',
    linearityCoeffs: [1e-6 / 3, 0, 2],
  }
}

export const aDetector = (): Detector => ({
  id: 16,
  name: '1_40',
  serial: '0 043',
  type: 'science',
  physicalType: 'CCD',
  bbox: new Box2I(0, 0, 60, 40),
  pixelSize: { x: 0.015, y: 0.015 },
  orientation: {
    fpPosition: { x: 127.335, y: -6.4 / 3 },
    height: 0,
    referencePoint: { x: 29.5, y: 19.5 },
    yaw: new Angle(Math.PI),
    pitch: new Angle(0),
    roll: new Angle(1e-5),
    nQuarter: 2,
  },
  amplifiers: [amplifier(0), amplifier(1)],
  crosstalk: [
    [0, -1.2e-4],
    [1.1e-4, 0],
  ],
})

export function aPsf(seed = 'psf'): LinearCombinationPsf {
  const random = new Random(seed)
  const box = new Box2I(-6, -6, 13, 13)
  const basis = [1.8, 2.4].map((sigma) =>
    Image.ofBox(
      box,
      Float32Array.from(
        { length: 169 },
        (_, i) =>
          Math.exp((-0.5 * (((i % 13) - 6) ** 2 + (Math.floor(i / 13) - 6) ** 2)) / sigma ** 2) +
          random.between(0, 1e-3),
      ),
    ),
  )
  return new LinearCombinationPsf({
    basis,
    order: 1,
    coefficients: [
      [1, 0.1, -0.05],
      [0.3 + 1 / 3, 0.02, 0.07],
    ],
    frame: { x0: 30, y0: 20, scaleX: 30, scaleY: 20 },
    averagePosition: { x: 31.25, y: 17.1 },
  })
}

/** A small exposure with every part known. */
export function anExposure(
  box: Box2I = new Box2I(1000, 2000, 60, 40),
  info: Partial<ExposureInfo> = {},
): Exposure {
  const random = new Random('exposure')
  const pixels = MaskedImage.ofBox(box)
  random.fillNormal(pixels.image.data, 100, 10)
  pixels.variance.data.fill(100)
  pixels.image.data[5] = Number.NaN
  pixels.mask.addPlane('CROSSTALK')
  pixels.mask.addPlane('UNMASKEDNAN')
  pixels.mask.setPlane('SAT', new Box2I(box.x0 + 3, box.y0 + 4, 5, 6))
  pixels.mask.setPlane('CROSSTALK', new Box2I(box.x0 + 6, box.y0 + 8, 9, 2))
  pixels.mask.data[5] = pixels.mask.mask('UNMASKEDNAN', 'NO_DATA')
  return new Exposure(pixels, {
    wcs: makeTanSipWcs({
      crpix: { x: 1023.5123456789, y: 2087.5 / 3 },
      crval: SpherePoint.fromDegrees(320.7654321, -0.33),
      cd: makeCdMatrix(Angle.fromArcseconds(0.168), Angle.fromDegrees(33)),
      a: [
        [2, 0, 1e-7],
        [1, 1, -2e-8],
        [0, 3, 3e-11],
      ],
      b: [
        [0, 2, -1e-7],
        [3, 0, 2e-11],
      ],
    }),
    psf: aPsf(),
    photoCalib: new PhotoCalib(0.0123 / 7, 1e-5, field(box, [1, 0.01, -0.02, 0.003], 1)),
    visitInfo: {
      id: 903334n,
      exposureId: 9007199254740993n,
      exposureTime: 30,
      darkTime: 30.5,
      date: Instant.fromIso('2013-06-17T13:34:10.775123456', 'utc'),
      era: Angle.fromDegrees(123.456),
      boresight: SpherePoint.fromDegrees(320.7, -0.3),
      boresightAltitude: Angle.fromDegrees(55),
      airmass: 1.2207,
      rotator: Angle.fromDegrees(33),
      rotType: 'sky',
      observatory: {
        longitude: Angle.fromDegrees(-155.476667),
        latitude: Angle.fromDegrees(19.825556),
        elevation: 4139,
      },
      humidity: 33.1,
      instrument: 'Hyper Suprime-Cam',
      object: 'STRIPE82L',
      hasSimulatedContent: true,
    },
    detector: aDetector(),
    filter: { band: 'r', physical: 'HSC-R' },
    apCorrMap: new Map<string, BoundedField>([
      ['base_PsfFlux_instFlux', field(box, [1, 0.02, 0.03, -0.01], 1)],
      ['base_PsfFlux_instFluxErr', field(box, [0.001], 0)],
    ]),
    validPolygon: [
      { x: 1000.5, y: 2000.25 },
      { x: 1059, y: 2000 },
      { x: 1059, y: 2039 },
    ],
    summaryStats: { psfSigma: 1.9, zeroPoint: 27.1, raCorners: [320, 321, 321, 320] },
    unit: 'adu',
    metadata: new Header([
      ['OBJECT', 'STRIPE82L'],
      ['EXPID', 9007199254740993n],
      ['LONG KEYWORD NAME', 1.5],
      ['FLAG', true],
      [
        'NOTE',
        'a value that is so long that it has to be continued on a second card, because 80 columns are few',
      ],
    ]).history('made by a test'),
    ...info,
  })
}
