import { DISPLAY } from '../display/bundle.ts'
import type { WidgetModel } from './model.ts'

const VIEW_MIME = 'application/vnd.jupyter.widget-view+json'

/** Something to press, move or read in the notebook. The cell's last expression shows it; so does `display`. */
export class Widget {
  protected readonly model: WidgetModel

  constructor(model: WidgetModel) {
    this.model = model
  }

  /** How the state of another widget names this one. */
  get reference(): string {
    return this.model.reference
  }

  /** Take it away from every front end. */
  close(): void {
    this.model.close()
  }

  toString(): string {
    return `${String(this.model.get('_model_name')).replace(/Model$/, '')}`
  }

  [DISPLAY](): Readonly<Record<string, unknown>> {
    return {
      'text/plain': this.toString(),
      [VIEW_MIME]: { version_major: 2, version_minor: 0, model_id: this.model.id },
    }
  }
}

/** How a control's state stands for its value. */
export interface Field<T> {
  readonly name: string
  read(state: unknown): T
  write(value: T): unknown
}

/** A widget with a value that the reader, or the notebook, changes. */
export class Control<T> extends Widget {
  readonly #field: Field<T>

  constructor(model: WidgetModel, field: Field<T>) {
    super(model)
    this.#field = field
  }

  get label(): string {
    return (this.model.get('description') ?? '') as string
  }

  set label(text: string) {
    this.model.set({ description: text })
  }

  get value(): T {
    return this.#field.read(this.model.get(this.#field.name))
  }

  set value(value: T) {
    this.model.set({ [this.#field.name]: this.#field.write(value) })
  }

  /** Hear of every change. @returns a function that stops it */
  onChange(listener: (value: T) => unknown): () => void {
    return this.model.onChange((names) =>
      names.includes(this.#field.name) ? listener(this.value) : undefined,
    )
  }

  override toString(): string {
    const value = this.value
    const label = this.label === '' ? '' : `${this.label}: `
    return `${super.toString()}(${label}${typeof value === 'string' ? JSON.stringify(value) : String(value)})`
  }
}

/** A button. */
export class Button extends Widget {
  onClick(listener: () => unknown): void {
    this.model.onCustom((content) =>
      (content as { event?: unknown } | null)?.event === 'click' ? listener() : undefined,
    )
  }

  override toString(): string {
    return `Button(${String(this.model.get('description'))})`
  }
}
