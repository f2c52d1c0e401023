import { readFileSync } from 'node:fs'
import type { TaskRegistry } from '#pipeline'
import { runPipetask } from '#cli'
import { dataPath } from './data.ts'
import { tasks } from './fl-tasks.ts'

export interface CommandResult {
  readonly stdout: string
  readonly stderr: string
  readonly rc: number
}

/** One recorded command of the real software. */
export interface Recorded extends CommandResult {
  readonly id: string
  readonly cmd: readonly string[]
  readonly graph?: RecordedGraph
}

export interface RecordedGraph {
  readonly n_quanta: number
  readonly quanta_per_task: Readonly<Record<string, number>>
  readonly datasets_per_type: Readonly<Record<string, number>>
  readonly quanta: readonly {
    readonly task: string
    readonly dataId: Readonly<Record<string, string | number>>
    readonly inputs?: Readonly<Record<string, readonly string[]>>
    readonly outputs?: Readonly<Record<string, readonly string[]>>
  }[]
}

export const recorded = (name: string): readonly Recorded[] =>
  (
    JSON.parse(readFileSync(dataPath(`rubin-middleware/expected/pipelines/${name}.json`), 'utf8')) as {
      cases: readonly Recorded[]
    }
  ).cases

/** Run a recorded `pipetask` command in this process, on the twins of the recorded tasks. */
export async function pipetask(
  argv: readonly string[],
  places: Readonly<Record<string, string>> = {},
  registry: TaskRegistry = tasks,
): Promise<CommandResult> {
  const pipelines = dataPath('rubin-middleware/pipelines')
  const known: Readonly<Record<string, string>> = { '<PIPELINES>': pipelines, ...places }
  const fill = (word: string): string => word.replace(/<[A-Z]+>/g, (mark) => known[mark] ?? mark)
  const env: Readonly<Record<string, string>> = {
    FL_PIPELINES: pipelines,
    FIRSTLIGHT_INSTRUMENT_CONFIG: dataPath('rubin-middleware/tasks/instrument_config'),
    USER: 'fl',
  }
  let stdout = ''
  let stderr = ''
  const rc = await runPipetask(argv.slice(1).map(fill), {
    out: (text) => void (stdout += text),
    err: (text) => void (stderr += text),
    env: (name) => env[name],
    cwd: known['<WORK>'] ?? pipelines,
    columns: undefined,
    confirm: () => Promise.resolve(false),
    signal: new AbortController().signal,
    tasks: registry,
    commandLine: argv.join(' '),
  })
  return { stdout, stderr, rc }
}
