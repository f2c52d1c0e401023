import { messageOf } from '#core'
import { allocate, readExactly } from '../byte-range.ts'
import { fitsError } from '../errors.ts'
import type { Hdu } from '../hdu.ts'
import type { ImagePart } from '../image-types.ts'
import { type Bitpix, makeStored, type PixelFormat, type StoredArray, storedView } from '../pixel-format.ts'
import { product } from '../structure.ts'
import { type BinaryColumn, ELEMENT_BYTES } from '../table-format.ts'
import { decodeTile, makeScratch, type TileForm, type TilePixels } from './decode-tile.ts'
import { ditherStart, unquantize } from './dither.ts'
import { type PerTile, type TileTable, tileTableOf } from './tile-table.ts'

/** Read the tiles that a part of a compressed image touches, and no others. */
export async function readCompressed(
  hdu: Hdu,
  part: ImagePart,
  format: PixelFormat,
): Promise<{ stored: StoredArray; format: PixelFormat }> {
  const tile = tileTableOf(hdu)
  const tilePixels = product(tile.tileShape)
  const { box, planes } = part
  const outBytes = planes * box.width * box.height * format.bytes
  checkPlausible(hdu, Math.max(outBytes, tilePixels * 8))
  const stored = storedView(allocate(outBytes, hdu.where), format.bitpix)
  const jobs = await tileJobs(hdu, tile, part)
  const scratch = makeScratch(tile, tilePixels)
  const floats = makeStored(format.bitpix, format.bitpix < 0 ? tilePixels : 0)
  for (const group of grouped(jobs)) {
    const start = hdu.dataOffset + tile.table.heapOffset + group.start
    const heap = await readExactly(hdu.source, start, group.end - group.start, hdu.where)
    for (const job of group.jobs) {
      const bytes = heap.subarray(job.offset - group.start, job.offset - group.start + job.length)
      const n = product(job.size)
      const pixels = toStoredPixels(
        tile,
        job,
        decode(hdu, tile, job, bytes, n, format.bitpix, scratch),
        n,
        floats,
      )
      placeTile(pixels, job, part, stored)
    }
  }
  return { stored, format }
}

/** Highest gain of any codec on a constant image, with room: more is a damaged header. */
const MAX_GAIN = 20000

function checkPlausible(hdu: Hdu, bytes: number): void {
  if (bytes <= Math.max(1 << 24, MAX_GAIN * hdu.dataSize)) return
  throw fitsError(
    'fits/bad-size',
    hdu.where,
    `the header announces ${bytes} bytes of pixels in ${hdu.dataSize} bytes of compressed data.`,
  )
}

/** One tile to unpack: where its bytes are and which pixels it holds. Axes slowest first. */
interface TileJob {
  readonly index: number
  readonly form: TileForm
  /** In the heap. */
  readonly offset: number
  readonly length: number
  readonly start: readonly number[]
  readonly size: readonly number[]
  readonly scale: number | undefined
  readonly zero: number | undefined
  readonly blank: number | undefined
}

async function tileJobs(hdu: Hdu, tile: TileTable, part: ImagePart): Promise<TileJob[]> {
  const indices = touchedTiles(tile, part)
  const first = indices.at(0)
  const last = indices.at(-1)
  if (first === undefined || last === undefined) return []
  const { rowLength } = tile.table
  const rows = await readExactly(
    hdu.source,
    hdu.dataOffset + first * rowLength,
    (last - first + 1) * rowLength,
    hdu.where,
  )
  const view = new DataView(rows.buffer, rows.byteOffset, rows.byteLength)
  return indices.map((index) => jobOf(hdu, tile, view, (index - first) * rowLength, index))
}

/** Indices of tiles that overlap the box, rising. */
function touchedTiles({ tileShape, tileCounts }: TileTable, { box }: ImagePart): number[] {
  if (box.width === 0 || box.height === 0) return []
  const n = tileShape.length
  let indices = [0]
  for (let axis = 0; axis < n; axis++) {
    const [low, length] =
      axis === n - 1
        ? [box.x0, box.width]
        : axis === n - 2
          ? [box.y0, box.height]
          : [0, Number.MAX_SAFE_INTEGER]
    const count = tileCounts[axis]!
    const from = Math.floor(low / tileShape[axis]!)
    const to = Math.min(count - 1, Math.floor((low + length - 1) / tileShape[axis]!))
    const along = Array.from({ length: to - from + 1 }, (_, i) => from + i)
    indices = indices.flatMap((index) => along.map((i) => index * count + i))
  }
  return indices
}

function jobOf(hdu: Hdu, tile: TileTable, view: DataView, row: number, index: number): TileJob {
  const found =
    located(view, row, tile.compressed, 'compressed') ??
    located(view, row, tile.gzipped, 'gzipped') ??
    located(view, row, tile.uncompressed, 'uncompressed')
  if (found === undefined) throw corruptTile(hdu, index, 'it has no data')
  if (found.offset < 0 || found.length < 0 || found.offset + found.length > tile.table.heapSize)
    throw corruptTile(
      hdu,
      index,
      `it points to bytes ${found.offset} … ${found.offset + found.length} of ${tile.table.heapSize}`,
    )
  const start: number[] = []
  const size: number[] = []
  let rest = index
  for (let axis = tile.tileShape.length - 1; axis >= 0; axis--) {
    const at = (rest % tile.tileCounts[axis]!) * tile.tileShape[axis]!
    rest = Math.floor(rest / tile.tileCounts[axis]!)
    start.unshift(at)
    size.unshift(Math.min(tile.tileShape[axis]!, tile.imageShape[axis]! - at))
  }
  return {
    index,
    ...found,
    start,
    size,
    scale: perTile(view, row, tile.scale),
    zero: perTile(view, row, tile.zero),
    blank: perTile(view, row, tile.blank),
  }
}

