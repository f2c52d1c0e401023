import type { ExposureDisplay } from '#protocol'
import type { SkyWcs } from '#wcs'
import type { Level } from './pyramid.ts'
import { formatDegrees, formatSky } from './sky.ts'

export interface Readout {
  readonly position: string
  readonly value: string
  readonly sky: string
  readonly degrees: string
  readonly mask: string
}

/** What lies at a position of this image (first pixel 0, as `wcs` counts too); undefined outside. Printed as parent pixels. */
export function readAt(
  x: number,
  y: number,
  display: Pick<ExposureDisplay, 'x0' | 'y0' | 'unit' | 'mask'>,
  pixels: Level | undefined,
  wcs: SkyWcs | undefined,
  size: { readonly width: number; readonly height: number },
): Readout | undefined {
  const [column, row] = [Math.round(x), Math.round(y)]
  if (column < 0 || row < 0 || column >= size.width || row >= size.height) return undefined
  const i = row * size.width + column

  const sky = wcs === undefined ? undefined : wcs.pixelToSky(x, y)
  return {
    position: `x ${(x + display.x0).toFixed(1)}  y ${(y + display.y0).toFixed(1)}`,
    value: pixels === undefined ? '' : formatValue(pixels.image[i]!, display.unit),
    sky: sky === undefined ? '' : formatSky(sky),
    degrees: sky === undefined ? '' : formatDegrees(sky),
    mask: maskNames(pixels?.mask?.[i] ?? 0, display.mask),
  }
}

export function maskNames(bits: number, planes: ExposureDisplay['mask']): string {
  return planes
    .filter(({ bit }) => ((bits >> bit) & 1) === 1)
    .map(({ name }) => name)
    .join(' ')
}

/** Six digits: more than a pixel of float32 means. */
export function formatValue(value: number, unit: string): string {
  if (Number.isNaN(value)) return 'no value'
  const size = Math.abs(value)
  const text =
    size !== 0 && (size < 1e-3 || size >= 1e7) ? value.toExponential(5) : String(Number(value.toPrecision(6)))
  return unit === '' ? text : `${text} ${unit}`
}
