/**
 * fits: FITS 4.0 files read and written. Nouns: Card and Header; FitsFile, an open file of Hdus over a ByteSource;
 * FitsImage and FitsTable, what is read from an HDU; HduData, what is to be written. Tile compression, variable-length
 * arrays and gzip'd files are inside. Only the byte ranges asked for are read, so a box of a remote image is cheap.
 * It knows no WCS, no Exposure and no LSST layout (formats and wcs do), no file system (ByteSource), no threads.
 * In the Rubin stack this is CFITSIO under afw.fits and astropy.io.fits; in FITS pixels count from 1, here from 0.
 */
export {
  type Card,
  type CardLike,
  type CardValue,
  type ComplexValue,
  floatCard,
  formatFloat,
  isCommentary,
} from './card.ts'
export { Header } from './header.ts'
export { parseHeader } from './parse-header.ts'
export { formatCard, formatHeader } from './format-header.ts'
export type { FitsFile, Hdu, HduKind } from './hdu.ts'
export type { CompressionType, FitsImage, PixelArray, PixelBox, QuantizeOptions } from './image-types.ts'
export type { FitsColumn, FitsColumnType, FitsTable, ReadTableOptions } from './table-types.ts'
export { openFits, type OpenFitsOptions } from './open.ts'
export { readFloatImage, readImage } from './read-image.ts'
export { readTable } from './read-table.ts'
export { type HduData, type WriteFitsOptions, fitsParts, writeFits } from './write.ts'
export type { ImageHduOptions } from './image-types.ts'
export { imageHdu, primaryHdu } from './write-image.ts'
export type { ColumnToWrite, TableHduOptions } from './table-types.ts'
export { tableHdu } from './write-table.ts'
export { type ChecksumReport, verifyChecksum } from './checksum.ts'
export type { FitsErrorCode } from './errors.ts'
