import { DISPLAY } from '../display/bundle.ts'
import type { Output } from './output.ts'
import { Control, type Widget } from './widget.ts'
import type { Widgets } from './widgets.ts'

/** A control, or what stands for one: true or false, a text, a number to slide around, a list to choose from. */
export type ControlLike = Control<unknown> | boolean | string | number | readonly (string | number)[]

/** The value a control gives to the function. */
export type ValueOf<C> =
  C extends Control<infer T>
    ? T
    : C extends boolean
      ? boolean
      : C extends number
        ? number
        : C extends string
          ? string
          : C extends readonly (infer E)[]
            ? E
            : never

export interface Interaction {
  readonly controls: Readonly<Record<string, Control<unknown>>>
  readonly output: Output
  /** Resolves when the function has run for the present values. */
  settled(): Promise<void>
  /** It is on display already: as a cell's last expression it shows nothing more. */
  [DISPLAY](): Readonly<Record<string, never>>
}

/**
 * Makes `interact`: controls above, the function's output below, run again at each change. While it runs, changes wait and
 * only the newest values are run next.
 */
export const makeInteract =
  (widgets: Widgets, show: (widget: Widget) => void) =>
  <const C extends Readonly<Record<string, ControlLike>>>(
    controls: C,
    work: (values: { readonly [K in keyof C]: ValueOf<C[K]> }) => unknown,
  ): Interaction => {
    const made = Object.fromEntries(
      Object.entries(controls).map(([name, like]) => [name, toControl(widgets, name, like)]),
    )
    const output = widgets.output()
    const values = () =>
      Object.fromEntries(Object.entries(made).map(([name, control]) => [name, control.value])) as {
        readonly [K in keyof C]: ValueOf<C[K]>
      }
    let running: Promise<void> | undefined
    let isStale = false
    const runAll = async () => {
      do {
        isStale = false
        await output.run(() => work(values()))
      } while (isStale)
      running = undefined
    }
    const update = (): Promise<void> => {
      isStale = true
      running ??= runAll()
      return running
    }
    for (const control of Object.values(made)) control.onChange(update)
    show(widgets.column(...Object.values(made), output))
    void update()
    return { controls: made, output, settled: () => running ?? Promise.resolve(), [DISPLAY]: () => ({}) }
  }

function toControl(widgets: Widgets, label: string, like: ControlLike): Control<unknown> {
  if (like instanceof Control) {
    if (like.label === '') like.label = label
    return like
  }
  if (typeof like === 'boolean') return widgets.checkbox(like, { label }) as Control<unknown>
  if (typeof like === 'string') return widgets.text(like, { label }) as Control<unknown>
  if (typeof like === 'number') {
    const [min, max] = like === 0 ? [0, 1] : like > 0 ? [-like, 3 * like] : [3 * like, -like]
    return widgets.slider(min, max, { label, value: like }) as Control<unknown>
  }
  return widgets.dropdown(like, { label }) as Control<unknown>
}
