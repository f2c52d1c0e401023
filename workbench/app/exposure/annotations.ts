import type { SkyWcs } from '#wcs'
import { type Size, toImage, type View } from './view.ts'

const ARCSEC_PER_RAD = 206264.80624709636
/** Lengths that a scale bar may have, arcseconds. */
const NICE_ARCSEC = [0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 18000, 36000]
const NICE_PIXELS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000]

/** Scale bar at the lower left and, with a WCS, north and east at the upper right. */
export function drawAnnotations(
  canvas: HTMLCanvasElement,
  view: View,
  wcs: SkyWcs | undefined,
  ratio: number,
): void {
  const context = canvas.getContext('2d')
  if (context === null) return
  context.clearRect(0, 0, canvas.width, canvas.height)
  context.font = `600 ${12 * ratio}px system-ui, sans-serif`
  context.lineJoin = context.lineCap = 'round'
  const bar = scaleBar(view, canvas, wcs, 110 * ratio)
  // White on a dark rim is seen on every picture.
  for (const [colour, width] of [
    ['#000c', 4.5],
    ['#fff', 1.5],
  ] as const) {
    context.strokeStyle = context.fillStyle = colour
    context.lineWidth = width * ratio
    if (bar !== undefined) drawBar(context, canvas, bar, ratio)
    if (wcs !== undefined) drawCompass(context, canvas, view, wcs, ratio)
  }
}

interface ScaleBar {
  /** Canvas pixels. */
  readonly length: number
  readonly label: string
}

/** The longest nice length up to `longest` canvas pixels. */
export function scaleBar(
  view: View,
  canvas: Size,
  wcs: SkyWcs | undefined,
  longest: number,
): ScaleBar | undefined {
  if (wcs === undefined) {
    const pixels = NICE_PIXELS.findLast((n) => n * view.zoom <= longest)
    return pixels === undefined ? undefined : { length: pixels * view.zoom, label: `${pixels} px` }
  }
  const [x, y] = toImage(view, canvas, canvas.width / 2, canvas.height / 2)
  const perPixel = wcs.pixelScaleAt(x, y).radians * ARCSEC_PER_RAD
  const arcsec = NICE_ARCSEC.findLast((length) => (length / perPixel) * view.zoom <= longest)
  return arcsec === undefined
    ? undefined
    : { length: (arcsec / perPixel) * view.zoom, label: arcLabel(arcsec) }
}

const arcLabel = (arcsec: number): string =>
  arcsec >= 3600 ? `${arcsec / 3600}°` : arcsec >= 60 ? `${arcsec / 60}′` : `${arcsec}″`

function drawBar(context: CanvasRenderingContext2D, { height }: Size, bar: ScaleBar, ratio: number): void {
  const [x, y] = [14 * ratio, height - 14 * ratio]
  context.beginPath()
  context.moveTo(x, y - 4 * ratio)
  context.lineTo(x, y)
  context.lineTo(x + bar.length, y)
  context.lineTo(x + bar.length, y - 4 * ratio)
  context.stroke()
  context.textAlign = 'center'
  drawText(context, bar.label, x + bar.length / 2, y - 6 * ratio)
}

/** Unit vectors of north and east on the screen (y downwards) at the middle of the view. */
export function skyDirections(
  view: View,
  canvas: Size,
  wcs: SkyWcs,
): { north: [number, number]; east: [number, number] } {
  const [x, y] = toImage(view, canvas, canvas.width / 2, canvas.height / 2)
  const [a, b, c, d] = wcs.cdMatrixAt(x, y)
  const det = a * d - b * c
  // The inverse of the CD matrix maps (east, north) to pixel steps.
  return { north: unit(-b / det, a / det), east: unit(d / det, -c / det) }
}

const unit = (x: number, y: number): [number, number] => [x / Math.hypot(x, y), -y / Math.hypot(x, y)]

function drawCompass(
  context: CanvasRenderingContext2D,
  canvas: Size,
  view: View,
  wcs: SkyWcs,
  ratio: number,
): void {
  const { north, east } = skyDirections(view, canvas, wcs)
  const [x, y, length] = [canvas.width - 52 * ratio, 52 * ratio, 26 * ratio]
  context.textAlign = 'center'
  for (const [[dx, dy], label] of [
    [north, 'N'],
    [east, 'E'],
  ] as const) {
    const [tx, ty] = [x + dx * length, y + dy * length]
    context.beginPath()
    context.moveTo(x, y)
    context.lineTo(tx, ty)
    const [hx, hy] = [6 * ratio * dx, 6 * ratio * dy]
    context.moveTo(tx - hx - hy * 0.6, ty - hy + hx * 0.6)
    context.lineTo(tx, ty)
    context.lineTo(tx - hx + hy * 0.6, ty - hy - hx * 0.6)
    context.stroke()
    drawText(context, label, tx + dx * 10 * ratio, ty + dy * 10 * ratio + 4 * ratio)
  }
}

/** In the first, wide pass the outline of the letters is their rim. */
function drawText(context: CanvasRenderingContext2D, text: string, x: number, y: number): void {
  if (context.fillStyle === '#ffffff') context.fillText(text, x, y)
  else context.strokeText(text, x, y)
}
