import type { Header, HduData } from '#fits'
import { Box2I, type Point2D } from '#geom'
import { type CoaddInput, CoaddPsf, type Psf } from '#image'
import { hasSkyWcs, wcsFromHeader, withPixelOrigin, type SkyWcs } from '#wcs'
import { formatError } from '../errors.ts'
import { exactOrigin, frameCards } from './pixel-hdus.ts'
import { type RecordReader, RecordTable } from './record-table.ts'

const ORIGIN = { x0: 0, y0: 0 }

/** Name of the HDU with the PSF and the WCS of the k-th input. */
const inputName = (k: number): string => `PSF_INPUT${k + 1}`

/**
 * The inputs of a coadd PSF as a table with the coadd's WCS in its header, and for each input an HDU with its own PSF whose header holds its WCS.
 * @param write how a PSF becomes an HDU of a name
 */
export function writeCoaddPsf(
  psf: CoaddPsf,
  write: (psf: Psf, name: string, header: Header) => readonly HduData[],
): readonly HduData[] {
  const table = new RecordTable(psf.inputs)
    .i64('id', (input) => input.id)
    .f64('weight', (input) => input.weight)
    .f64('goodpix', (input) => input.goodPixels, 'pixel')
    .i32s('bbox', ({ bbox }) => [bbox.x0, bbox.y0, bbox.width, bbox.height], 'pixel')
    .f64s('validpolygon', ({ validPolygon }) => (validPolygon ?? []).flatMap(({ x, y }) => [x, y]), 'pixel')
    .hdu(
      'PSF',
      frameCards(ORIGIN, psf.wcs)
        .set('PSFKIND', psf.kind)
        .set('PSFORDER', psf.order, 'Lanczos order of the warp'),
    )
  const inputs = psf.inputs.flatMap((input, k) =>
    write(input.psf, inputName(k), frameCards(ORIGIN, input.wcs)),
  )
  return [table, ...inputs]
}

/** Another table of the same file, by HDU name. */
export type OpenTable = (name: string) => Promise<RecordReader | undefined>

/** @param read how an HDU becomes a PSF @throws FirstlightError 'formats/bad-file' when an HDU or a WCS is missing */
export async function readCoaddPsf(
  reader: RecordReader,
  open: OpenTable,
  read: (reader: RecordReader) => Promise<Psf>,
): Promise<CoaddPsf> {
  const { header } = reader.table
  const inputs: CoaddInput[] = []
  for (let k = 0; k < reader.table.numRows; k++) {
    const own = await open(inputName(k))
    if (own === undefined)
      throw formatError(
        'bad-file',
        `${header.where}: the HDU ${inputName(k)} with an input's PSF is missing.`,
      )
    const [x0 = 0, y0 = 0, width = 0, height = 0] = reader.numbers('bbox', k)
    const polygon = reader.numbers('validpolygon', k)
    inputs.push({
      id: reader.bigint('id', k),
      psf: await read(own),
      wcs: wcsOf(own.table.header),
      bbox: new Box2I(x0, y0, width, height),
      weight: reader.number('weight', k),
      goodPixels: reader.number('goodpix', k),
      ...(polygon.length > 0 && { validPolygon: points(polygon) }),
    })
  }
  return new CoaddPsf(inputs, wcsOf(header), header.requireNumber('PSFORDER'))
}

function wcsOf(header: Header): SkyWcs {
  if (!hasSkyWcs(header))
    throw formatError('bad-file', `${header.where} has no WCS, which a coadd PSF needs.`)
  const wcs = wcsFromHeader(header)
  return withPixelOrigin(wcs, exactOrigin(header, wcs.pixelOrigin))
}

const points = (flat: Float64Array): Point2D[] =>
  Array.from({ length: flat.length / 2 }, (_, i) => ({ x: flat[2 * i]!, y: flat[2 * i + 1]! }))
