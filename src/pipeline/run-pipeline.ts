import type { Butler } from '#butler'
import type { Context } from '#core'
import type { PipelineEdit } from './definition/edits.ts'
import type { RunListener } from './events.ts'
import type { PipelineHost } from './host.ts'
import type { QuantumExecutor } from './execute/executor.ts'
import type { TaskRegistry } from './task-registry.ts'

/** The options of `pipetask run`, by the same names; see `pipetask run --help`. */
export interface RunPipelineOptions {
  readonly butler: Butler
  readonly tasks: TaskRegistry
  /** Reads pipeline, config and graph files. */
  readonly host: PipelineHost
  /** A pipeline file or `firstlight:pipelines/…`, with an optional `#labels`. */
  readonly pipeline?: string
  /** Text of a pipeline, as in a notebook cell; `pipelineName` is what messages call it. */
  readonly pipelineText?: string
  readonly pipelineName?: string
  /** Edits applied in order: `{ config: 'isr:doDark=False' }`, `{ task: 'lsst.ip.isr.IsrTask:isr' }` … */
  readonly edits?: readonly PipelineEdit[]
  readonly input?: readonly string[]
  readonly output?: string
  readonly outputRun?: string
  readonly where?: string
  readonly extendRun?: boolean
  readonly skipExisting?: boolean
  readonly skipExistingIn?: readonly string[]
  readonly clobberOutputs?: boolean
  readonly replaceRun?: boolean
  readonly pruneReplaced?: 'unstore' | 'purge'
  readonly rebase?: boolean
  readonly registerDatasetTypes?: boolean
  readonly selectTasks?: string
  readonly failFast?: boolean
  readonly timeoutSec?: number
  readonly raiseOnPartialOutputs?: boolean
  readonly noVersions?: boolean
  readonly skipInitWrites?: boolean
  readonly initOnly?: boolean
  readonly datasetQueryConstraint?: string
  /** Who runs quanta: in this thread unless given. */
  readonly executor?: QuantumExecutor
  /** Versions for the `packages` dataset. */
  readonly packages?: Readonly<Record<string, string>>
  readonly onEvent?: RunListener
  /** For time stamps of runs: milliseconds since 1970. */
  readonly now?: () => number
  readonly user?: string
}

/** What a run came to. */
export interface RunResult {
  readonly run: string
  readonly output: string | undefined
  readonly state: 'done' | 'failed' | 'cancelled'
  readonly quanta: readonly QuantumResult[]
  /** 0; 1 after failures; 20 when a task said that repeating is useless. */
  readonly exitCode: number
}

export interface QuantumResult {
  readonly id: string
  readonly label: string
  readonly dataId: Readonly<Record<string, string | number | bigint>>
  readonly state: 'done' | 'failed' | 'blocked' | 'skipped' | 'pending'
  /** `*N`, `+P` …: see the report's table of caveats. */
  readonly caveat?: string
  readonly error?: {
    readonly name: string
    readonly code?: string
    readonly message: string
    readonly stack?: string
  }
  readonly elapsedSec?: number
}

/** Build the graph, prepare the run and execute it: what `pipetask run` and `%%pipeline` cells do. */
export function runPipeline(_options: RunPipelineOptions, _context: Context): Promise<RunResult> {
  throw new Error('being written')
}
