import { apertureName } from '#algo'
import { axesOf } from '#image'
import { Catalog, type ColumnSpec, Schema } from '#table'
import type { SkyWcs } from '#wcs'

type Part = readonly [ColumnSpec, Float64Array | Uint8Array | BigInt64Array | Int32Array]

const RAD_TO_DEG = 180 / Math.PI
const SIGMA_TO_FWHM = 2 * Math.sqrt(2 * Math.LN2)
const ERROR_TO_MAG = 2.5 / Math.LN10

/**
 * The catalog that people read: short names first (id, x, y, ra, dec, fluxes, magnitudes, shape, flags), then every
 * column of the plug-ins under the stack's names.
 */
export function frameCatalog(
  sources: Catalog,
  about: {
    readonly zeroPoint?: number
    readonly wcs?: SkyWcs
    readonly apertureRadius: number
    readonly blended: Uint8Array
  },
): Catalog {
  const parts: Part[] = [
    [{ name: 'id', type: 'i64', doc: 'number of the source' }, sources.i64('id')],
    ...positions(sources, about.wcs),
    ...fluxes(sources, about.apertureRadius, about.zeroPoint),
    ...shapes(sources),
    ...flags(sources, about.blended),
  ]
  const names = new Set(parts.map(([spec]) => spec.name))
  const rest = sources.schema.columns.filter(({ name }) => !names.has(name) && name !== 'parent')
  const schema = new Schema([...parts.map(([spec]) => spec), ...rest], sources.schema.metadata)
  const values = [
    ...parts.map(([{ name }, column]) => [name, column] as const),
    ...rest.map(({ name }) => [name, sources.column(name) as Float64Array] as const),
  ]
  return Catalog.fromColumns(schema, Object.fromEntries(values))
}

/**
 * The centroid fitted to the core; of a star whose core is saturated, the barycentre of its footprint, since what was filled in at
 * the core does not tell the centre.
 */
function positions(sources: Catalog, wcs: SkyWcs | undefined): Part[] {
  const clipped = sources.bool('base_PixelFlags_flag_saturatedCenter')
  const failed = sources.bool('ext_FootprintCentroid_flag')
  const centre = (axis: 'x' | 'y'): Float64Array => {
    const whole = sources.f64(`ext_FootprintCentroid_${axis}`)
    const usable = (i: number) => clipped[i] === 1 && failed[i] === 0
    return sources.f64(`base_SdssCentroid_${axis}`).map((v, i) => (usable(i) ? whole[i]! : v))
  }
  const [x, y] = [centre('x'), centre('y')]
  const column = (name: string, values: Float64Array, doc: string, unit: string): Part => [
    { name, type: 'f64', unit, doc },
    values,
  ]
  const pixels = [
    column('x', x, 'column, first pixel 0; barycentre of the footprint where the core is saturated', 'pixel'),
    column('y', y, 'row, first pixel 0; barycentre of the footprint where the core is saturated', 'pixel'),
    column('xErr', sources.f64('base_SdssCentroid_xErr').slice(), '1-sigma error of the fitted x', 'pixel'),
    column('yErr', sources.f64('base_SdssCentroid_yErr').slice(), '1-sigma error of the fitted y', 'pixel'),
  ]
  if (wcs === undefined) return pixels
  const { ra, dec } = wcs.pixelToSkyArrays(x, y)
  return [
    ...pixels,
    column(
      'ra',
      ra.map((v) => v * RAD_TO_DEG),
      'right ascension, ICRS',
      'deg',
    ),
    column(
      'dec',
      dec.map((v) => v * RAD_TO_DEG),
      'declination, ICRS',
      'deg',
    ),
  ]
}

