import type { IRenderMime } from '@jupyterlab/rendermime-interfaces'
import type { DataGrid } from '@lumino/datagrid'
import { MessageLoop } from '@lumino/messaging'
import { BoxLayout, Widget } from '@lumino/widgets'
import { MIME, type TableDisplay } from '#protocol'
import type { MakeRenderer, RenderContext } from '../data/renderers.ts'
import { button, h } from '../dom.ts'
import { makeGrid, paintGrid } from './grid.ts'
import { headerRows } from './grid-model.ts'
import { makeHtmlPage } from './html-page.ts'
import { RowSource } from './rows.ts'

/** Output cell of a table: `TableDisplay` of the protocol. */
export const makeTableRenderer: MakeRenderer = (context) => new TableRenderer(context)

const ROW_PX = 22
/** Border and horizontal scroll bar. */
const FRAME_PX = 22
const [MIN_PX, MAX_PX] = [92, 420]

class TableRenderer extends Widget implements IRenderMime.IRenderer {
  readonly #context: RenderContext
  #themes: MutationObserver | undefined
  /** A cell that is scrolled into view gets its size late, and nobody tells. */
  readonly #sizes = new ResizeObserver(() => {
    if (!this.isAttached) return
    MessageLoop.sendMessage(this, Widget.ResizeMessage.UnknownSize)
    // Its size may have been set while it was not to be seen; the layout then has nothing new to tell it.
    if (this.#grid !== undefined) MessageLoop.sendMessage(this.#grid, Widget.ResizeMessage.UnknownSize)
  })
  #grid: DataGrid | undefined
  #objectId: string | undefined

  constructor(context: RenderContext) {
    super()
    this.#context = context
    this.addClass('fl-table')
    this.node.dataset['lmSuppressShortcuts'] = 'true'
    this.#sizes.observe(this.node)
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const display = model.data[MIME.table] as unknown as TableDisplay
    if (display.objectId === this.#objectId) return
    this.#objectId = display.objectId
    const { client } = this.#context
    const source = client?.available ? new RowSource(client, display.objectId) : undefined
    this.#build(display, source)
  }

  override dispose(): void {
    this.#themes?.disconnect()
    this.#sizes.disconnect()
    super.dispose()
  }

  #build(display: TableDisplay, source: RowSource | undefined): void {
    const layout = (this.layout = new BoxLayout({ spacing: 0 }))
    const asPage = button(
      'As page',
      'Show as an HTML table of 50 rows',
      () => this.#toggle(display, source, asPage),
      false,
    )
    const rowNoun = display.numRows === 1 ? 'row' : 'rows'
    const count = `${display.numRows.toLocaleString('en')} ${rowNoun} × ${display.columns.length} columns`
    const head = h('div', { class: 'fl-title' }, display.title, h('span', { class: 'fl-count' }, count))
    if (source !== undefined) head.append(asPage)
    else head.append(h('span', { class: 'fl-note' }, 'First rows only: run the cell again to see all'))
    addNode(layout, head, 28)
    if (source === undefined) addNode(layout, makeHtmlPage(display, undefined), undefined)
    else {
      const grid = (this.#grid = makeGrid(display, source))
      this.#themes = new MutationObserver(() => paintGrid(grid))
      this.#themes.observe(document.body, {
        attributes: true,
        attributeFilter: ['data-jp-theme-name', 'data-jp-theme-light'],
      })
      layout.addWidget(grid)
    }
    const rows = Math.min(display.numRows, source === undefined ? display.head.length : display.numRows)
    this.node.style.height = `${Math.min(MAX_PX, Math.max(MIN_PX, 28 + FRAME_PX + ROW_PX * (headerRows(display) + rows)))}px`
  }

  protected override onAfterAttach(): void {
    if (this.#grid) paintGrid(this.#grid)
  }

  #toggle(display: TableDisplay, source: RowSource | undefined, control: HTMLElement): void {
    const layout = this.layout as BoxLayout
    const shown = layout.widgets[2]
    control.setAttribute('aria-pressed', String(shown === undefined))
    if (shown === undefined) addNode(layout, makeHtmlPage(display, source), undefined)
    else shown.dispose()
    if (this.#grid) this.#grid.setHidden(shown === undefined)
  }
}

function addNode(layout: BoxLayout, node: HTMLElement, height: number | undefined): void {
  const widget = new Widget({ node })
  if (height !== undefined) {
    BoxLayout.setSizeBasis(widget, height)
    BoxLayout.setStretch(widget, 0)
    node.style.minHeight = node.style.maxHeight = `${height}px`
  }
  layout.addWidget(widget)
}
