import type { Logger } from '#core'
import {
  AlgorithmError,
  AnnotatedPartialOutputsError,
  InvalidQuantumError,
  NoWorkFound,
  RepeatableQuantumError,
  UnprocessableDataError,
  UpstreamFailureNoWorkFound,
} from '../errors.ts'
import type { TaskMetadata } from '../metadata.ts'
import type { Quantum } from '../quanta/quantum-graph.ts'
import { CAVEAT } from './caveats.ts'
import { errorRecord, type QuantumResult } from './outcome.ts'
import { exceptionInfo } from './quantum-notes.ts'

/** How a quantum ends that threw. */
export const failureOf = (
  error: unknown,
): Pick<QuantumResult, 'state' | 'error' | 'fatal' | 'exitCode'> & { readonly state: 'failed' } => ({
  state: 'failed',
  error: errorRecord(error),
  ...(isA(error, InvalidQuantumError) && { fatal: true, exitCode: InvalidQuantumError.exitCode }),
  ...(isA(error, RepeatableQuantumError) && { exitCode: RepeatableQuantumError.exitCode }),
})

/** False also for what cannot be asked. */
function isA(error: unknown, type: abstract new (...args: never[]) => Error): boolean {
  try {
    return error instanceof type
  } catch {
    return false
  }
}

export function describeError(error: unknown): string {
  const { name, message } = errorRecord(error)
  return isA(error, Error) ? `Exception ${name}: ${message}` : `Exception: ${message}`
}

/** A quantum that threw, where it may count as success all the same. */
interface Excusable {
  readonly quantum: Quantum
  readonly log: Logger
  /** Of its task. */
  readonly metadata: TaskMetadata
  /** False when its inputs were too few to begin. */
  readonly isBegun: boolean
  readonly raiseOnPartialOutputs: boolean
}

/** The caveat of an exception that counts as success; others are thrown on. */
export function excuse(
  error: unknown,
  { quantum, log, metadata, isBegun, raiseOnPartialOutputs }: Excusable,
): number {
  const about = `Task '${quantum.label}' on quantum ${quantum.coordinate}`
  if (error instanceof AnnotatedPartialOutputsError) {
    const cause = isA(error.cause, Error) ? (error.cause as Error) : error
    annotate(metadata, cause)
    if (raiseOnPartialOutputs) throw cause
    log.error(
      `${about} exited with partial outputs; considering this a qualified success and proceeding. ${describeError(cause)}`,
    )
    return CAVEAT.partialOutputs
  }
  const caveat = noOutputs(error)
  if (caveat === undefined) throw error
  annotate(metadata, error)
  log.info(
    isBegun
      ? `${about} exited early with no work found: ${(error as Error).message}`
      : `Nothing to do for task '${quantum.label}' on quantum ${quantum.coordinate}; saving metadata and skipping: ${(error as Error).message}`,
  )
  return caveat
}

function noOutputs(error: unknown): number | undefined {
  if (error instanceof UpstreamFailureNoWorkFound) return CAVEAT.upstreamFailure
  if (error instanceof NoWorkFound) return CAVEAT.noWork
  if (error instanceof UnprocessableDataError) return CAVEAT.unprocessableData
  return undefined
}

/** What the algorithm says of its failure, where lsst.pipe.base looks for it. */
function annotate(metadata: TaskMetadata, error: unknown): void {
  if (!isA(error, AlgorithmError)) return
  const { type_name: type, message } = exceptionInfo(error)
  metadata.set('failure.message', message)
  metadata.set('failure.type', type)
  for (const [key, value] of Object.entries((error as AlgorithmError).metadata))
    metadata.set(`failure.metadata.${key}`, isPlain(value) ? value : String(value))
}

const isPlain = (value: unknown): value is string | number | boolean =>
  ['string', 'number', 'boolean'].includes(typeof value)
