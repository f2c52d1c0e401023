import type { Box2I } from '#geom'
import type { Canvas } from './render.ts'

/**
 * Charge above the full well runs up and down its column, half each way, until it finds room or falls off the end.
 * @param frame electrons, changed in place
 * @param fullWell electrons a pixel of this amplifier holds
 */
export function bleedColumns(frame: Canvas, box: Box2I, fullWell: number): void {
  const { data, width } = frame
  const { x0, x1, y0, y1 } = box
  const brightest = columnMaxima(frame, box)
  for (let x = x0; x <= x1; x++) {
    if (brightest[x - x0]! <= fullWell) continue
    for (let y = y0; y <= y1; y++) {
      if (data[y * width + x]! <= fullWell) continue
      let top = y
      let excess = 0
      while (top <= y1 && data[top * width + x]! > fullWell) {
        excess += data[top * width + x]! - fullWell
        data[top * width + x] = fullWell
        top++
      }
      pour(data, width, x, y - 1, -1, y0, excess / 2, fullWell)
      pour(data, width, x, top, 1, y1, excess / 2, fullWell)
      y = top - 1
    }
  }
}

/** Row by row, as memory lies. */
function columnMaxima({ data, width }: Canvas, { x0, y0, y1, width: columns }: Box2I): Float32Array {
  const out = new Float32Array(columns)
  for (let y = y0; y <= y1; y++)
    for (let k = 0, i = y * width + x0; k < columns; k++, i++) if (data[i]! > out[k]!) out[k] = data[i]!
  return out
}

function pour(
  data: Float32Array,
  width: number,
  x: number,
  from: number,
  step: 1 | -1,
  end: number,
  charge: number,
  fullWell: number,
): void {
  let left = charge
  for (let y = from; left > 0 && (end - y) * step >= 0; y += step) {
    const room = fullWell - data[y * width + x]!
    if (room <= 0) continue
    const taken = Math.min(room, left)
    data[y * width + x]! += taken
    left -= taken
  }
}
