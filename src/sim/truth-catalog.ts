import { Catalog, type ColumnSpec } from '#table'
import type { TruthSource } from './scene.ts'

const COLUMNS: readonly ColumnSpec[] = [
  { name: 'id', type: 'i64', doc: 'object id, the same in every frame' },
  { name: 'is_star', type: 'bool', doc: 'point source; false: galaxy' },
  { name: 'ra', type: 'f64', unit: 'deg', doc: 'ICRS right ascension at the epoch of the exposure' },
  { name: 'dec', type: 'f64', unit: 'deg', doc: 'ICRS declination at the epoch of the exposure' },
  {
    name: 'x',
    type: 'f64',
    unit: 'pixel',
    doc: 'column in the assembled chip, centre of the first pixel is 0',
  },
  { name: 'y', type: 'f64', unit: 'pixel', doc: 'row in the assembled chip, centre of the first pixel is 0' },
  { name: 'flux', type: 'f64', unit: 'ct', doc: 'total flux in counts of the calibrated (post-ISR) frame' },
  { name: 'mag', type: 'f64', unit: 'mag', doc: 'AB magnitude in the band of the exposure' },
  {
    name: 'psf_fwhm',
    type: 'f64',
    unit: 'pixel',
    doc: 'full width at half maximum of the PSF at the source',
  },
]

const DEG = 180 / Math.PI

/** What is in a frame, brightest first. */
export function truthCatalog(sources: readonly TruthSource[]): Catalog {
  const sorted = sources.toSorted((a, b) => b.flux - a.flux)
  const column = (f: (s: TruthSource) => number) => Float64Array.from(sorted, f)
  return Catalog.fromColumns(COLUMNS, {
    id: BigInt64Array.from(sorted, (s) => s.id),
    is_star: Uint8Array.from(sorted, (s) => (s.isStar ? 1 : 0)),
    ra: column((s) => (((s.ra * DEG) % 360) + 360) % 360),
    dec: column((s) => s.dec * DEG),
    x: column((s) => s.x),
    y: column((s) => s.y),
    flux: column((s) => s.flux),
    mag: column((s) => s.mag),
    psf_fwhm: column((s) => s.fwhm),
  })
}
