import { MIME } from '#protocol'
import type { MimeBundle } from '../protocol/threads.ts'

/** Column of numbers, texts or times for an axis; typed arrays are sent as plain lists. */
export type PlotlyColumn =
  | ArrayLike<number>
  | ArrayLike<string>
  | ArrayLike<bigint>
  | readonly (number | string | null)[]

/** A Plotly trace: the common attributes named, every other of its schema allowed. */
export interface PlotlyTrace {
  readonly type?:
    | 'scatter'
    | 'scattergl'
    | 'histogram'
    | 'histogram2d'
    | 'bar'
    | 'box'
    | 'heatmap'
    | 'contour'
    | (string & {})
  readonly x?: PlotlyColumn
  readonly y?: PlotlyColumn
  readonly z?: PlotlyColumn | readonly PlotlyColumn[]
  readonly name?: string
  readonly mode?: 'markers' | 'lines' | 'lines+markers' | 'text' | (string & {})
  readonly text?: string | readonly string[]
  readonly marker?: Readonly<Record<string, unknown>>
  readonly line?: Readonly<Record<string, unknown>>
  readonly [attribute: string]: unknown
}

export interface PlotlyAxis {
  readonly title?: string | Readonly<Record<string, unknown>>
  readonly type?: 'linear' | 'log' | 'date' | 'category'
  readonly range?: readonly [number, number]
  readonly autorange?: boolean | 'reversed'
  readonly [attribute: string]: unknown
}

export interface PlotlyLayout {
  readonly title?: string | Readonly<Record<string, unknown>>
  readonly xaxis?: PlotlyAxis
  readonly yaxis?: PlotlyAxis
  readonly width?: number
  readonly height?: number
  readonly [attribute: string]: unknown
}

export type PlotlyConfig = Readonly<Record<string, unknown>>

/** A Plotly figure: drawn by front ends that know Plotly, one line of text elsewhere. */
export class Figure {
  readonly data: readonly PlotlyTrace[]
  readonly layout: PlotlyLayout
  readonly config: PlotlyConfig

  constructor(data: readonly PlotlyTrace[], layout: PlotlyLayout = {}, config: PlotlyConfig = {}) {
    this.data = data
    this.layout = layout
    this.config = config
  }

  [Symbol.for('Jupyter.display')](): MimeBundle {
    const { data, layout, config } = this
    return {
      'text/plain': this.#summary(),
      [MIME.plotly]: { data: plain(data), layout: plain(withTitles(layout)), config: plain(config) },
    }
  }

  #summary(): string {
    const traces = this.data.map((trace) => {
      const points = trace.x?.length ?? trace.y?.length ?? 0
      return `${trace.name ?? trace.type ?? 'scatter'} (${points} points)`
    })
    const title = this.layout.title
    return `Plotly figure${typeof title === 'string' ? ` "${title}"` : ''}: ${traces.join(', ')}`
  }
}

/** A figure of one or more traces. */
export const plot = (
  data: PlotlyTrace | readonly PlotlyTrace[],
  layout: PlotlyLayout = {},
  config: PlotlyConfig = {},
): Figure =>
  new Figure(Array.isArray(data) ? (data as readonly PlotlyTrace[]) : [data as PlotlyTrace], layout, config)

/** Plotly 3 takes titles as `{text}` only. */
function withTitles(layout: PlotlyLayout): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(layout).map(([name, value]) => {
      if (name === 'title' && typeof value === 'string') return [name, { text: value }]
      const isAxis = /^[xyz]axis\d*$/.test(name) && typeof value === 'object' && value !== null
      return [name, isAxis ? withTitles(value as PlotlyLayout) : value]
    }),
  )
}

/** JSON-ready: typed arrays and bigints become lists of numbers, what is not finite becomes null. */
function plain(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (typeof value === 'bigint') return Number(value)
  if (ArrayBuffer.isView(value) && !(value instanceof DataView))
    return Array.from(value as unknown as ArrayLike<unknown>, plain)
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  if (Symbol.iterator in value) return Array.from(value as Iterable<unknown>, plain)
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]))
}
