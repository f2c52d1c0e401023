import { type PipelineGraph, type ReportSummary, taskPredecessors } from '#pipeline'

/** The tasks of a pipeline in order, each with what it waits for and a bar of how its quanta ended. */
export function viewGraph(pipeline: PipelineGraph, { tasks }: ReportSummary): string {
  const before = taskPredecessors(pipeline)
  const width = Math.max(0, ...pipeline.tasks.map(({ label }) => label.length))
  return pipeline.tasks
    .map(({ label }) => {
      const t = tasks[label]
      const after = before.get(label) ?? []
      const from = after.length === 0 ? '' : `  ← ${after.join(', ')}`
      if (t === undefined) return `■ ${label.padEnd(width)}  no quanta${from}\n`
      const others = [
        [t.n_failed + t.n_wonky, 'failed'],
        [t.n_blocked, 'blocked'],
        [t.n_unknown, 'not run'],
      ] as const
      const said = others.filter(([n]) => n > 0).map(([n, what]) => `${n} ${what}`)
      return `■ ${label.padEnd(width)}  ${bar(t.n_successful, t.n_expected)} ${[`${t.n_successful} of ${t.n_expected}`, ...said].join(', ')}${from}\n`
    })
    .join('')
}

const bar = (done: number, total: number): string => {
  const filled = total === 0 ? 0 : Math.floor((10 * done) / total)
  return '█'.repeat(filled) + '░'.repeat(10 - filled)
}
