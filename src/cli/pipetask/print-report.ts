import type { ReportSummary, TaskSummaryJson } from '#pipeline'
import { padTable } from './table.ts'

const CODES = `Caveat codes:
+: some of the foreseen outputs are missing
*: all foreseen outputs are missing (but for log and metadata)
A: there was nothing to do once the inputs were seen; a new graph would not have the quantum
D: the data are too bad to be processed
U: an input was incomplete because something failed before
P: the task failed after writing some outputs
N: the task found no work`

const TASKS = ['Task', 'Unknown', 'Successful', 'Caveats', 'Blocked', 'Failed', 'Wonky', 'TOTAL', 'EXPECTED']
const DATASETS = [
  'Dataset',
  'Visible',
  'Shadowed',
  'Predicted Only',
  'Unsuccessful',
  'Cursed',
  'TOTAL',
  'EXPECTED',
]

/** Tables of a report: tasks, dataset types, then failures with their messages unless `brief`. */
export function printReport({ tasks, datasets }: ReportSummary, brief: boolean): string {
  const taskRows = Object.entries(tasks).map(([label, t]) => {
    const total = t.n_unknown + t.n_successful + t.n_blocked + t.n_failed + t.n_wonky
    const counts = [t.n_unknown, t.n_successful, caveatCell(t), t.n_blocked, t.n_failed, t.n_wonky, total]
    return [label, ...counts, t.n_expected].map(String)
  })
  const datasetRows = Object.entries(datasets).map(([name, d]) => {
    const counts = [d.n_visible, d.n_shadowed, d.n_predicted_only, d.n_unsuccessful, d.n_cursed]
    return [name, ...counts, counts.reduce((a, b) => a + b, 0), d.n_expected].map(String)
  })
  const parts = [
    padTable(
      TASKS,
      taskRows,
      TASKS.map(() => 'right'),
    ),
    CODES,
    padTable(
      DATASETS,
      datasetRows,
      DATASETS.map(() => 'right'),
    ),
    ...(brief ? [] : Object.entries(tasks).flatMap(failures)),
  ]
  return `${parts.join('\n\n')}\n\n`
}

function caveatCell({ caveats }: TaskSummaryJson): string {
  const entries = Object.entries(caveats)
  return entries.length > 1 ? '(multiple)' : entries.map(([code, ids]) => `${code}(${ids.length})`).join('')
}

function failures([label, { failed_quanta: failed, wonky_quanta: wonky }]: [
  string,
  TaskSummaryJson,
]): string[] {
  const rows = [...failed, ...wonky].map(({ data_id: id, runs, messages }) => [
    Object.values(runs).at(-1) ?? '',
    ...Object.values(id).map(String),
    messages.at(-1) ?? '',
  ])
  if (rows.length === 0) return []
  const names = Object.keys([...failed, ...wonky][0]?.data_id ?? {})
  return [`${label} errors:\n${padTable(['Status', ...names, 'Message'], rows)}`]
}
