import { flatProvenance, type Formatter, isProvenanceKey, type Origin, type ReadOptions } from '#butler'
import { type ByteSource, type FileWrite, isFirstlightError } from '#core'
import { fitsParts, type Hdu, Header, openFits, primaryHdu, readTable } from '#fits'
import { Box2I, type Point2D } from '#geom'
import {
  type ApCorrMap,
  BackgroundList,
  type Defects,
  type Detector,
  Exposure,
  type FilterLabel,
  Image,
  Mask,
  MaskedImage,
  PhotoCalib,
  type Psf,
  type VisitInfo,
} from '#image'
import { type SkyWcs, wcsFromHeader } from '#wcs'
import { badValue, formatError } from '../errors.ts'
import { readBackgroundFits, writeBackgroundFits } from './background-fits.ts'
import type { OpenTable } from './coadd-psf-table.ts'
import { readDefectsFits, writeDefectsFits } from './defects-fits.ts'
import { readDetector, writeDetector } from './detector-table.ts'
import { ExposureFile, type PixelOptions } from './exposure-file.ts'
import {
  readApCorrMap,
  readFilter,
  readPhotoCalib,
  readPolygon,
  readVisitInfo,
  writeApCorrMap,
  writeFilter,
  writePhotoCalib,
  writePolygon,
  writeVisitInfo,
} from './parts.ts'
import { readPsf, writePsf } from './psf-table.ts'
import { RecordReader } from './record-table.ts'
import { exposureFitsParts, writeImageFits, writeMaskedImageFits, writeMaskFits } from './write.ts'

const FITS = { extension: '.fits', alsoReads: ['.fits.gz', '.fits.fz', '.fz', '.fit'] } as const
const PACKAGE = 'lsst.obs.base.formatters'

/** `bbox` and `origin` of a butler get. */
function pixelOptions({ parameters }: ReadOptions): PixelOptions {
  const bbox = parameters?.['bbox']
  const origin = parameters?.['origin'] === 'LOCAL' ? 'LOCAL' : 'PARENT'
  if (bbox === undefined) return {}
  if (bbox instanceof Box2I) return { bbox, origin }
  throw formatError('bad-value', `The parameter bbox must be a Box2I; it is a ${typeof bbox}.`)
}

async function readPart(
  source: ByteSource,
  options: ReadOptions,
  whole: string | undefined,
): Promise<unknown> {
  const file = await ExposureFile.open(source)
  const pixels = pixelOptions(options)
  const component = options.component ?? whole
  if (component === undefined) return file.read(pixels)
  return file.component(component, pixels)
}

/** Exposures of every pixel type; components and the bbox parameter read no more than they need. */
export const exposureFormatter: Formatter = {
  name: `${PACKAGE}.fitsExposure.FitsExposureFormatter`,
  ...FITS,
  read: (source, options) => readPart(source, options, undefined),
  write: (value, _storageClass, origin): FileWrite => {
    if (!(value instanceof Exposure)) throw badValue('exposure', 'an Exposure', value)
    if (origin === undefined) return exposureFitsParts(value)
    return exposureFitsParts(value.with({ metadata: withProvenance(value.metadata, origin) }))
  },
}

export const imageFormatter: Formatter = {
  name: `${PACKAGE}.fitsExposure.FitsImageFormatter`,
  ...FITS,
  read: (source, options) => readPart(source, options, 'image'),
  write: (value) => {
    if (!(value instanceof Image)) throw badValue('image', 'an Image', value)
    return writeImageFits(value)
  },
}

export const maskFormatter: Formatter = {
  name: `${PACKAGE}.fitsExposure.FitsMaskFormatter`,
  ...FITS,
  read: (source, options) => readPart(source, options, 'mask'),
  write: (value) => {
    if (!(value instanceof Mask)) throw badValue('mask', 'a Mask', value)
    return writeMaskFits(value)
  },
}

export const maskedImageFormatter: Formatter = {
  name: `${PACKAGE}.fitsExposure.FitsMaskedImageFormatter`,
  ...FITS,
  read: (source, options) => readPart(source, options, 'maskedImage'),
  write: (value) => {
    if (!(value instanceof MaskedImage)) throw badValue('masked image', 'a MaskedImage', value)
    return writeMaskedImageFits(value)
  },
}

