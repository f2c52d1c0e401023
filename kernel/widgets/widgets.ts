import { KernelError } from '../errors.ts'
import { controlKind, type WidgetKind, type WidgetModels, type WidgetState } from './model.ts'
import { Output } from './output.ts'
import { Button, Control, type Field, Widget } from './widget.ts'

export interface SliderOptions {
  readonly label?: string
  readonly value?: number
  /** Default 1 between whole numbers, else a hundredth of the range. */
  readonly step?: number
  /** False: tell the value only when the reader lets go. */
  readonly continuous?: boolean
}

/** Choices by the text that stands for them, or texts and numbers that stand for themselves. */
export type Choices<T> = readonly (T & (string | number))[] | Readonly<Record<string, T>>

const LAYOUT: WidgetKind = {
  module: '@jupyter-widgets/base',
  version: '2.0.0',
  model: 'LayoutModel',
  view: 'LayoutView',
}
const OUTPUT: WidgetKind = {
  module: '@jupyter-widgets/output',
  version: '1.0.0',
  model: 'OutputModel',
  view: 'OutputView',
}

/** Makes widgets that any Jupyter front end with ipywidgets' packages shows. */
export class Widgets {
  readonly #models: WidgetModels

  constructor(models: WidgetModels) {
    this.#models = models
  }

  /** A number between two others. @throws KernelError `kernel/bad-range` when `min` is not below `max` */
  slider(min: number, max: number, options: SliderOptions = {}): Control<number> {
    if (!(min < max))
      throw new KernelError('kernel/bad-range', `A slider wants min below max, found ${min} and ${max}`)
    const { label = '', value = min, continuous = true } = options
    const isWhole = [min, max, value, options.step ?? 1].every(Number.isInteger)
    const step = options.step ?? (isWhole ? 1 : (max - min) / 100)
    const state = {
      description: label,
      min,
      max,
      step,
      value: Math.min(max, Math.max(min, value)),
      continuous_update: continuous,
      orientation: 'horizontal',
      readout: true,
      readout_format: isWhole ? 'd' : `.${Math.max(0, Math.min(6, Math.ceil(-Math.log10(step))))}f`,
    }
    return this.#control(isWhole ? 'IntSlider' : 'FloatSlider', 'SliderStyle', state, same<number>('value'))
  }

  /** One of some choices. */
  dropdown<const T>(
    choices: Choices<T>,
    options: { readonly label?: string; readonly value?: NoInfer<T> } = {},
  ): Control<T> {
    const entries: readonly (readonly [string, unknown])[] = Array.isArray(choices)
      ? choices.map((choice: unknown) => [String(choice), choice] as const)
      : Object.entries(choices)
    const values = entries.map(([, value]) => value as T)
    if (values.length === 0)
      throw new KernelError('kernel/no-choices', 'A drop-down wants at least one choice')
    const indexOf = (value: T) => Math.max(0, values.indexOf(value))
    const field: Field<T> = {
      name: 'index',
      read: (index) => values[Number(index)] ?? (values[0] as T),
      write: indexOf,
    }
    const state = {
      description: options.label ?? '',
      _options_labels: entries.map(([label]) => label),
      index: options.value === undefined ? 0 : indexOf(options.value),
    }
    return this.#control('Dropdown', 'DescriptionStyle', state, field)
  }

  checkbox(value = false, { label = '' }: { readonly label?: string } = {}): Control<boolean> {
    const state = { description: label, value, indent: true }
    return this.#control('Checkbox', 'CheckboxStyle', state, same<boolean>('value'))
  }

  /** A line of text; its value changes when the reader leaves it or presses Enter, or at each key with `continuous`. */
  text(
    value = '',
    options: { readonly label?: string; readonly continuous?: boolean } = {},
  ): Control<string> {
    const { label = '', continuous = false } = options
    const state = { description: label, value, placeholder: '', continuous_update: continuous }
    return this.#control('Text', 'TextStyle', state, same<string>('value'))
  }

  button(label: string, onClick?: () => unknown): Button {
    const style = this.#style('ButtonStyle')
    const state = { description: label, icon: '', button_style: '', style, disabled: false }
    const button = new Button(this.#models.create(controlKind('Button'), this.#placed(state)))
    if (onClick !== undefined) button.onClick(onClick)
    return button
  }

  /** HTML that can be changed. */
  html(source: string): Control<string> {
    const state = { value: source, description: '', placeholder: '' }
    return this.#control('HTML', 'HTMLStyle', state, same<string>('value'))
  }

  /** A place for output. */
  output(): Output {
    return new Output(this.#models.create(OUTPUT, this.#placed({ outputs: [], msg_id: '' })))
  }

  /** Widgets one below the other. */
  column(...children: readonly Widget[]): Widget {
    return this.#box('VBox', children)
  }

  /** Widgets side by side. */
  row(...children: readonly Widget[]): Widget {
    return this.#box('HBox', children)
  }

  #box(name: 'VBox' | 'HBox', children: readonly Widget[]): Widget {
    const state = { children: children.map((child) => child.reference), box_style: '' }
    return new Widget(this.#models.create(controlKind(name), this.#placed(state)))
  }

  #control<T>(name: string, style: string, state: WidgetState, field: Field<T>): Control<T> {
    const common = { disabled: false, description_allow_html: false, style: this.#style(style) }
    return new Control(this.#models.create(controlKind(name), this.#placed({ ...common, ...state })), field)
  }

  #style(name: string): string {
    const kind = { ...controlKind(name), view: 'StyleView' }
    const state = { _view_module: '@jupyter-widgets/base', _view_module_version: '2.0.0' }
    return this.#models.create(kind, state).reference
  }

  #placed(state: WidgetState): WidgetState {
    return {
      _dom_classes: [],
      tabbable: null,
      tooltip: null,
      layout: this.#models.create(LAYOUT, {}).reference,
      ...state,
    }
  }
}

const same = <T>(name: string): Field<T> => ({
  name,
  read: (value) => value as T,
  write: (value) => value,
})
