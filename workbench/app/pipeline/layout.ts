import type { PipelineTaskDisplay } from '#protocol'

export interface Placed {
  readonly task: PipelineTaskDisplay
  readonly x: number
  readonly y: number
}

export interface GraphLayout {
  readonly boxes: readonly Placed[]
  readonly edges: readonly (readonly [from: Placed, to: Placed])[]
  readonly width: number
  readonly height: number
}

export const BOX = { width: 216, height: 74, gapX: 46, gapY: 18, margin: 8 } as const

/** Tasks in columns by how many must run before them; a pipeline has tens of tasks, so the order of the file is kept. */
export function layoutTasks(tasks: readonly PipelineTaskDisplay[]): GraphLayout {
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
    const x = BOX.margin + column * (BOX.width + BOX.gapX)
    return { task, x, y: BOX.margin + row * (BOX.height + BOX.gapY) }
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
    width: 2 * BOX.margin + nColumns * BOX.width + (nColumns - 1) * BOX.gapX,
    height: 2 * BOX.margin + nRows * BOX.height + (nRows - 1) * BOX.gapY,
  }
}
