import { currentRun } from '../execute/run-context.ts'
import { sendable } from '../protocol/sendable.ts'
import type { DisplayData, FromExecution, MimeBundle } from '../protocol/threads.ts'
import { toBundle, toBundleNow } from './bundle.ts'

export interface DisplayOptions {
  /** Name under which the output can be updated; made up when absent. */
  readonly id?: string
  /** The value is a MIME bundle already. */
  readonly raw?: boolean
  readonly metadata?: MimeBundle
}

/** An output in the notebook that can be replaced. */
export interface DisplayHandle {
  readonly id: string
  /** Show `value` where this output stands, in every place it was shown. */
  update(value: unknown, options?: Omit<DisplayOptions, 'id'>): void
}

/** Shows values in the notebook. Those whose picture takes time are shown when it is ready; the cell waits for them. */
export class Displays {
  readonly #post: (message: FromExecution) => void

  constructor(post: (message: FromExecution) => void) {
    this.#post = post
  }

  show(value: unknown, options: DisplayOptions = {}): DisplayHandle {
    const id = options.id ?? crypto.randomUUID()
    this.#send(value, { ...options, id }, false)
    return { id, update: (next, how = {}) => this.#send(next, { ...how, id }, true) }
  }

  update(id: string, value: unknown, options: Omit<DisplayOptions, 'id'> = {}): void {
    this.#send(value, { ...options, id }, true)
  }

  clear({ wait = false }: { readonly wait?: boolean } = {}): void {
    const { run, capture } = currentRun()
    if (capture === undefined) this.#post({ kind: 'clear', run, wait: wait === true })
    else capture.clear(wait)
  }

  #send(value: unknown, options: DisplayOptions & { readonly id: string }, update: boolean): void {
    const context = currentRun()
    const post = ({ data, metadata }: DisplayData) => {
      const all = { data, metadata: { ...metadata, ...options.metadata }, displayId: String(options.id) }
      const display = sendable(all)
      if (context.capture === undefined || update)
        this.#post({ kind: 'display', run: context.run, display, update })
      else
        context.capture.add({ output_type: 'display_data', data: display.data, metadata: display.metadata })
    }
    const ready = options.raw === true ? { data: value as MimeBundle, metadata: {} } : toBundleNow(value)
    if (ready !== undefined) return post(ready)
    const shown: Promise<void> = toBundle(value)
      .then(post)
      .finally(() => context.pending.delete(shown))
    context.pending.add(shown)
  }
}
