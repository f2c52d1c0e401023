import type { IRenderMime } from '@jupyterlab/rendermime-interfaces'
import { type Message } from '@lumino/messaging'
import { Widget } from '@lumino/widgets'
import { MIME } from '#protocol'
import type { MakeRenderer } from '../data/renderers.ts'

interface Figure {
  readonly data?: unknown
  readonly layout?: Readonly<Record<string, unknown>>
  readonly config?: Readonly<Record<string, unknown>>
  readonly frames?: readonly unknown[]
}

/** Output cell of a Plotly figure; the library is fetched with the first one. */
export const makePlotlyRenderer: MakeRenderer = () => new PlotlyRenderer()

const DEFAULT_HEIGHT = 420

class PlotlyRenderer extends Widget implements IRenderMime.IRenderer {
  readonly #sizes = new ResizeObserver(() => void this.#resize())
  #themes: MutationObserver | undefined
  #figure: Figure | undefined
  #drawn = false

  constructor() {
    super()
    this.addClass('fl-plotly')
    this.node.dataset['lmSuppressShortcuts'] = 'true'
    this.node.style.minHeight = `${DEFAULT_HEIGHT}px`
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this.#figure = model.data[MIME.plotly] as unknown as Figure
    if (this.isAttached) await this.#draw()
  }

  override dispose(): void {
    if (this.isDisposed) return
    this.#sizes.disconnect()
    this.#themes?.disconnect()
    if (this.#drawn) void loadPlotly().then((plotly) => plotly.purge(this.node))
    super.dispose()
  }

  protected override onAfterAttach(_message: Message): void {
    this.#sizes.observe(this.node)
    this.#themes = new MutationObserver(() => void this.#draw())
    this.#themes.observe(document.body, { attributes: true, attributeFilter: ['data-jp-theme-name'] })
    void this.#draw()
  }

  async #draw(): Promise<void> {
    const figure = this.#figure
    if (figure === undefined) return
    const plotly = await loadPlotly()
    if (this.isDisposed) return
    const config = { displaylogo: false, responsive: false, showSendToCloud: false, ...figure.config }
    await plotly.react(this.node, figure.data ?? [], themed(figure.layout ?? {}, this.node), config)
    if (figure.frames && !this.#drawn) await plotly.addFrames(this.node, figure.frames)
    this.#drawn = true
  }

  async #resize(): Promise<void> {
    if (!this.#drawn || this.isDisposed || this.node.clientWidth === 0) return
    if (this.#figure?.layout?.['width'] === undefined) await (await loadPlotly()).Plots.resize(this.node)
  }
}

const loadPlotly = async () => (await import('plotly.js-dist-min')).default

/** The application's colours under the figure's own wishes. */
function themed(layout: Readonly<Record<string, unknown>>, node: HTMLElement): Record<string, unknown> {
  const style = getComputedStyle(node)
  const colour = (name: string) => style.getPropertyValue(name).trim()
  const axis = {
    gridcolor: colour('--jp-border-color2'),
    zerolinecolor: colour('--jp-border-color1'),
    linecolor: colour('--jp-border-color1'),
    ticks: 'outside',
    automargin: true,
  }
  const defaults = {
    autosize: true,
    height: DEFAULT_HEIGHT,
    paper_bgcolor: 'rgba(0,0,0,0)',
    plot_bgcolor: 'rgba(0,0,0,0)',
    font: {
      color: colour('--jp-ui-font-color0'),
      family: colour('--jp-ui-font-family') || 'sans-serif',
      size: 13,
    },
    colorway: ['#3188d8', '#e2803a', '#2ba37d', '#c2549d', '#8a7fd1', '#a3a13c', '#d05a5a', '#4bb3c8'],
    margin: { l: 64, r: 24, t: layout['title'] === undefined ? 24 : 56, b: 56 },
    hovermode: 'closest',
    modebar: {
      bgcolor: 'rgba(0,0,0,0)',
      color: colour('--jp-ui-font-color3'),
      activecolor: colour('--jp-brand-color1'),
    },
  }
  const merged: Record<string, unknown> = withTitle({ ...defaults, ...layout })
  for (const name of ['xaxis', 'yaxis', ...Object.keys(layout).filter((key) => /^[xy]axis\d+$/.test(key))]) {
    merged[name] = withTitle({ ...axis, ...(layout[name] as object | undefined) })
  }
  return merged
}

/** `title: 'text'` is the short form that everybody writes and that plotly.js has dropped. */
const withTitle = (part: Record<string, unknown>): Record<string, unknown> =>
  typeof part['title'] === 'string' ? { ...part, title: { text: part['title'] } } : part