function located(view: DataView, row: number, column: BinaryColumn | undefined, form: TileForm) {
  if (column?.descriptor === undefined || column.width === 0) return undefined
  const at = row + column.offset
  const long = column.descriptor === 'Q'
  const count = long ? Number(view.getBigInt64(at)) : view.getInt32(at)
  const offset = long ? Number(view.getBigInt64(at + 8)) : view.getInt32(at + 4)
  return count === 0 ? undefined : { form, offset, length: count * ELEMENT_BYTES[column.code] }
}

function perTile(view: DataView, row: number, value: PerTile): number | undefined {
  if (value === undefined || typeof value === 'number') return value
  const at = row + value.offset
  switch (value.code) {
    case 'D':
      return view.getFloat64(at)
    case 'E':
      return view.getFloat32(at)
    case 'I':
      return view.getInt16(at)
    case 'K':
      return Number(view.getBigInt64(at))
    default:
      return value.width >= 4 ? view.getInt32(at) : view.getUint8(at)
  }
}

const MAX_GROUP = 1 << 23
const MAX_GAP = 1 << 16

/** Neighbouring tiles are read together: by some megabytes, over small gaps. */
function grouped(jobs: readonly TileJob[]): { start: number; end: number; jobs: TileJob[] }[] {
  const groups: { start: number; end: number; jobs: TileJob[] }[] = []
  for (const job of jobs.toSorted((a, b) => a.offset - b.offset)) {
    const group = groups.at(-1)
    const end = job.offset + job.length
    if (group !== undefined && job.offset - group.end <= MAX_GAP && end - group.start <= MAX_GROUP) {
      group.jobs.push(job)
      group.end = Math.max(group.end, end)
    } else groups.push({ start: job.offset, end, jobs: [job] })
  }
  return groups
}

function decode(
  hdu: Hdu,
  tile: TileTable,
  job: TileJob,
  bytes: Uint8Array,
  n: number,
  bitpix: Bitpix,
  scratch: ReturnType<typeof makeScratch>,
): TilePixels {
  try {
    return decodeTile(tile, job.form, bytes, n, bitpix, scratch)
  } catch (error) {
    throw corruptTile(hdu, job.index, messageOf(error), error)
  }
}

const corruptTile = (hdu: Hdu, index: number, why: string, cause?: unknown) =>
  fitsError('fits/corrupt', hdu.where, `tile ${index} cannot be read: ${why}.`, {
    cause,
    data: { tile: index },
  })

type StoredTile = Int32Array | Float64Array | StoredArray

/** Undo the quantization where there is one; what comes back has at least `n` elements. */
function toStoredPixels(
  tile: TileTable,
  job: TileJob,
  pixels: TilePixels,
  n: number,
  floats: StoredArray,
): StoredTile {
  if (pixels.kind === 'stored') return pixels.values
  if (!(floats instanceof Float32Array || floats instanceof Float64Array) || floats.length === 0)
    return pixels.values
  unquantize(pixels.values, floats, n, {
    scale: job.scale ?? 1,
    zero: job.zero ?? 0,
    dither: job.scale === undefined ? 0 : tile.dither,
    seed: ditherStart(job.index, tile.seed),
    blank: job.blank,
  })
  return floats
}

/** Copy the overlap of a tile with the part into the result, row by row. */
function placeTile(pixels: StoredTile, { start, size }: TileJob, part: ImagePart, out: StoredArray): void {
  const { box, fullHeight } = part
  const n = size.length
  const width = size[n - 1]!
  const x0 = Math.max(start[n - 1]!, box.x0)
  const x1 = Math.min(start[n - 1]! + width, box.x0 + box.width)
  const height = n > 1 ? size[n - 2]! : 1
  const yStart = n > 1 ? start[n - 2]! : 0
  const rows = size.reduce((p, l) => p * l, 1) / width
  for (let r = 0; r < rows; r++) {
    const y = yStart + (r % height)
    if (y < box.y0 || y >= box.y0 + box.height || y >= fullHeight) continue
    const plane = planeOf(Math.floor(r / height), start, size, part.upper)
    const to = (plane * box.height + y - box.y0) * box.width + x0 - box.x0
    const from = r * width + x0 - start[n - 1]!
    copyRow(pixels, from, out, to, x1 - x0)
  }
}

function planeOf(
  inTile: number,
  start: readonly number[],
  size: readonly number[],
  upper: readonly number[],
): number {
  let plane = 0
  let rest = inTile
  let stride = 1
  for (let axis = upper.length - 1; axis >= 0; axis--) {
    plane += (start[axis]! + (rest % size[axis]!)) * stride
    rest = Math.floor(rest / size[axis]!)
    stride *= upper[axis]!
  }
  return plane
}

/** `set` converts between number types in native code; 64-bit integers only ever meet their own kind. */
function copyRow(from: StoredTile, fromAt: number, to: StoredArray, toAt: number, n: number): void {
  to.set(from.subarray(fromAt, fromAt + n) as never, toAt)
}
