import { readCompressed } from './compress/read.ts'
import { allocate, readExactly } from './byte-range.ts'
import { swapElements } from './endian.ts'
import { fitsError } from './errors.ts'
import type { Hdu } from './hdu.ts'
import type { FitsImage, ImagePart, PixelArray, PixelBox } from './image-types.ts'
import {
  type PixelFormat,
  pixelFormat,
  scaleInto,
  signFlip,
  type StoredArray,
  storedView,
  toPhysical,
} from './pixel-format.ts'
import { product } from './structure.ts'

/**
 * Pixels of an image or compressed-image HDU, or of a box of it (of every plane when there are more than two axes).
 * Only the bytes needed are read: rows of a plain image, tiles of a compressed one.
 * @throws 'fits/wrong-hdu' when the HDU holds no image, 'fits/bad-size' when the box is not inside
 */
export async function readImage(hdu: Hdu, box?: PixelBox): Promise<FitsImage> {
  const { stored, format, part } = await readStored(hdu, box)
  const blank = physicalBlank(format)
  return { ...describe(hdu, part), data: toPhysical(stored, format), blank }
}

/** As readImage, but float32 whatever the file holds, undefined pixels NaN. */
export async function readFloatImage(hdu: Hdu, box?: PixelBox): Promise<FitsImage<Float32Array>> {
  const { stored, format, part } = await readStored(hdu, box)
  const about = { ...describe(hdu, part), blank: undefined }
  if (stored instanceof Float32Array && format.rule === 'as-is') return { ...about, data: stored }
  const data = new Float32Array(stored.length)
  scaleInto(stored, format, data)
  return { ...about, data }
}

async function readStored(
  hdu: Hdu,
  box: PixelBox | undefined,
): Promise<{ stored: StoredArray; format: PixelFormat; part: ImagePart }> {
  if (hdu.kind !== 'primary' && hdu.kind !== 'image' && hdu.kind !== 'compressed-image') throw wrongHdu(hdu)
  if (hdu.shape.length === 0) throw wrongHdu(hdu)
  const part = partOf(hdu, box)
  const format = pixelFormat(hdu.header, hdu.bitpix)
  if (hdu.kind === 'compressed-image') return { ...(await readCompressed(hdu, part, format)), part }
  return { stored: await readPlain(hdu, part, format), format, part }
}

const wrongHdu = (hdu: Hdu) => {
  const feature = hdu.kind === 'groups' ? 'random groups' : hdu.kind === 'other' ? 'this extension type' : ''
  return feature === ''
    ? fitsError(
        'fits/wrong-hdu',
        hdu.where,
        `there are no pixels here (${hdu.kind}, ${hdu.shape.length} axes).`,
      )
    : fitsError('fits/unsupported', hdu.where, `reading ${feature} is not supported.`, { data: { feature } })
}

function partOf(hdu: Hdu, box: PixelBox | undefined): ImagePart {
  const fullWidth = hdu.shape.at(-1) ?? 0
  const fullHeight = hdu.shape.at(-2) ?? 1
  const upper = hdu.shape.slice(0, -2)
  const wanted = box ?? { x0: 0, y0: 0, width: fullWidth, height: fullHeight }
  const { x0, y0, width, height } = wanted
  const whole = [x0, y0, width, height].every(Number.isInteger)
  if (
    !whole ||
    x0 < 0 ||
    y0 < 0 ||
    width < 0 ||
    height < 0 ||
    x0 + width > fullWidth ||
    y0 + height > fullHeight
  )
    throw fitsError(
      'fits/bad-size',
      hdu.where,
      `the box x ${x0} … ${x0 + width - 1}, y ${y0} … ${y0 + height - 1} is not inside the image of ${fullWidth} × ${fullHeight} pixels.`,
    )
  return { box: wanted, fullWidth, fullHeight, upper, planes: product(upper) }
}

function describe(hdu: Hdu, { box, upper }: ImagePart): Omit<FitsImage<PixelArray>, 'data' | 'blank'> {
  const unit = hdu.header.get('BUNIT')
  return {
    width: box.width,
    height: box.height,
    shape: hdu.shape.length === 1 ? [box.width] : [...upper, box.height, box.width],
    unit: typeof unit === 'string' && unit !== '' ? unit : undefined,
    header: hdu.header,
  }
}

function physicalBlank({ blank, rule, bitpix }: PixelFormat): number | bigint | undefined {
  if (blank === undefined || rule === 'linear') return undefined
  const value = rule === 'as-is' ? blank : blank + BigInt(signFlip(bitpix))
  return bitpix === 64 ? value : Number(value)
}

const READ_AT_ONCE = 1 << 22

/** Read the rows of the box into native order: whole spans of rows, or row by row when the box is a narrow strip. */
async function readPlain(hdu: Hdu, part: ImagePart, format: PixelFormat): Promise<StoredArray> {
  const { box, fullWidth, fullHeight, planes } = part
  const rowBytes = fullWidth * format.bytes
  const boxRowBytes = box.width * format.bytes
  const out = allocate(planes * box.height * boxRowBytes, hdu.where)
  const target = new Uint8Array(out)
  const narrow = rowBytes > 8 * boxRowBytes && rowBytes > 1 << 16
  const band = narrow ? 1 : Math.max(1, Math.floor(READ_AT_ONCE / Math.max(1, rowBytes)))
  let at = 0
  for (let plane = 0; plane < planes; plane++)
    for (let y = 0; y < box.height && boxRowBytes > 0; y += band) {
      const rows = Math.min(band, box.height - y)
      const start = hdu.dataOffset + (plane * fullHeight + box.y0 + y) * rowBytes + box.x0 * format.bytes
      const span = await readExactly(hdu.source, start, (rows - 1) * rowBytes + boxRowBytes, hdu.where)
      if (boxRowBytes === rowBytes) target.set(span, at)
      else
        for (let r = 0; r < rows; r++)
          target.set(span.subarray(r * rowBytes, r * rowBytes + boxRowBytes), at + r * boxRowBytes)
      at += rows * boxRowBytes
    }
  swapElements(out, format.bytes)
  return storedView(out, format.bitpix)
}
