import { concatBytes, crc32 } from '#core'
import { zlibSync } from 'fflate'
import { imageError } from '../errors.ts'

const SIGNATURE = new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10])
const COLOR_TYPE: Readonly<Record<number, number>> = { 1: 0, 3: 2, 4: 6 }

/**
 * A PNG of 8-bit samples: grey (1 channel), RGB (3) or RGBA (4), rows from the top.
 * @see PNG 1.2, ISO/IEC 15948
 */
export function encodePng(width: number, height: number, samples: Uint8Array): Uint8Array<ArrayBuffer> {
  const channels = samples.length / (width * height)
  const colorType = COLOR_TYPE[channels]
  if (colorType === undefined)
    throw imageError(
      'bad-shape',
      `A PNG of ${width} × ${height} pixels cannot be made of ${samples.length} samples.`,
    )
  const header = new Uint8Array(13)
  const view = new DataView(header.buffer)
  view.setUint32(0, width)
  view.setUint32(4, height)
  header.set([8, colorType, 0, 0, 0], 8)
  const row = width * channels
  const filtered = new Uint8Array(height * (row + 1))
  for (let y = 0; y < height; y++) filterSub(samples, y * row, row, channels, filtered, y * (row + 1))
  return concatBytes([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', zlibSync(filtered, { level: 6 })),
    chunk('IEND', new Uint8Array(0)),
  ])
}

/** Filter type 1: differences to the pixel on the left, which noise and gradients compress better. */
function filterSub(
  from: Uint8Array,
  at: number,
  row: number,
  channels: number,
  to: Uint8Array,
  out: number,
): void {
  to[out] = 1
  for (let i = 0; i < row; i++)
    to[out + 1 + i] = from[at + i]! - (i >= channels ? from[at + i - channels]! : 0)
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, data.length)
  for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i)
  bytes.set(data, 8)
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)))
  return bytes
}
