import {
  BasicKeyHandler,
  BasicMouseHandler,
  BasicSelectionModel,
  type CellRenderer,
  DataGrid,
  TextRenderer,
} from '@lumino/datagrid'
import type { TableDisplay } from '#protocol'
import { FLOAT_CHARS } from './format.ts'
import { NUMERIC, TableModel } from './grid-model.ts'
import type { RowSource } from './rows.ts'

const CHAR_PX = 7.4
const [MIN_COLUMN, MAX_COLUMN] = [56, 320]
const ROW_PX = 22
const FLOAT = /^(?:f\d|float|double)/i

/** The virtual grid of a table: click a header to sort, hover it for the column's documentation, Ctrl+C copies. */
export function makeGrid(display: TableDisplay, source: RowSource): DataGrid {
  const model = new TableModel(display, source)
  const grid = new DataGrid({
    defaultSizes: { rowHeight: ROW_PX, columnWidth: 100, rowHeaderWidth: 64, columnHeaderHeight: ROW_PX },
    headerVisibility: 'all',
  })
  grid.dataModel = model
  grid.selectionModel = new BasicSelectionModel({ dataModel: model })
  grid.mouseHandler = new BasicMouseHandler()
  grid.keyHandler = new BasicKeyHandler()
  for (const [i, column] of display.columns.entries()) {
    const least = Math.max(column.name.length + 2, FLOAT.test(column.type) ? FLOAT_CHARS : 0)
    const widest = display.head.reduce((n, row) => Math.max(n, row[i]?.length ?? 0), least)
    grid.resizeColumn('body', i, Math.min(MAX_COLUMN, Math.max(MIN_COLUMN, 14 + CHAR_PX * widest)))
  }
  listenToHeaders(grid, model, display)
  return grid
}

/** Take the colours of the application's theme. */
export function paintGrid(grid: DataGrid): void {
  const style = getComputedStyle(grid.node)
  const colour = (name: string) => style.getPropertyValue(name).trim()
  grid.style = {
    ...DataGrid.defaultStyle,
    voidColor: colour('--jp-layout-color1'),
    backgroundColor: colour('--jp-layout-color1'),
    headerBackgroundColor: colour('--jp-layout-color2'),
    gridLineColor: colour('--jp-border-color3'),
    headerGridLineColor: colour('--jp-border-color2'),
    selectionFillColor: 'rgba(49, 136, 216, 0.18)',
    selectionBorderColor: colour('--jp-brand-color1'),
    cursorFillColor: 'transparent',
    cursorBorderColor: colour('--jp-brand-color1'),
    headerSelectionFillColor: 'rgba(49, 136, 216, 0.14)',
    scrollShadow: {
      size: 6,
      color1: 'rgba(0,0,0,0.14)',
      color2: 'rgba(0,0,0,0.06)',
      color3: 'rgba(0,0,0,0)',
    },
  }
  const font = `12px ${colour('--jp-code-font-family') || 'monospace'}`
  const muted = colour('--jp-ui-font-color2')
  const text = new TextRenderer({
    font,
    textColor: colour('--jp-ui-font-color0'),
    horizontalAlignment: alignment,
    // A number that is too long for its column must not lose its leading digits unseen.
    elideDirection: 'right',
  })
  const header = new TextRenderer({
    font: ({ row }) => (row === 0 ? `600 ${font}` : `italic ${font}`),
    textColor: ({ row }) => (row === 0 ? colour('--jp-ui-font-color0') : muted),
    horizontalAlignment: alignment,
  })
  const rows = new TextRenderer({ font, textColor: muted, horizontalAlignment: 'right' })
  grid.cellRenderers.update({
    body: text,
    'column-header': header,
    'corner-header': rows,
    'row-header': rows,
  })
}

const alignment = ({ metadata }: CellRenderer.CellConfig): 'left' | 'right' =>
  metadata['numeric'] === true ? 'right' : 'left'

function listenToHeaders(grid: DataGrid, model: TableModel, { columns }: TableDisplay): void {
  const headerAt = (event: MouseEvent) => {
    const hit = grid.hitTest(event.clientX, event.clientY)
    return hit.region === 'column-header' ? hit : undefined
  }
  let pressed: { x: number; y: number } | undefined
  grid.node.addEventListener(
    'mousedown',
    (event) => {
      pressed = { x: event.clientX, y: event.clientY }
    },
    true,
  )
  grid.node.addEventListener('mousemove', (event) => {
    const column = columns[headerAt(event)?.column ?? -1]
    const title =
      column === undefined
        ? ''
        : [column.doc, column.unit && `Unit: ${column.unit}`, column.type].filter(Boolean).join('\n')
    if (grid.node.title !== title) grid.node.title = title
  })
  // A drag of the header's edge resizes; only a click sorts.
  grid.node.addEventListener('click', (event) => {
    const hit = headerAt(event)
    if (hit === undefined || pressed === undefined || event.button !== 0) return
    const moved = Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y)
    if (moved < 4 && hit.x > 4 && hit.width - hit.x > 4) model.sortBy(hit.column)
  })
}
