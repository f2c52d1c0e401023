import type { SkyWcs } from '#wcs'
import type { MeasurementColumns } from './columns.ts'

/** The columns coord_ra and coord_dec, filled from a centroid at the end. NaN without a WCS. */
export function addCoordinates(columns: MeasurementColumns) {
  const ra = columns.number('coord_ra', { unit: 'rad', doc: 'right ascension (ICRS) of the centroid' })
  const dec = columns.number('coord_dec', { unit: 'rad', doc: 'declination (ICRS) of the centroid' })
  return {
    fill(centroid: string, wcs: SkyWcs | undefined): void {
      if (wcs === undefined) return
      const sky = wcs.pixelToSkyArrays(columns.numbers(`${centroid}_x`), columns.numbers(`${centroid}_y`))
      ra.set(sky.ra)
      dec.set(sky.dec)
    },
  }
}
