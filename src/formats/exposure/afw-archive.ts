import { type FitsFile, type FitsTable, readTable } from '#fits'
import { Angle, Box2I } from '#geom'
import {
  type Amplifier,
  type ApCorrMap,
  ChebyshevField,
  type Detector,
  type DetectorType,
  type FilterLabel,
  PhotoCalib,
  type ReadoutCorner,
} from '#image'
import { Chebyshev2D } from '#math'
import { RecordReader } from './record-table.ts'

/** One catalog of an archived object: rows [row0, row0 + nrows) of a table. */
interface Entry {
  readonly id: number
  readonly table: number
  readonly persistable: number
  readonly row0: number
  readonly nrows: number
  readonly name: string
}

/** Card that holds the archive id of a part, newest name first. */
const ID_CARDS: Readonly<Record<string, readonly string[]>> = {
  photoCalib: ['ARCHIVE_ID_PHOTOCALIB', 'PHOTOCALIB_ID'],
  filter: ['ARCHIVE_ID_FILTER', 'FILTER_ID'],
  apCorrMap: ['ARCHIVE_ID_AP_CORR_MAP', 'AP_CORR_MAP_ID'],
  detector: ['ARCHIVE_ID_DETECTOR', 'DETECTOR_ID'],
  psf: ['ARCHIVE_ID_PSF', 'PSF_ID'],
  validPolygon: ['ARCHIVE_ID_VALID_POLYGON', 'VALID_POLYGON_ID'],
  summaryStats: ['ARCHIVE_ID_SUMMARY_STATS', 'SUMMARY_STATS_ID'],
}

/**
 * The archive of a file that afw wrote: an index table and the tables of the objects. Calibrations, filters, aperture
 * corrections and detectors are understood; PSFs and transforms are only named. @see lsst::afw::table::io
 */
export class AfwArchive {
  readonly #fits: FitsFile
  readonly #first: number
  readonly #entries: readonly Entry[]

  private constructor(fits: FitsFile, first: number, entries: readonly Entry[]) {
    this.#fits = fits
    this.#first = first
    this.#entries = entries
  }

  static async open(fits: FitsFile): Promise<AfwArchive | undefined> {
    const at = fits.hdu(0).header.getNumber('AR_HDU')
    const hdu = at === undefined ? undefined : fits.findHdu(at - 1)
    if (at === undefined || hdu === undefined || hdu.kind !== 'bintable') return undefined
    const reader = new RecordReader(await readTable(hdu))
    if (!reader.has('cat.archive')) return undefined
    const entries = Array.from({ length: reader.table.numRows }, (_, i) => ({
      id: reader.number('id', i),
      table: reader.number('cat.archive', i),
      persistable: reader.number('cat.persistable', i),
      row0: reader.number('row0', i),
      nrows: reader.number('nrows', i),
      name: reader.text('name', i),
    }))
    return new AfwArchive(fits, at - 1, entries)
  }

  /** The class of a part that is there but not understood. */
  unreadable(part: string): string | undefined {
    const entry = this.#of(part)[0]
    return entry !== undefined && !(part in this.#readers) ? entry.name : undefined
  }

  /** The part, or undefined when it is missing or not understood. */
  async part(name: string): Promise<unknown> {
    const entries = this.#of(name)
    if (name === 'photoCalib' && entries.length === 0) return this.#oldCalib()
    const read = this.#readers[name]
    return read === undefined || entries.length === 0 ? undefined : read(entries)
  }

  readonly #readers: Readonly<Record<string, (entries: readonly Entry[]) => Promise<unknown>>> = {
    photoCalib: (e) => this.#photoCalib(e),
    filter: (e) => this.#filter(e),
    apCorrMap: (e) => this.#apCorrMap(e),
    detector: (e) => this.#detector(e),
  }

