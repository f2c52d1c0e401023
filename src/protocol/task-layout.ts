import type { PipelineTaskDisplay, QuantumState } from './pipeline.ts'

/** States in the order of a task's bar, left to right. */
export const BAR_STATES: readonly QuantumState[] = [
  'done',
  'skipped',
  'running',
  'failed',
  'blocked',
  'cancelled',
  'pending',
]

/** The box of a task; its corner in pixels. */
export interface PlacedTask {
  readonly task: PipelineTaskDisplay
  readonly x: number
  readonly y: number
}

export interface TaskLayout {
  readonly boxes: readonly PlacedTask[]
  readonly edges: readonly (readonly [from: PlacedTask, to: PlacedTask])[]
  readonly width: number
  readonly height: number
}

export const TASK_BOX = { width: 216, height: 74, gapX: 46, gapY: 18, margin: 8 } as const

/** Tasks in columns by how many must run before them; a pipeline has tens of tasks, so the order of the file is kept. */
export function layoutTasks(tasks: readonly PipelineTaskDisplay[]): TaskLayout {
  const byLabel = new Map(tasks.map((task) => [task.label, task]))
  const columns = new Map<string, number>()
  const columnOf = (task: PipelineTaskDisplay, seen: readonly string[] = []): number => {
    const known = columns.get(task.label)
    if (known !== undefined) return known
    if (seen.includes(task.label)) return 0
    const before = task.after.map((label) => byLabel.get(label)).filter((found) => found !== undefined)
    const column = Math.max(-1, ...before.map((found) => columnOf(found, [...seen, task.label]))) + 1
    columns.set(task.label, column)
    return column
  }
  const filled: number[] = []
  const boxes = tasks.map((task) => {
    const column = columnOf(task)
    const row = filled[column] ?? 0
    filled[column] = row + 1
    const x = TASK_BOX.margin + column * (TASK_BOX.width + TASK_BOX.gapX)
    return { task, x, y: TASK_BOX.margin + row * (TASK_BOX.height + TASK_BOX.gapY) }
  })
  const placed = new Map(boxes.map((box) => [box.task.label, box]))
  const edges = boxes.flatMap((to) =>
    to.task.after.flatMap((label) => {
      const from = placed.get(label)
      return from === undefined ? [] : [[from, to] as const]
    }),
  )
  const nColumns = Math.max(1, filled.length)
  const nRows = Math.max(1, ...filled.map((n) => n ?? 0))
  return {
    boxes,
    edges,
    width: 2 * TASK_BOX.margin + nColumns * TASK_BOX.width + (nColumns - 1) * TASK_BOX.gapX,
    height: 2 * TASK_BOX.margin + nRows * TASK_BOX.height + (nRows - 1) * TASK_BOX.gapY,
  }
}
