import type { Capture, StoredOutput } from '../execute/capture.ts'
import { currentRun, runIn } from '../execute/run-context.ts'
import { toBundle } from '../display/bundle.ts'
import { toCellError } from '../execute/stack.ts'
import type { WidgetModel } from './model.ts'
import { Widget } from './widget.ts'

/** Prints and pictures are sent on together at most so often. */
const EVERY_MS = 50

/** A place for output of its own: what code run in it prints and displays appears there, late output too. */
export class Output extends Widget {
  #outputs: StoredOutput[] = []
  #clearsNext = false
  #timer: NodeJS.Timeout | undefined

  constructor(model: WidgetModel) {
    super(model)
  }

  /**
   * Run code whose output goes here, in place of what was here before; the value it gives is shown as a cell's result is.
   * An error is shown here too.
   */
  async run(work: () => unknown): Promise<void> {
    this.clear({ wait: true })
    const context = { ...currentRun(), capture: this.#capture(), pending: new Set<Promise<void>>() }
    await runIn(context, async () => {
      try {
        const value = await work()
        while (context.pending.size > 0) await Promise.all(context.pending)
        if (value !== undefined) this.#add({ output_type: 'display_data', ...(await toBundle(value)) })
      } catch (error) {
        this.#add({ output_type: 'error', ...toCellError(error) })
      }
    })
    this.#flush()
  }

  /** Take away what is here; with `wait`, when something new comes or the run ends. */
  clear({ wait = false }: { readonly wait?: boolean } = {}): void {
    this.#clearsNext = true
    if (!wait) this.#flush()
  }

  /** What is here now, as notebooks store it. */
  get outputs(): readonly StoredOutput[] {
    return this.#outputs
  }

  #capture(): Capture {
    return { add: (output) => this.#add(output), clear: (wait) => this.clear({ wait }) }
  }

  #add(output: StoredOutput): void {
    this.#forget()
    const last = this.#outputs.at(-1)
    if (output.output_type === 'stream' && last?.output_type === 'stream' && last.name === output.name)
      this.#outputs[this.#outputs.length - 1] = { ...last, text: last.text + output.text }
    else this.#outputs.push(output)
    this.#timer ??= setTimeout(() => this.#flush(), EVERY_MS)
  }

  #forget(): void {
    if (this.#clearsNext) this.#outputs = []
    this.#clearsNext = false
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#forget()
    this.model.set({ outputs: [...this.#outputs] })
  }
}
