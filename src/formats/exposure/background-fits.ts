import type { ByteSource } from '#core'
import { Header, type HduData, imageHdu, openFits, readFloatImage, readImage, writeFits } from '#fits'
import { Box2I } from '#geom'
import {
  Background,
  BackgroundList,
  type BackgroundSpline,
  type BackgroundStyle,
  Image,
  Mask,
  MaskedImage,
  type UndersampleStyle,
} from '#image'
import { formatError } from '../errors.ts'

/** afw's numbers of the styles. */
const SPLINES: readonly BackgroundSpline[] = ['CONSTANT', 'LINEAR', 'NATURAL_SPLINE', 'CUBIC_SPLINE']
const AKIMA = 5
const UNDERSAMPLE: readonly UndersampleStyle[] = [
  'THROW_EXCEPTION',
  'REDUCE_INTERP_ORDER',
  'INCREASE_NXNYSAMPLE',
]

/** As afw writes it: three images (cells, mask, variance) a background, its style in the cards of each. */
export function writeBackgroundFits(list: BackgroundList): Uint8Array<ArrayBuffer> {
  return writeFits(list.entries.flatMap(hdusOf))
}

function hdusOf({ stats, bbox, style }: Background): readonly HduData[] {
  const size = { width: stats.width, height: stats.height, header: cardsOf(bbox, style) }
  const maskCards = size.header.copy()
  for (const name of stats.mask.planes.names) maskCards.append([`MP_${name}`, stats.mask.bit(name)])
  return [
    imageHdu({ ...size, data: stats.image.data }),
    imageHdu({ ...size, data: stats.mask.data, header: maskCards }),
    imageHdu({ ...size, data: stats.variance.data }),
  ]
}

function cardsOf(bbox: Box2I, { interpolation, undersample, approximation }: BackgroundStyle): Header {
  const spline = interpolation === 'AKIMA_SPLINE' ? AKIMA : SPLINES.indexOf(interpolation)
  return new Header([
    ['INTERPSTYLE', spline],
    ['UNDERSAMPLESTYLE', UNDERSAMPLE.indexOf(undersample)],
    ['APPROXSTYLE', approximation ? 0 : -1],
    ['APPROXORDERX', approximation?.orderX ?? 1],
    ['APPROXORDERY', approximation?.orderY ?? 1],
    ['APPROXWEIGHTING', approximation?.weighting ?? true],
    ['BKGD_X0', bbox.x0],
    ['BKGD_Y0', bbox.y0],
    ['BKGD_WIDTH', bbox.width],
    ['BKGD_HEIGHT', bbox.height],
  ])
}

/** @throws FirstlightError 'formats/bad-file' */
export async function readBackgroundFits(source: ByteSource): Promise<BackgroundList> {
  const fits = await openFits(source)
  const images = fits.hdus.filter((h) => h.shape.length === 2)
  if (images.length % 3 !== 0)
    throw formatError(
      'bad-file',
      `${fits.name} has ${images.length} images; a background list has three a background.`,
    )
  const entries: Background[] = []
  for (let i = 0; i < images.length; i += 3) {
    const [cells, flags, variance] = [images[i]!, images[i + 1]!, images[i + 2]!]
    const { data, width, height } = await readFloatImage(cells)
    const bits = (await readImage(flags)).data
    const stats = new MaskedImage(
      new Image(width, height, { data }),
      new Mask(width, height, { data: Int32Array.from(bits as ArrayLike<number>) }),
      new Image(width, height, { data: (await readFloatImage(variance)).data }),
    )
    entries.push(new Background(boxOf(cells.header), stats, styleOf(cells.header)))
  }
  return new BackgroundList(entries)
}

const boxOf = (header: Header): Box2I =>
  new Box2I(
    header.requireNumber('BKGD_X0'),
    header.requireNumber('BKGD_Y0'),
    header.requireNumber('BKGD_WIDTH'),
    header.requireNumber('BKGD_HEIGHT'),
  )

function styleOf(header: Header): BackgroundStyle {
  const number = header.getNumber('INTERPSTYLE', AKIMA)
  const interpolation = number === AKIMA ? 'AKIMA_SPLINE' : SPLINES[number]
  const undersample = UNDERSAMPLE[header.getNumber('UNDERSAMPLESTYLE', 1)]
  if (interpolation === undefined || undersample === undefined)
    throw formatError(
      'bad-file',
      `${header.where}: INTERPSTYLE ${number} is not a background style known here.`,
    )
  if (header.getNumber('APPROXSTYLE', -1) < 0) return { interpolation, undersample }
  return {
    interpolation,
    undersample,
    approximation: {
      orderX: header.getNumber('APPROXORDERX', 1),
      orderY: header.getNumber('APPROXORDERY', 1),
      weighting: header.getBool('APPROXWEIGHTING', true),
    },
  }
}
