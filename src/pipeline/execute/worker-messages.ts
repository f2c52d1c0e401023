import type { DataId } from '#butler'
import type { LogRecord } from '#core'
import type { ExecutionOptions } from './executor.ts'
import type { MockSpec } from '../graph/mock.ts'
import type { QuantumResources } from '../task.ts'
import type { QuantumResult } from './outcome.ts'

/** A dataset as it crosses threads. */
export interface WireRef {
  readonly type: string
  readonly dataId: DataId
  readonly run: string
  readonly id: string
}

export type WireRefs = Readonly<Record<string, readonly WireRef[]>>

/** What a worker needs to know once. */
export interface WorkerSetup {
  readonly repository: string
  readonly run: string
  readonly options: ExecutionOptions
  /** ES modules that export further tasks. */
  readonly taskModules: readonly string[]
  readonly tasks: readonly {
    readonly label: string
    readonly className: string
    readonly config: string
    readonly mock?: MockSpec
    /** Init inputs by dataset type. */
    readonly init: Readonly<Record<string, WireRef>>
  }[]
  /** Run from this graph file alone, without the registry. */
  readonly graphFile?: string
  readonly resources?: QuantumResources
  readonly types: readonly {
    readonly name: string
    readonly dimensions: readonly string[]
    readonly storageClass: string
    readonly isCalibration: boolean
  }[]
}

export interface WireQuantum {
  readonly id: string
  readonly index: number
  readonly label: string
  readonly dataId: DataId
  readonly inputs: WireRefs
  readonly outputs: WireRefs
  readonly metadata: WireRef
  readonly log: WireRef | undefined
}

export type ToWorker =
  | { readonly kind: 'setup'; readonly setup: WorkerSetup }
  | { readonly kind: 'run'; readonly quantum: WireQuantum }
  | { readonly kind: 'abort' }

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'broken'; readonly message: string }
  | { readonly kind: 'log'; readonly record: LogRecord }
  | { readonly kind: 'result'; readonly result: QuantumResult }
