import type { RunId } from '../protocol/threads.ts'
import type { MessageHeader, Request } from './transport.ts'

/** Which request a run answers: output that comes late still finds its cell. */
export interface RunRecord {
  readonly run: RunId
  readonly parent: MessageHeader
  readonly request: Request
  readonly silent: boolean
  /** Execution count; its history line. */
  readonly count: number
}

/** So many runs keep their request; output of older ones is shown under the newest. */
const KEPT = 5000

export class Runs {
  readonly #records = new Map<RunId, RunRecord>()
  #next = 1

  add(request: Request, silent: boolean, count: number): RunRecord {
    const record = { run: this.#next++, parent: request.message.header, request, silent, count }
    this.#records.set(record.run, record)
    const oldest = record.run - KEPT
    if (oldest > 0) this.#records.delete(oldest)
    return record
  }

  get(run: RunId): RunRecord | undefined {
    return this.#records.get(run)
  }
}
