import { floatCard, Header, type HduData } from '#fits'
import { Box2I } from '#geom'
import { CoaddPsf, GaussianPsf, Image, LinearCombinationPsf, type Psf } from '#image'
import { formatError } from '../errors.ts'
import { type OpenTable, readCoaddPsf, writeCoaddPsf } from './coadd-psf-table.ts'
import { type RecordReader, RecordTable } from './record-table.ts'

/**
 * A PSF as a table (a coadd's as several); the kind is a card. What is stored is the model, so the PSF read computes the same bits.
 * @throws FirstlightError 'formats/unsupported' for a kind without file form
 */
export function writePsf(psf: Psf, name = 'PSF', header: Header = new Header()): readonly HduData[] {
  if (psf instanceof GaussianPsf)
    return [
      new RecordTable([psf])
        .f64('sigma', (p) => p.sigma, 'pixel')
        .i32('size', (p) => p.kernelBox.width, 'pixel')
        .hdu(name, header.set('PSFKIND', psf.kind)),
    ]
  if (psf instanceof LinearCombinationPsf) return [writeCombination(psf, name, header)]
  if (psf instanceof CoaddPsf && name === 'PSF') return writeCoaddPsf(psf, writePsf)
  throw formatError('unsupported', `A PSF of kind '${psf.kind}' has no file form yet.`, {
    hint: 'Gaussian, linear-combination and coadd PSFs (of images, not of coadds) can be stored.',
  })
}

function writeCombination(psf: LinearCombinationPsf, name: string, wcs: Header): HduData {
  const { frame, averagePosition, kernelBox, order } = psf
  const header = new Header([
    ['PSFKIND', psf.kind],
    ['PSFORDER', order, 'total order of the position polynomials'],
    ['PSFX0', kernelBox.x0],
    ['PSFY0', kernelBox.y0],
    floatCard('PSFORGX', frame.x0),
    floatCard('PSFORGY', frame.y0),
    floatCard('PSFSCLX', frame.scaleX),
    floatCard('PSFSCLY', frame.scaleY),
    floatCard('PSFAVGX', averagePosition.x),
    floatCard('PSFAVGY', averagePosition.y),
  ])
  header.appendAll(wcs.cards)
  const rows = psf.basis.map((image, k) => ({ image, coefficients: psf.coefficients[k]! }))
  return new RecordTable(rows)
    .f32Planes('basis', [kernelBox.height, kernelBox.width], (r) => r.image.data)
    .f64s('coefficients', (r) => r.coefficients)
    .hdu(name, header)
}

/** @param open gives other tables of the file, which a coadd PSF has */
export async function readPsf(reader: RecordReader, open: OpenTable): Promise<Psf> {
  const { header } = reader.table
  const kind = header.requireString('PSFKIND')
  if (kind === 'coadd') return readCoaddPsf(reader, open, (input) => readPsf(input, open))
  if (kind === 'gaussian') return new GaussianPsf(reader.number('size'), reader.number('sigma'))
  if (kind !== 'linear-combination')
    throw formatError('unsupported', `${header.where}: a PSF of kind '${kind}' cannot be read.`)
  const { shape, data } = reader.table.column('basis')
  const [height = 0, width = 0] = shape
  const box = new Box2I(header.requireNumber('PSFX0'), header.requireNumber('PSFY0'), width, height)
  const n = reader.table.numRows
  const planes = data as Float32Array
  return new LinearCombinationPsf({
    basis: Array.from({ length: n }, (_, k) =>
      Image.ofBox(box, planes.slice(k * box.area, (k + 1) * box.area)),
    ),
    coefficients: Array.from({ length: n }, (_, k) => reader.numbers('coefficients', k)),
    order: header.requireNumber('PSFORDER'),
    frame: {
      x0: header.requireNumber('PSFORGX'),
      y0: header.requireNumber('PSFORGY'),
      scaleX: header.requireNumber('PSFSCLX'),
      scaleY: header.requireNumber('PSFSCLY'),
    },
    averagePosition: { x: header.requireNumber('PSFAVGX'), y: header.requireNumber('PSFAVGY') },
  })
}
