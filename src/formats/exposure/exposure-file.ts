import type { ByteSource } from '#core'
import { type FitsFile, type Hdu, Header, openFits, readFloatImage, readImage, readTable } from '#fits'
import { Box2I } from '#geom'
import {
  canonicalPlane,
  Exposure,
  type ExposureInfo,
  Image,
  Mask,
  MaskedImage,
  MaskPlanes,
  type VisitInfo,
} from '#image'
import { hasSkyWcs, shiftWcs, type SkyWcs, wcsFromHeader, withPixelOrigin } from '#wcs'
import { formatError, noComponent } from '../errors.ts'
import { AfwArchive } from './afw-archive.ts'
import { readAfwVisitInfo } from './afw-visit-info.ts'
import type { OpenTable } from './coadd-psf-table.ts'
import { readDetector } from './detector-table.ts'
import {
  readApCorrMap,
  readFilter,
  readPhotoCalib,
  readPolygon,
  readSummaryStats,
  readVisitInfo,
} from './parts.ts'
import { exactOrigin } from './pixel-hdus.ts'
import { readPsf } from './psf-table.ts'
import { RecordReader } from './record-table.ts'
import { LAYOUT_CARD } from './write.ts'

export interface PixelOptions {
  /** Only these pixels. */
  readonly bbox?: Box2I
  /** What `bbox` counts from: the PARENT frame (default) or the first pixel of the file. */
  readonly origin?: 'PARENT' | 'LOCAL'
}

type Plane = 'IMAGE' | 'MASK' | 'VARIANCE'

/** Parts besides the pixels, in our file's tables. */
const TABLES: Readonly<
  Record<string, { readonly table: string; readonly read: (r: RecordReader, open: OpenTable) => unknown }>
> = {
  visitInfo: { table: 'VISITINFO', read: readVisitInfo },
  detector: { table: 'DETECTOR', read: readDetector },
  filter: { table: 'FILTER', read: readFilter },
  photoCalib: { table: 'PHOTOCALIB', read: readPhotoCalib },
  psf: { table: 'PSF', read: readPsf },
  apCorrMap: { table: 'APCORR', read: readApCorrMap },
  validPolygon: { table: 'VALIDPOLYGON', read: readPolygon },
  summaryStats: { table: 'SUMMARYSTATS', read: readSummaryStats },
}

/** Names of the stack's components that are called otherwise here. */
const SAME: Readonly<Record<string, string>> = { filterLabel: 'filter', apCorr: 'apCorrMap' }

const COMPONENTS = [
  'image',
  'mask',
  'variance',
  'maskedImage',
  'wcs',
  'metadata',
  'bbox',
  'dimensions',
  'xy0',
  'id',
  ...Object.keys(TABLES),
]

/**
 * An exposure on disk: ours, the stack's afw layout, or any FITS image. Reads only what is asked for.
 */
export class ExposureFile {
  readonly fits: FitsFile
  /** Pixels of the whole image, PARENT frame. */
  readonly bbox: Box2I
  readonly #archive: AfwArchive | undefined
  readonly #ours: boolean