  #of(part: string): readonly Entry[] {
    const { header } = this.#fits.hdu(0)
    const id = ID_CARDS[part]?.map((card) => header.getNumber(card)).find((v) => v !== undefined)
    return this.#byId(id)
  }

  #byId(id: number | undefined): readonly Entry[] {
    if (id === undefined) return []
    return this.#entries.filter((e) => e.id === id).sort((a, b) => a.persistable - b.persistable)
  }

  async #rows({ table, row0, nrows }: Entry): Promise<RecordReader> {
    return new RecordReader(
      await readTable(this.#fits.hdu(this.#first + table), { rows: [row0, row0 + nrows] }),
    )
  }

  async #photoCalib([entry]: readonly Entry[]): Promise<PhotoCalib> {
    const rows = await this.#rows(entry!)
    const field = rows.has('field') ? await this.#field(rows.number('field')) : undefined
    const constant = rows.has('flags') && flagOf(rows.table, 'isConstant', 0)
    return new PhotoCalib(
      rows.number('calibrationMean'),
      rows.number('calibrationErr'),
      constant ? undefined : field,
    )
  }

  /** FLUXMAG0 of files before PhotoCalib; zero means uncalibrated. */
  #oldCalib(): PhotoCalib | undefined {
    const { header } = this.#fits.hdu(0)
    const flux = header.getNumber('FLUXMAG0')
    return flux !== undefined && flux > 0
      ? PhotoCalib.fromFluxMag0(flux, header.getNumber('FLUXMAG0ERR') ?? 0)
      : undefined
  }

  async #field(id: number): Promise<ChebyshevField | undefined> {
    const entry = this.#byId(id)[0]
    if (entry?.name !== 'ChebyshevBoundedField') return undefined
    const rows = await this.#rows(entry)
    const box = Box2I.fromCorners(
      rows.number('bbox_min_x'),
      rows.number('bbox_min_y'),
      rows.number('bbox_max_x'),
      rows.number('bbox_max_y'),
    )
    const coefficients = rows.numbers('coefficients')
    const orderX = rows.number('order_x')
    const series = new Chebyshev2D(
      coefficients,
      orderX,
      coefficients.length / (orderX + 1) - 1,
      box.toBox2D(),
    )
    return new ChebyshevField(box, series)
  }

  async #filter([entry]: readonly Entry[]): Promise<FilterLabel> {
    const rows = await this.#rows(entry!)
    const [band, physical] = [rows.text('band'), rows.text('physical')]
    return { ...(band !== '' && { band }), ...(physical !== '' && { physical }) }
  }

  async #apCorrMap([entry]: readonly Entry[]): Promise<ApCorrMap> {
    const rows = await this.#rows(entry!)
    const map = new Map<string, ChebyshevField>()
    for (let i = 0; i < rows.table.numRows; i++) {
      const field = await this.#field(rows.number('field', i))
      if (field !== undefined) map.set(rows.text('name', i), field)
    }
    return map
  }

  async #detector(entries: readonly Entry[]): Promise<Detector | undefined> {
    const [own, amps] = [entries[0], entries[1]]
    if (own === undefined || amps === undefined) return undefined
    const [d, a] = [await this.#rows(own), await this.#rows(amps)]
    const n = a.table.numRows
    const flat = d.has('crosstalk') ? d.numbers('crosstalk') : []
    const point = (name: string) => ({ x: d.number(`${name}_x`), y: d.number(`${name}_y`) })
    return {
      id: d.number('id'),
      name: d.text('name'),
      serial: d.text('serial'),
      type: TYPES[d.number('type')] ?? 'science',
      physicalType: d.has('physicalType') ? d.text('physicalType') : '',
      bbox: cornerBox(d),
      pixelSize: point('pixelSize'),
      orientation: {
        fpPosition: point('fpPosition'),
        height: 0,
        referencePoint: point('refPoint'),
        yaw: new Angle(d.number('yaw')),
        pitch: new Angle(d.number('pitch')),
        roll: new Angle(d.number('roll')),
        nQuarter: ((Math.round(d.number('yaw') / (Math.PI / 2)) % 4) + 4) % 4,
      },
      amplifiers: Array.from({ length: n }, (_, i) => amplifierOf(a, i)),
      ...(flat.length === n * n && {
        crosstalk: Array.from({ length: n }, (_, i) => Array.from(flat.slice(i * n, (i + 1) * n))),
      }),
    }
  }
}

const TYPES: readonly DetectorType[] = ['science', 'focus', 'guider', 'wavefront']
const CORNERS: readonly ReadoutCorner[] = ['LL', 'LR', 'UR', 'UL']

const cornerBox = (d: RecordReader): Box2I =>
  Box2I.fromCorners(
    d.number('bbox_min_x'),
    d.number('bbox_min_y'),
    d.number('bbox_max_x'),
    d.number('bbox_max_y'),
  )

function amplifierOf(a: RecordReader, i: number): Amplifier {
  const box = (name: string): Box2I => {
    const value = (part: string): number => a.number(`${name}_${part}`, i)
    return new Box2I(value('min_x'), value('min_y'), value('extent_x'), value('extent_y'))
  }
  return {
    name: a.text('name', i),
    bbox: box('bbox'),
    rawBBox: box('raw_bbox'),
    rawDataBBox: box('raw_databbox'),
    rawSerialOverscanBBox: box('raw_horizontaloverscanbbox'),
    rawParallelOverscanBBox: box('raw_verticaloverscanbbox'),
    rawPrescanBBox: box('raw_prescanbbox'),
    rawFlipX: flagOf(a.table, 'raw_flip_x', i),
    rawFlipY: flagOf(a.table, 'raw_flip_y', i),
    rawXYOffset: { x: a.number('raw_xyoffset_x', i), y: a.number('raw_xyoffset_y', i) },
    readoutCorner: CORNERS[a.number('readoutcorner', i)] ?? 'LL',
    gain: a.number('gain', i),
    readNoise: a.number('readnoise', i),
    saturation: a.number('saturation', i),
    suspectLevel: a.number('suspectlevel', i),
    linearityType: a.text('linearity_type', i),
    linearityCoeffs: Array.from(a.numbers('linearity_coeffs', i)),
    ...(a.has('linearityThreshold') && { linearityThreshold: a.number('linearityThreshold', i) }),
    ...(a.has('linearityMaximum') && { linearityMaximum: a.number('linearityMaximum', i) }),
    ...(a.has('linearityUnits') && { linearityUnits: a.text('linearityUnits', i) }),
  }
}

/** Bit columns have their bits named by TFLAGn cards, from 1. */
function flagOf(table: FitsTable, name: string, row: number): boolean {
  if (!table.has('flags')) return false
  const column = table.column('flags')
  const width = column.shape.reduce((n, s) => n * s, 1)
  for (let bit = 1; bit <= width; bit++)
    if (table.header.get(`TFLAG${bit}`) === name) return Number(column.data[row * width + bit - 1]) !== 0
  return false
}
