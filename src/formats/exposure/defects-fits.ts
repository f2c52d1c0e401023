import type { ByteSource } from '#core'
import { openFits, readTable, writeFits } from '#fits'
import { Box2I } from '#geom'
import type { Defects } from '#image'
import { formatError } from '../errors.ts'
import { RecordReader, RecordTable } from './record-table.ts'

/** A table of boxes: columns x0, y0, width, height. */
export const writeDefectsFits = ({ boxes }: Defects): Uint8Array<ArrayBuffer> =>
  writeFits([
    new RecordTable(boxes)
      .i32('x0', (b) => b.x0, 'pixel')
      .i32('y0', (b) => b.y0, 'pixel')
      .i32('width', (b) => b.width, 'pixel')
      .i32('height', (b) => b.height, 'pixel')
      .hdu('DEFECTS'),
  ])

/** @throws FirstlightError 'formats/bad-file' */
export async function readDefectsFits(source: ByteSource): Promise<Defects> {
  const fits = await openFits(source)
  const hdu = fits.hdus.find((h) => h.kind === 'bintable')
  if (hdu === undefined) throw formatError('bad-file', `${fits.name} has no table of defects.`)
  const rows = new RecordReader(await readTable(hdu))
  const [x, y] = rows.has('x0') ? ['x0', 'y0'] : ['X0', 'Y0']
  return {
    boxes: Array.from(
      { length: rows.table.numRows },
      (_, i) =>
        new Box2I(rows.number(x!, i), rows.number(y!, i), rows.number('width', i), rows.number('height', i)),
    ),
  }
}