  private constructor(fits: FitsFile, archive: AfwArchive | undefined) {
    this.fits = fits
    this.#archive = archive
    this.#ours = fits.hdu(0).header.has(LAYOUT_CARD)
    const [height, width] = this.#plane('IMAGE').shape as [number, number]
    const { x, y } = firstPixel(this.#plane('IMAGE').header)
    this.bbox = new Box2I(x, y, width, height)
  }

  /** @throws FirstlightError 'fits/…', 'formats/bad-file' when there is no image in it */
  static async open(source: ByteSource | Uint8Array): Promise<ExposureFile> {
    const fits = await openFits(source)
    return new ExposureFile(fits, await AfwArchive.open(fits))
  }

  async read(options: PixelOptions = {}): Promise<Exposure> {
    const [pixels, info] = [await this.maskedImage(options), await this.info()]
    return new Exposure(pixels, info)
  }

  /** Everything but the pixels; parts of the stack's files whose class is unknown are left out. */
  async info(): Promise<ExposureInfo> {
    const unit = this.#plane('IMAGE').header.getString('BUNIT')
    const wcs = this.#wcs()
    const found: Record<string, unknown> = {
      metadata: this.#metadata(),
      ...(unit && { unit }),
      ...(wcs && { wcs }),
    }
    for (const name of Object.keys(TABLES)) {
      const value = await this.#part(name)
      if (value !== undefined) found[name] = value
    }
    return found as ExposureInfo
  }

  /**
   * One component, by the stack's name. Undefined when the file does not have it.
   * @throws FirstlightError 'formats/no-component' for a name that no exposure has
   */
  async component(name: string, options: PixelOptions = {}): Promise<unknown> {
    const own = SAME[name] ?? name
    switch (own) {
      case 'image':
        return this.#float('IMAGE', options)
      case 'variance':
        return this.#float('VARIANCE', options)
      case 'mask':
        return this.#mask(options)
      case 'maskedImage':
        return this.maskedImage(options)
      case 'wcs':
        return this.#wcs()
      case 'metadata':
        return this.#metadata()
      case 'bbox':
        return this.bbox
      case 'dimensions':
        return { width: this.bbox.width, height: this.bbox.height }
      case 'xy0':
        return { x: this.bbox.x0, y: this.bbox.y0 }
      case 'id':
        return this.#id()
    }
    if (!(own in TABLES)) throw noComponent('An exposure', name, COMPONENTS)
    const unreadable = this.#archive?.unreadable(own)
    if (unreadable !== undefined)
      throw formatError(
        'unsupported',
        `${this.fits.name}: the ${name} is a ${unreadable}, which cannot be read yet.`,
      )
    return this.#part(own)
  }

  async #id(): Promise<bigint | undefined> {
    const info = (await this.#part('visitInfo')) as VisitInfo | undefined
    return info?.id ?? info?.exposureId
  }

  async maskedImage(options: PixelOptions = {}): Promise<MaskedImage> {
    const image = await this.#float('IMAGE', options)
    const mask = this.#find('MASK') ? await this.#mask(options) : Mask.ofBox(image.bbox)
    const variance = this.#find('VARIANCE') ? await this.#float('VARIANCE', options) : Image.ofBox(image.bbox)
    return new MaskedImage(image, mask, variance)
  }

  #find(plane: Plane): Hdu | undefined {
    const images = this.fits.hdus.filter(
      (h) => h.shape.length === 2 && h.kind !== 'bintable' && h.kind !== 'table',
    )
    const named = images.find((h) => h.name.toUpperCase() === plane || h.header.get('EXTTYPE') === plane)
    return named ?? (plane === 'IMAGE' ? images[0] : undefined)
  }

