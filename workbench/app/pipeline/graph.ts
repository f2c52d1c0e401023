import {
  BAR_STATES,
  dimensionsText,
  layoutTasks,
  type PipelineDisplay,
  type PlacedTask,
  type QuantumState,
  TASK_BOX as BOX,
} from '#protocol'
import { svg } from '../dom.ts'

/** Choosing a task: the one that is chosen, and what to do when another is. */
export interface TaskChoice {
  readonly chosen: string | undefined
  readonly choose: (label: string) => void
}

/** The task boxes with their bars and arrows; drawn anew at each update, a pipeline is small. */
export function drawGraph({ tasks }: PipelineDisplay, choice?: TaskChoice): SVGSVGElement {
  const { boxes, edges, width, height } = layoutTasks(tasks)
  return svg(
    'svg',
    {
      class: 'fl-graph',
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      role: 'group',
      'aria-label': 'Tasks',
    },
    ...edges.map(([from, to]) => drawEdge(from, to)),
    ...boxes.map((box) => drawBox(box, choice)),
  )
}

function drawEdge(from: PlacedTask, to: PlacedTask): SVGElement {
  const [x1, y1] = [from.x + BOX.width, from.y + BOX.height / 2]
  const [x2, y2] = [to.x - 3, to.y + BOX.height / 2]
  const bend = (x2 - x1) / 2
  const d = `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}m-6 -4l6 4l-6 4`
  return svg('path', { class: 'fl-edge', d })
}

function drawBox({ task, x, y }: PlacedTask, choice: TaskChoice | undefined): SVGElement {
  const { label, dimensions, counts, total } = task
  const ended = counts.done + counts.skipped
  const state = taskState(counts, total)
  const inner = BOX.width - 20
  let at = 10
  const bars = BAR_STATES.filter((name) => counts[name] > 0).map((name) => {
    const width = (inner * counts[name]) / Math.max(1, total)
    const bar = svg(
      'rect',
      { class: `fl-bar fl-state-${name}`, x: at, y: 52, width, height: 8 },
      svg('title', {}, `${counts[name]} ${name}`),
    )
    at += width
    return bar
  })
  const failed = counts.failed > 0 ? ` · ${counts.failed} failed` : ''
  const box = svg(
    'g',
    {
      class: `fl-task fl-state-${state}`,
      transform: `translate(${x} ${y})`,
      'aria-label': `${label}: ${ended} of ${total} done${failed}`,
      ...(choice === undefined
        ? { role: 'img' }
        : {
            role: 'button',
            tabindex: 0,
            'aria-pressed': String(choice.chosen === label),
            'data-task': label,
          }),
    },
    ...(choice === undefined ? [] : [svg('title', {}, 'Show its config')]),
    svg('rect', { class: 'fl-box', width: BOX.width, height: BOX.height, rx: 6 }),
    svg('text', { class: 'fl-label', x: 10, y: 20 }, clip(label, 26)),
    svg('text', { class: 'fl-dimensions', x: 10, y: 38 }, clip(dimensionsText(dimensions), 30)),
    svg('text', { class: 'fl-counts', x: BOX.width - 10, y: 38, 'text-anchor': 'end' }, `${ended}/${total}`),
    svg('rect', { class: 'fl-bar', x: 10, y: 52, width: inner, height: 8 }),
    ...bars,
  )
  // Not a click: the box may be drawn anew before the button is released.
  box.addEventListener('mousedown', () => choice?.choose(label))
  box.addEventListener('keydown', ({ key }) => {
    if (key === 'Enter') choice?.choose(label)
  })
  return box
}

function taskState(counts: Readonly<Record<QuantumState, number>>, total: number): QuantumState {
  if (counts.failed > 0) return 'failed'
  if (counts.running > 0) return 'running'
  if (total > 0 && counts.done + counts.skipped === total) return 'done'
  return counts.blocked > 0 ? 'blocked' : 'pending'
}

const clip = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length - 1)}…` : text
