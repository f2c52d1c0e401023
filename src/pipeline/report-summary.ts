import type { DataId } from '#butler'
import type { QuantumStatus, RunReport } from './report.ts'

/** A report in the anchor's JSON shape, which its `aggregate-reports` adds up too. */
export interface ReportSummary {
  readonly tasks: Readonly<Record<string, TaskSummaryJson>>
  readonly datasets: Readonly<Record<string, DatasetSummaryJson>>
}

export interface UnsuccessfulJson {
  readonly data_id: DataId
  readonly runs: Readonly<Record<string, string>>
  readonly messages: readonly string[]
}

export interface TaskSummaryJson {
  readonly n_successful: number
  readonly n_blocked: number
  readonly n_unknown: number
  readonly n_expected: number
  readonly n_failed: number
  readonly n_wonky: number
  /** Data IDs by caveat code. */
  readonly caveats: Readonly<Record<string, readonly DataId[]>>
  readonly exceptions: Readonly<Record<string, readonly unknown[]>>
  readonly failed_quanta: readonly UnsuccessfulJson[]
  readonly recovered_quanta: readonly DataId[]
  readonly wonky_quanta: readonly UnsuccessfulJson[]
}

export interface DatasetSummaryJson {
  readonly producer: string
  readonly n_visible: number
  readonly n_shadowed: number
  readonly n_predicted_only: number
  readonly n_expected: number
  readonly n_cursed: number
  readonly n_unsuccessful: number
  readonly cursed_datasets: readonly unknown[]
  readonly unsuccessful_datasets: readonly DataId[]
}

/** The anchor's words for how a run of a quantum ended. */
const STATUS: Readonly<Record<QuantumStatus, string>> = {
  successful: 'SUCCESSFUL',
  failed: 'FAILED',
  blocked: 'BLOCKED',
  unknown: 'METADATA_MISSING',
  wonky: 'LOGS_MISSING',
}

export function summarizeReport({ run, tasks, datasets }: RunReport): ReportSummary {
  const unsuccessful = (list: RunReport['tasks'][number]['failures']): UnsuccessfulJson[] =>
    list.map(({ values, message, status }) => ({
      data_id: values,
      runs: { [run]: STATUS[status] },
      messages: message === '' ? [] : [message],
    }))
  return {
    tasks: Object.fromEntries(
      tasks.map(({ label, counts, caveats, failures, wonky, expected, recovered }) => [
        label,
        {
          n_successful: counts.successful,
          n_blocked: counts.blocked,
          n_unknown: counts.unknown,
          n_expected: expected,
          n_failed: counts.failed,
          n_wonky: counts.wonky,
          caveats,
          exceptions: {},
          failed_quanta: unsuccessful(failures),
          recovered_quanta: recovered,
          wonky_quanta: unsuccessful(wonky),
        },
      ]),
    ),
    datasets: Object.fromEntries(
      datasets.map((d) => [
        d.name,
        {
          producer: d.producer,
          n_visible: d.visible,
          n_shadowed: d.shadowed,
          n_predicted_only: d.predictedOnly,
          n_expected: d.expected,
          n_cursed: d.cursed,
          n_unsuccessful: d.unsuccessful.length,
          cursed_datasets: [],
          unsuccessful_datasets: d.unsuccessful,
        },
      ]),
    ),
  }
}

/** Add up reports of parts of the data. */
export function addReports(reports: readonly ReportSummary[]): ReportSummary {
  const tasks: Record<string, TaskSummaryJson> = {}
  const datasets: Record<string, DatasetSummaryJson> = {}
  for (const report of reports) {
    for (const [label, task] of Object.entries(report.tasks)) {
      const before = tasks[label]
      tasks[label] = before === undefined ? task : addTasks(before, task)
    }
    for (const [name, dataset] of Object.entries(report.datasets)) {
      const before = datasets[name]
      datasets[name] = before === undefined ? dataset : addDatasets(before, dataset)
    }
  }
  return { tasks, datasets }
}

const joined = <T>(
  a: Readonly<Record<string, readonly T[]>>,
  b: Readonly<Record<string, readonly T[]>>,
): Record<string, readonly T[]> => {
  const all: Record<string, readonly T[]> = { ...a }
  for (const [key, list] of Object.entries(b)) all[key] = [...(all[key] ?? []), ...list]
  return all
}

const addTasks = (a: TaskSummaryJson, b: TaskSummaryJson): TaskSummaryJson => ({
  n_successful: a.n_successful + b.n_successful,
  n_blocked: a.n_blocked + b.n_blocked,
  n_unknown: a.n_unknown + b.n_unknown,
  n_expected: a.n_expected + b.n_expected,
  n_failed: a.n_failed + b.n_failed,
  n_wonky: a.n_wonky + b.n_wonky,
  caveats: joined(a.caveats, b.caveats),
  exceptions: joined(a.exceptions, b.exceptions),
  failed_quanta: [...a.failed_quanta, ...b.failed_quanta],
  recovered_quanta: [...a.recovered_quanta, ...b.recovered_quanta],
  wonky_quanta: [...a.wonky_quanta, ...b.wonky_quanta],
})

const addDatasets = (a: DatasetSummaryJson, b: DatasetSummaryJson): DatasetSummaryJson => ({
  producer: a.producer,
  n_visible: a.n_visible + b.n_visible,
  n_shadowed: a.n_shadowed + b.n_shadowed,
  n_predicted_only: a.n_predicted_only + b.n_predicted_only,
  n_expected: a.n_expected + b.n_expected,
  n_cursed: a.n_cursed + b.n_cursed,
  n_unsuccessful: a.n_unsuccessful + b.n_unsuccessful,
  cursed_datasets: [...a.cursed_datasets, ...b.cursed_datasets],
  unsuccessful_datasets: [...a.unsuccessful_datasets, ...b.unsuccessful_datasets],
})