  #plane(plane: Plane): Hdu {
    const hdu = this.#find(plane)
    if (hdu !== undefined) return hdu
    throw formatError(
      'bad-file',
      `${this.fits.name} has no ${plane} HDU: it holds ${describeHdus(this.fits)}.`,
    )
  }

  #local({ bbox, origin = 'PARENT' }: PixelOptions): Box2I | undefined {
    if (bbox === undefined) return undefined
    const local = origin === 'LOCAL' ? bbox : bbox.shift(-this.bbox.x0, -this.bbox.y0)
    const whole = new Box2I(0, 0, this.bbox.width, this.bbox.height)
    if (bbox.isEmpty || !whole.contains(local))
      throw formatError(
        'bad-value',
        `The box ${bbox.toString()} is not inside ${this.fits.name}, which has ${this.bbox.toString()}.`,
      )
    return local
  }

  async #float(plane: Plane, options: PixelOptions): Promise<Image> {
    const box = this.#local(options)
    const { data, width, height } = await readFloatImage(this.#plane(plane), box)
    return new Image(width, height, { ...this.#corner(box), data })
  }

  async #mask(options: PixelOptions): Promise<Mask> {
    const hdu = this.#plane('MASK')
    const box = this.#local(options)
    const { data, width, height } = await readImage(hdu, box)
    const flags = data instanceof Int32Array ? data : Int32Array.from(data as ArrayLike<number>)
    const mask = new Mask(width, height, { ...this.#corner(box), data: flags, planes: planesOf(hdu.header) })
    const standard = new MaskPlanes()
    const agrees = standard.names.every(
      (name) => !mask.planes.has(name) || mask.bit(name) === standard.bit(name),
    )
    return agrees ? mask : mask.remapped(standard)
  }

  #corner(box: Box2I | undefined): { x0: number; y0: number } {
    return { x0: this.bbox.x0 + (box?.x0 ?? 0), y0: this.bbox.y0 + (box?.y0 ?? 0) }
  }

  #wcs(): SkyWcs | undefined {
    const { header } = this.#plane('IMAGE')
    if (!hasSkyWcs(header)) return undefined
    const { x0, y0 } = this.bbox
    const parent = shiftWcs(wcsFromHeader(header), x0, y0)
    return withPixelOrigin(parent, exactOrigin(header, parent.pixelOrigin))
  }

  #metadata(): Header {
    const { header } = this.fits.hdu(0)
    const source = this.#plane('IMAGE').index === 0 ? this.#plane('IMAGE').header : header
    return new Header(source.cards.filter(({ key }) => !isLayoutKey(key)))
  }

  async #table(name: string): Promise<RecordReader | undefined> {
    const hdu = this.fits.findHdu(name)
    return hdu && new RecordReader(await readTable(hdu))
  }

  async #part(name: string): Promise<unknown> {
    if (this.#ours) {
      const entry = TABLES[name]!
      const reader = await this.#table(entry.table)
      return reader && entry.read(reader, (table) => this.#table(table))
    }
    if (name === 'visitInfo') return readAfwVisitInfo(this.fits.hdu(0).header)
    return this.#archive?.part(name)
  }
}

function firstPixel(header: Header): { x: number; y: number } {
  const a =
    header.get('CTYPE1A') === 'LINEAR' ? [header.getNumber('CRVAL1A'), header.getNumber('CRVAL2A')] : []
  const [x, y] =
    a[0] !== undefined && a[1] !== undefined
      ? a
      : [-(header.getNumber('LTV1') ?? 0), -(header.getNumber('LTV2') ?? 0)]
  return { x: Math.round(x ?? 0), y: Math.round(y ?? 0) }
}

function planesOf(header: Header): MaskPlanes {
  const cards = header.cards.filter(({ key, value }) => key.startsWith('MP_') && typeof value === 'number')
  if (cards.length === 0) return new MaskPlanes()
  return new MaskPlanes(cards.map(({ key, value }) => [canonicalPlane(key.slice(3)), Number(value)]))
}

const STRUCTURE = /^(SIMPLE|BITPIX|NAXIS\d*|EXTEND|XTENSION|PCOUNT|GCOUNT|CHECKSUM|DATASUM|BZERO|BSCALE|END)$/
const AFW =
  /^(AR_HDU|EXPINFO_V|ARCHIVE_ID_\w+|(SKY)?WCS_ID|PHOTOCALIB_ID|DETECTOR_ID|FILTER_ID|PSF_ID|SUMMARY_STATS_ID|AP_CORR_MAP_ID)$/

const isLayoutKey = (key: string): boolean => STRUCTURE.test(key) || AFW.test(key) || key === LAYOUT_CARD

const describeHdus = (fits: FitsFile): string =>
  fits.hdus.map((h) => `${h.index} ${h.name || h.kind}`).join(', ')

/** The exposure of a file, or the part of its pixels in `bbox`. */
export async function readExposureFits(
  source: ByteSource | Uint8Array,
  options: PixelOptions = {},
): Promise<Exposure> {
  return (await ExposureFile.open(source)).read(options)
}

/** One component (`wcs`, `psf`, `image` …) without the rest of the file. */
export async function readExposureComponent(
  source: ByteSource | Uint8Array,
  component: string,
  options: PixelOptions = {},
): Promise<unknown> {
  return (await ExposureFile.open(source)).component(component, options)
}