/** With more inputs than these none is listed, as in the Rubin stack's exposures. */
const CARDS = { prefix: 'LSST BUTLER', separator: ' ', maxInputs: 3000 } as const

/** The cards that say which dataset this is and what it was made of; those of a dataset it was read from go. */
const withProvenance = (metadata: Header, origin: Origin): Header =>
  new Header(
    [...metadata.cards.filter(({ key }) => !isProvenanceKey(key, CARDS)), ...flatProvenance(origin, CARDS)],
    metadata.where,
  )

interface Codec {
  read(source: ByteSource): Promise<unknown>
  write(value: unknown): FileWrite
}

/** One table of a part of an exposure as a file of its own. */
function tableCodec<T>(
  read: (r: RecordReader, open: OpenTable) => T | Promise<T>,
  write: (value: T) => Parameters<typeof fitsParts>[0],
): Codec {
  return {
    async read(source) {
      const fits = await openFits(source)
      const hdu = fits.hdus.find((h) => h.kind === 'bintable')
      if (hdu === undefined) throw formatError('bad-file', `${fits.name} has no table.`)
      const readerOf = async (table: Hdu) => new RecordReader(await readTable(table))
      return read(await readerOf(hdu), async (name) => {
        const other = fits.findHdu(name)
        return other && readerOf(other)
      })
    },
    // The storage class says what the value is; the registry put it there.
    write: (value) => fitsParts(write(value as T)),
  }
}

const CODECS: Readonly<Record<string, Codec>> = {
  Background: {
    read: readBackgroundFits,
    write: (value) => {
      if (!(value instanceof BackgroundList)) throw badValue('background', 'a BackgroundList', value)
      return writeBackgroundFits(value)
    },
  },
  Defects: { read: readDefectsFits, write: (value) => writeDefectsFits(value as Defects) },
  Psf: tableCodec<Psf>(readPsf, writePsf),
  PhotoCalib: tableCodec<PhotoCalib>(readPhotoCalib, (value) => [writePhotoCalib(value)]),
  VisitInfo: tableCodec<VisitInfo>(readVisitInfo, (value) => [writeVisitInfo(value)]),
  Detector: tableCodec<Detector>(readDetector, (value) => [writeDetector(value)]),
  FilterLabel: tableCodec<FilterLabel>(readFilter, (value) => [writeFilter(value)]),
  ApCorr: tableCodec<ApCorrMap>(readApCorrMap, (value) => [writeApCorrMap(value)]),
  Polygon: tableCodec<readonly Point2D[]>(readPolygon, (value) => [writePolygon(value)]),
  Wcs: {
    read: async (source) => wcsFromHeader((await openFits(source)).hdu(0).header),
    write: (value) => fitsParts([primaryHdu(new Header((value as SkyWcs).toFitsCards()))]),
  },
}

/** The storage classes that `genericFormatter` knows. */
export const GENERIC_CLASSES: readonly string[] = Object.keys(CODECS)

function codecOf(storageClass: string): Codec {
  const codec = CODECS[storageClass]
  if (codec !== undefined) return codec
  throw formatError('unsupported', `The storage class ${storageClass} has no FITS form here.`, {
    hint: `Known are ${GENERIC_CLASSES.join(', ')}.`,
  })
}

/** Small objects in FITS files of their own, by storage class. */
export const genericFormatter: Formatter = {
  name: `${PACKAGE}.fitsGeneric.FitsGenericFormatter`,
  ...FITS,
  async read(source, { storageClass, component }) {
    if (component !== undefined)
      throw formatError('no-component', `A ${storageClass} has no component '${component}'.`)
    try {
      return await codecOf(storageClass).read(source)
    } catch (error) {
      if (isFirstlightError(error)) throw error
      throw formatError('bad-file', `${source.name} holds no ${storageClass} that can be read.`, {
        cause: error,
      })
    }
  },
  write: (value, storageClass) => codecOf(storageClass).write(value),
}
