import type { Comm, CommData, CommOptions, CommTarget } from '../comm/comms.ts'
import type { DisplayHandle, DisplayOptions } from '../display/display.ts'
import type { ProgressOptions, Tracked } from '../display/progress.ts'
import type { Figure, PlotlyConfig, PlotlyLayout, PlotlyTrace } from '../display/plot.ts'
import type { MimeBundle } from '../protocol/threads.ts'
import type { DenoJupyter } from '../display/deno.ts'
import type { ControlLike, Interaction, ValueOf } from '../widgets/interact.ts'
import type { Widgets } from '../widgets/widgets.ts'
import type { Magic } from '../magic/magic.ts'

/** Session globals that need no engine, as cells see them. */

/** Show a value in the notebook, now. Objects with a `Symbol.for('Jupyter.display')` method decide how they look. */
export declare const display: Display

export interface Display {
  (value: unknown, options?: DisplayOptions): DisplayHandle
  /** HTML, with its source as text for consoles. */
  html(source: string): DisplayHandle
  markdown(source: string): DisplayHandle
  svg(source: string): DisplayHandle
  /** A PNG or JPEG image, from its bytes. */
  image(bytes: Uint8Array): DisplayHandle
  /** A MIME bundle as it is. */
  bundle(data: MimeBundle, metadata?: MimeBundle): DisplayHandle
}

/** Show another value where the display with this id stands. */
export declare function updateDisplay(id: string, value: unknown, options?: Omit<DisplayOptions, 'id'>): void

/** Take away the cell's output; with `wait`, only when the next output comes. */
export declare function clearOutput(options?: { readonly wait?: boolean }): void

/**
 * The items of a loop, with a bar that shows how far it has come and how long is left:
 * `for (const visit of progress(visits, 'visits')) …`. With `for await` the items may be asynchronous.
 */
export declare function progress<T>(items: Iterable<T>, label?: string | ProgressOptions): Tracked<T>
export declare function progress<T>(
  items: AsyncIterable<T>,
  label?: string | ProgressOptions,
): AsyncIterable<T>

/** A Plotly figure of traces and a layout. The cell's last expression shows it; so does `display`. */
export declare function plot(
  data: PlotlyTrace | readonly PlotlyTrace[],
  layout?: PlotlyLayout,
  config?: PlotlyConfig,
): Figure

/** Ask the reader of the notebook for a line of text. */
export declare function input(prompt?: string, options?: { readonly password?: boolean }): Promise<string>

/** Ask for a secret; what is typed is not shown. */
export declare function password(prompt?: string): Promise<string>

/** Ask for a line of text and block until it is there. */
export declare function prompt(message?: string): string

/** Aborts when the running cell is interrupted; hand it to work that can stop. */
export declare const interruptSignal: AbortSignal

/** Lines to objects in the front end: widgets and the like. */
export declare const comms: {
  /** Let the front end open comms of this name. */
  registerTarget(name: string, target: CommTarget): void
  /** Open a comm to the front end's target of this name. */
  open(name: string, data?: CommData, options?: CommOptions): Comm
}

/** Sliders, drop-downs, buttons and the like, for any front end that has Jupyter's widgets. */
export declare const widgets: Widgets

/**
 * Run a function again each time the reader moves one of the controls; what it prints, displays or returns stands below
 * them: `interact({ sigma: widgets.slider(1, 10), band: ['g', 'r'] }, ({ sigma, band }) => …)`.
 */
export declare function interact<const C extends Readonly<Record<string, ControlLike>>>(
  controls: C,
  work: (values: { readonly [K in keyof C]: ValueOf<C[K]> }) => unknown,
): Interaction

/** What notebooks written for Deno's kernel use of it. */
export declare const Deno: { readonly jupyter: DenoJupyter }

/** The last result. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- whatever the last cell gave
export declare let _: any

export declare const __magic: Magic
