import type { DataId } from '#butler'
import { messageOf } from '#core'

/** What a thrown value was, as plain data that crosses threads. */
export interface ErrorRecord {
  readonly name: string
  readonly code?: string
  readonly message: string
  readonly stack?: string
}

/** How one quantum ended. */
export interface QuantumResult {
  readonly id: string
  readonly label: string
  readonly dataId: DataId
  readonly state: 'done' | 'failed' | 'blocked' | 'skipped' | 'cancelled' | 'pending'
  /** `*N`, `+P` …: see the report's table of caveats. */
  readonly caveat?: string
  readonly error?: ErrorRecord
  readonly elapsedSec?: number
  /** The whole run must stop (a broken quantum). */
  readonly fatal?: boolean
  /** Exit code that the failure asks for. */
  readonly exitCode?: number
}

/** Of anything that a task may throw, a value without a text among them. */
export function errorRecord(error: unknown): ErrorRecord {
  const message = messageOf(error)
  try {
    if (!(error instanceof Error)) return { name: 'Error', message }
    const { name, code, stack } = error as { name: unknown; code?: unknown; stack?: unknown }
    return {
      name: String(name),
      message,
      ...(typeof code === 'string' && { code }),
      ...(typeof stack === 'string' && { stack }),
    }
  } catch {
    return { name: 'Error', message }
  }
}

/** Code of the error of a quantum whose process ended: it could write nothing itself. */
export const WORKER_LOST = 'pipeline/worker'
/** Name of the error of a quantum that was ended at its time limit. */
export const TIMED_OUT = 'TimeoutError'
