import type { DataId, PlacedFile } from '#butler'
import type { LogRecord, LogRecords } from '#core'
import type { MockSpec } from '../graph/mock.ts'
import type { QuantumOutcome } from './job.ts'
import type { JobMetadata } from './quantum-notes.ts'
import type { QuantumResources } from '../task.ts'

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
  readonly raiseOnPartialOutputs: boolean
  readonly timeoutSec: number
  /** ES modules that export further tasks. */
  readonly taskModules: readonly string[]
  readonly tasks: readonly {
    readonly label: string
    readonly className: string
    readonly config: string
    readonly mock?: MockSpec
  }[]
  readonly resources?: QuantumResources
  readonly jobMetadata?: JobMetadata
  readonly types: readonly {
    readonly name: string
    readonly dimensions: readonly string[]
    readonly storageClass: string
    readonly isCalibration: boolean
  }[]
}

export interface WireJob {
  readonly id: string
  readonly index: number
  readonly label: string
  readonly dataId: DataId
  readonly inputs: WireRefs
  readonly outputs: WireRefs
  readonly metadata: WireRef
  readonly log: WireRef | undefined
  readonly init: Readonly<Record<string, WireRef>>
  readonly files: readonly PlacedFile[]
  readonly places: readonly PlacedFile[]
  /** A list with more to it does not cross. */
  readonly previous?: { readonly records: readonly LogRecord[]; readonly extra: LogRecords['extra'] }
}

export type ToWorker =
  | { readonly kind: 'setup'; readonly setup: WorkerSetup }
  | { readonly kind: 'run'; readonly job: WireJob }
  | { readonly kind: 'abort' }

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'broken'; readonly message: string }
  | { readonly kind: 'log'; readonly record: LogRecord }
  | { readonly kind: 'result'; readonly outcome: QuantumOutcome }
