import {
  BAR_STATES,
  dimensionsText,
  layoutTasks,
  type PipelineTaskDisplay,
  type PlacedTask,
  type QuantumState,
  TASK_BOX as BOX,
} from '#protocol'
import { escapeHtml } from '../display/text.ts'

/** Told apart by colour-blind eyes too, on white and on black. */
const COLOURS: Readonly<Record<QuantumState, string>> = {
  done: '#2e8b57',
  skipped: '#8fbc8f',
  running: '#1e7fd0',
  failed: '#d0402b',
  blocked: '#d9a400',
  cancelled: '#8a8a8a',
  pending: '#cfcfcf',
}

const RULE = 'stroke="#808080" stroke-width="1"'

/** The tasks of a run with their counts as an SVG text that needs no style sheet: for front ends that are not ours, and for paper. */
export function drawTasks(tasks: readonly PipelineTaskDisplay[]): string {
  const { boxes, edges, width, height } = layoutTasks(tasks)
  const parts = [...edges.map(([from, to]) => drawEdge(from, to)), ...boxes.map(drawBox)]
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" fill="#303030" role="img" aria-label="Tasks">${parts.join('')}</svg>`
}

function drawEdge(from: PlacedTask, to: PlacedTask): string {
  const [x1, y1] = [from.x + BOX.width, from.y + BOX.height / 2]
  const [x2, y2] = [to.x - 3, to.y + BOX.height / 2]
  const bend = (x2 - x1) / 2
  const d = `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}m-6 -4l6 4l-6 4`
  return `<path d="${d}" fill="none" ${RULE}/>`
}

function drawBox({ task, x, y }: PlacedTask): string {
  const { label, dimensions, counts, total } = task
  const inner = BOX.width - 20
  let at = 10
  const bars = BAR_STATES.filter((name) => counts[name] > 0).map((name) => {
    const width = (inner * counts[name]) / Math.max(1, total)
    const bar = `<rect x="${at.toFixed(1)}" y="52" width="${width.toFixed(1)}" height="8" fill="${COLOURS[name]}"><title>${counts[name]} ${name}</title></rect>`
    at += width
    return bar
  })
  const failed = counts.failed > 0 ? ` · ${counts.failed} failed` : ''
  // Light on every ground: arrows pass behind it, and the front end's colours are not known.
  const frame = `<rect width="${BOX.width}" height="${BOX.height}" rx="6" fill="#ffffff" ${counts.failed > 0 ? `stroke="${COLOURS.failed}" stroke-width="2"` : RULE}/>`
  return `<g transform="translate(${x} ${y})">${frame}<text x="10" y="20" font-size="13" font-weight="bold">${clipped(label, counts.failed > 0 ? 13 : 19)}</text><text x="10" y="40" fill="#606060">${clipped(dimensionsText(dimensions), 31)}</text><text x="${BOX.width - 10}" y="20" text-anchor="end">${counts.done + counts.skipped}/${total}${failed}</text>${bars.join('')}</g>`
}

const clipped = (text: string, length: number): string =>
  escapeHtml(text.length > length ? `${text.slice(0, length - 1)}…` : text)
