import type { TableDisplay } from '#protocol'
import { button, h } from '../dom.ts'
import { icon } from '../icons.ts'
import { NUMERIC } from './grid-model.ts'
import { PAGE_ROWS, type RowSource } from './rows.ts'

/** Rows of one HTML page. */
const SHOWN = 50

/** The table as plain HTML, fifty rows at a time: for screen readers, find-in-page and views without a kernel. */
export function makeHtmlPage(display: TableDisplay, source: RowSource | undefined): HTMLElement {
  const body = h('tbody')
  const note = h('span', { role: 'status' })
  const last = source === undefined ? 0 : Math.max(0, Math.ceil(display.numRows / SHOWN) - 1)
  let page = 0
  const show = async (wanted: number) => {
    page = Math.min(last, Math.max(0, wanted))
    const from = page * SHOWN
    try {
      const rows = source === undefined ? display.head : await rowsFrom(source, from, display.columns.length)
      body.replaceChildren(...rows.map((row, i) => rowElement(display, from + i, row)))
      note.textContent = `Rows ${from} to ${from + rows.length - 1} of ${display.numRows}`
    } catch (error) {
      note.textContent = `No rows: ${error instanceof Error ? error.message : String(error)}`
    }
  }
  void show(0)
  const heads = display.columns.map(({ name, unit, doc }) =>
    h('th', { scope: 'col', title: doc ?? '' }, name, ...(unit ? [h('small', {}, ` ${unit}`)] : [])),
  )
  const table = h(
    'table',
    {},
    h('caption', {}, display.title),
    h('thead', {}, h('tr', {}, h('th', {}, 'row'), ...heads)),
    body,
  )
  const pager =
    last === 0
      ? [note]
      : [
          button(icon('first'), 'First page', () => void show(0)),
          button(icon('previous'), 'Previous page', () => void show(page - 1)),
          button(icon('next'), 'Next page', () => void show(page + 1)),
          button(icon('last'), 'Last page', () => void show(last)),
          note,
        ]
  return h(
    'div',
    { class: 'fl-table-page' },
    h('div', { class: 'fl-table-scroll', tabindex: 0 }, table),
    h('nav', { 'aria-label': 'Pages' }, ...pager),
  )
}

async function rowsFrom(source: RowSource, from: number, columns: number): Promise<string[][]> {
  const cells = await source.page(Math.floor(from / PAGE_ROWS))
  const start = from % PAGE_ROWS
  const rows = Math.min(SHOWN, (cells[0]?.length ?? 0) - start)
  return Array.from({ length: Math.max(0, rows) }, (_, i) =>
    Array.from({ length: columns }, (__, column) => cells[column]?.[start + i] ?? ''),
  )
}

function rowElement({ columns }: TableDisplay, row: number, cells: readonly string[]): HTMLElement {
  const data = cells.map((cell, i) =>
    h('td', { class: NUMERIC.test(columns[i]?.type ?? '') ? 'fl-number' : '' }, cell),
  )
  return h('tr', {}, h('th', { scope: 'row' }, String(row)), ...data)
}