function fluxes(sources: Catalog, radius: number, zeroPoint: number | undefined): Part[] {
  const kinds = [
    ['psf', 'base_PsfFlux', 'PSF'],
    ['ap', apertureName(radius), `circle of ${radius} pixels`],
    ['kron', 'ext_photometryKron_KronFlux', 'Kron ellipse'],
  ] as const
  return kinds.flatMap(([short, plugin, what]): Part[] => {
    const flux = sources.f64(`${plugin}_instFlux`)
    const error = sources.f64(`${plugin}_instFluxErr`)
    const counts: Part[] = [
      [{ name: `${short}Flux`, type: 'f64', unit: 'count', doc: `flux, ${what}` }, flux],
      [{ name: `${short}FluxErr`, type: 'f64', unit: 'count', doc: '1-sigma error' }, error],
    ]
    if (zeroPoint === undefined) return counts
    const mag = flux.map((f) => (f > 0 ? zeroPoint - 2.5 * Math.log10(f) : Number.NaN))
    const magErr = flux.map((f, i) => (f > 0 ? (ERROR_TO_MAG * error[i]!) / f : Number.NaN))
    return [
      ...counts,
      [{ name: `${short}Mag`, type: 'f64', unit: 'mag', doc: `magnitude, ${what}` }, mag],
      [{ name: `${short}MagErr`, type: 'f64', unit: 'mag', doc: '1-sigma error' }, magErr],
    ]
  })
}

function shapes(sources: Catalog): Part[] {
  const [xx, yy, xy] = ['xx', 'yy', 'xy'].map((m) => sources.f64(`base_SdssShape_${m}`)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  const axes = Array.from(xx, (v, i) => axesOf({ ixx: v, iyy: yy[i]!, ixy: xy[i]! }))
  const column = (
    name: string,
    doc: string,
    unit: string | undefined,
    value: (i: number) => number,
  ): Part => [
    { name, type: 'f64', doc, ...(unit !== undefined && { unit }) },
    Float64Array.from(xx, (_, i) => value(i)),
  ]
  return [
    column('a', 'semi-major axis (rms)', 'pixel', (i) => axes[i]!.a),
    column('b', 'semi-minor axis (rms)', 'pixel', (i) => axes[i]!.b),
    column('theta', 'angle of the major axis from x towards y', 'deg', (i) => axes[i]!.theta * RAD_TO_DEG),
    column(
      'fwhm',
      'FWHM of the Gaussian of the same area',
      'pixel',
      (i) => SIGMA_TO_FWHM * Math.sqrt(axes[i]!.a * axes[i]!.b),
    ),
    column(
      'kronRadius',
      'Kron radius',
      'pixel',
      (i) => sources.f64('ext_photometryKron_KronFlux_radius')[i]!,
    ),
    column(
      'extendedness',
      '0: point source, 1: extended',
      undefined,
      (i) => sources.f64('base_ClassificationExtendedness_value')[i]!,
    ),
  ]
}

function flags(sources: Catalog, blended: Uint8Array): Part[] {
  const any = (...names: readonly string[]) =>
    Uint8Array.from(blended, (_, i) => (names.some((name) => sources.bool(name)[i] === 1) ? 1 : 0))
  const flag = (name: string, doc: string, values: Uint8Array): Part => [{ name, type: 'bool', doc }, values]
  return [
    flag('flagBlended', 'split from a blend', blended),
    flag(
      'flagEdge',
      'at the edge of the image or of its data',
      any('base_PixelFlags_flag_edge', 'base_PsfFlux_flag_edge'),
    ),
    flag('flagSaturated', 'saturated pixels', any('base_PixelFlags_flag_saturated')),
    flag(
      'flagBad',
      'bad or interpolated pixels near the centre',
      any('base_PixelFlags_flag_badCenter', 'base_PixelFlags_flag_interpolatedCenter'),
    ),
    flag('flagCosmicRay', 'cosmic-ray pixels near the centre', any('base_PixelFlags_flag_crCenter')),
    flag('flagCentroid', 'the position failed: it is that of the peak', any('base_SdssCentroid_flag')),
    flag('flagShape', 'the shape failed', any('base_SdssShape_flag')),
  ]
}
