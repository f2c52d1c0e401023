/** Which part of the image is seen: image pixel at the middle of the canvas, and screen pixels per image pixel. */
export interface View {
  readonly x: number
  readonly y: number
  readonly zoom: number
}

export interface Size {
  readonly width: number
  readonly height: number
}

const MIN_ZOOM = 1 / 64
const MAX_ZOOM = 64

/** The whole image, as large as it goes. Image coordinates: pixel centres on integers, first pixel (0, 0). */
export function fitView(image: Size, canvas: Size): View {
  const zoom = Math.min(canvas.width / image.width, canvas.height / image.height)
  return { x: (image.width - 1) / 2, y: (image.height - 1) / 2, zoom: limitZoom(zoom) }
}

/** No empty canvas: the shorter side fits, the longer one is cut. */
export function fillView(image: Size, canvas: Size): View {
  const zoom = Math.max(canvas.width / image.width, canvas.height / image.height)
  return { ...fitView(image, canvas), zoom: limitZoom(zoom) }
}

/** Image position under a canvas position (pixels from the top left corner); image rows rise upwards. */
export function toImage(view: View, canvas: Size, sx: number, sy: number): [x: number, y: number] {
  return [view.x + (sx - canvas.width / 2) / view.zoom, view.y - (sy - canvas.height / 2) / view.zoom]
}

export function toScreen(view: View, canvas: Size, x: number, y: number): [sx: number, sy: number] {
  return [canvas.width / 2 + (x - view.x) * view.zoom, canvas.height / 2 - (y - view.y) * view.zoom]
}

/** Zoom by a factor and keep what is under the given canvas position where it is. */
export function zoomAt(view: View, canvas: Size, sx: number, sy: number, factor: number): View {
  const zoom = limitZoom(view.zoom * factor)
  const [x, y] = toImage(view, canvas, sx, sy)
  return { x: x - (sx - canvas.width / 2) / zoom, y: y + (sy - canvas.height / 2) / zoom, zoom }
}

export const panBy = (view: View, dx: number, dy: number): View => ({
  ...view,
  x: view.x - dx / view.zoom,
  y: view.y + dy / view.zoom,
})

export const limitZoom = (zoom: number): number => Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, zoom))
