import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type Hdu, openFits, readImage, readTable } from '#fits'
import { dataPath } from '../support/data.ts'

/** One line of HDUS.txt, as astropy wrote it: number, class, name, `17x37 uint16` or `5 rows x 2 cols: a,b…` or `-`. */
interface Expected {
  readonly kind: string
  /** Name and shape without blanks: long names run into the shape in HDUS.txt. */
  readonly about: string
}

function expectations(folder: string): Map<string, Expected[]> {
  const files = new Map<string, Expected[]>()
  let hdus: Expected[] = []
  for (const line of readFileSync(dataPath(`real/${folder}/HDUS.txt`), 'utf8').split('\n')) {
    const file = /^(\S.*?) {2}\[/.exec(line)?.[1]
    if (file !== undefined) files.set(file, (hdus = []))
    else if (/^ *\d+ /.test(line))
      hdus.push({ kind: line.slice(5, 18).trim(), about: line.slice(18).replaceAll(' ', '') })
  }
  return files
}

const KINDS: Readonly<Record<string, string>> = {
  primary: 'PrimaryHDU',
  image: 'ImageHDU',
  'compressed-image': 'CompImageHDU',
  bintable: 'BinTableHDU',
  table: 'TableHDU',
}

const TYPES: Readonly<Record<string, string>> = {
  Uint8Array: 'uint8',
  Int16Array: 'int16',
  Uint16Array: 'uint16',
  Int32Array: 'int32',
  BigInt64Array: 'int64',
  Float32Array: 'float32',
  Float64Array: 'float64',
}

/** The same words for an HDU of ours; of pixels and rows only the first are read. */
async function describeHdu(hdu: Hdu): Promise<Expected> {
  const kind = KINDS[hdu.kind] ?? hdu.kind
  const about = (shape: string) => `${hdu.name} ${shape}`.replaceAll(' ', '')
  if (hdu.kind === 'bintable' || hdu.kind === 'table') {
    const { columns } = await readTable(hdu, { rows: [0, 1] })
    const names = columns.map((c) => c.name)
    const shown = names.slice(0, 8).join(',') + (names.length > 8 ? '...' : '')
    return { kind, about: about(`${hdu.shape[0]} rows x ${names.length} cols: ${shown}`) }
  }
  if (hdu.shape.length === 0) return { kind, about: about('-') }
  const { data } = await readImage(hdu, { x0: 0, y0: 0, width: Math.min(1, hdu.shape.at(-1)!), height: 1 })
  return { kind, about: about(`${hdu.shape.toReversed().join('x')} ${TYPES[data.constructor.name]}`) }
}

/** HDUS.txt adds a few cards behind the shape; astropy turns integers with BLANK into floats, we do not. */
const comparable = ({ kind, about }: Expected, file: string): Expected => ({
  kind,
  about: about
    .replace(/ *(FILTER|EXPTIME|CTYPE1)=.*$/, '')
    .replace('float64', file === 'blank.fits' ? 'int64' : 'float64'),
})

const folders = readdirSync(dataPath('real'), { recursive: true, encoding: 'utf8' })
  .filter((f) => f.endsWith('HDUS.txt'))
  .map((f) => f.slice(0, -'/HDUS.txt'.length))

describe('files that nobody here made open with the structure astropy sees', () => {
  test('there are folders to look at', () => {
    expect(folders.length).toBeGreaterThanOrEqual(26)
  })

  test.each(folders)('%s', async (folder) => {
    const files = expectations(folder)
    expect(files.size).toBeGreaterThan(0)
    for (const [name, expected] of files) {
      const file = await openFits(readFileSync(dataPath(`real/${folder}/${name}`)), { name })
      const found = await Promise.all(file.hdus.map(describeHdu))
      expect({ name, hdus: found }).toEqual({ name, hdus: expected.map((e) => comparable(e, name)) })
    }
  })
})

test('the files of the Rubin image package open and every array in them reads', async () => {
  for (const name of readdirSync(dataPath('rubin-images')).filter((f) => f.endsWith('.fits'))) {
    const file = await openFits(readFileSync(dataPath(`rubin-images/${name}`)), { name })
    expect(file.hdus.at(-1)?.name).toBe('INDEX')
    const addresses = await readTable(file.hdu('INDEX'), { columns: ['HDRADDR', 'DATADDR'] })
    expect(Array.from(addresses.column('HDRADDR').data as BigInt64Array, Number)).toEqual(
      file.hdus.slice(0, -1).map((h) => h.headerOffset),
    )
    for (const hdu of file.hdus)
      if (hdu.kind === 'compressed-image' || hdu.kind === 'image') {
        const image = await readImage(hdu)
        expect(image.data.length).toBe(hdu.shape.reduce((n, l) => n * l, 1))
      }
  }
})
