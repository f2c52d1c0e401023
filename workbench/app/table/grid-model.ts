import { DataModel } from '@lumino/datagrid'
import type { TableDisplay } from '#protocol'
import { PAGE_ROWS, type RowSource } from './rows.ts'

/** Header rows: names with the sorting arrow, and units where a column has one. */
export const headerRows = ({ columns }: TableDisplay): number =>
  columns.some(({ unit }) => unit !== undefined && unit !== '') ? 2 : 1

/** Feeds the grid with rows that are fetched as they come into view. */
export class TableModel extends DataModel {
  readonly #display: TableDisplay
  readonly #source: RowSource

  constructor(display: TableDisplay, source: RowSource) {
    super()
    this.#display = display
    this.#source = source
  }

  rowCount(region: DataModel.RowRegion): number {
    return region === 'body' ? this.#display.numRows : headerRows(this.#display)
  }

  columnCount(region: DataModel.ColumnRegion): number {
    return region === 'body' ? this.#display.columns.length : 1
  }

  data(region: DataModel.CellRegion, row: number, column: number): string {
    const spec = this.#display.columns[column]
    switch (region) {
      case 'column-header':
        return row === 0 ? `${spec?.name ?? ''}${this.#arrow(spec?.name)}` : (spec?.unit ?? '')
      case 'row-header':
        return String(row)
      case 'corner-header':
        return row === 0 ? 'row' : ''
      case 'body':
        return this.#cell(row, column)
    }
  }

  override metadata(region: DataModel.CellRegion, _row: number, column: number): DataModel.Metadata {
    return region === 'row-header' || NUMERIC.test(this.#display.columns[column]?.type ?? '')
      ? { numeric: true }
      : {}
  }

  /** Ascending, descending, own order, in turn. */
  sortBy(column: number): void {
    const name = this.#display.columns[column]?.name
    const { orderBy } = this.#source
    this.#source.orderBy = orderBy === name ? `-${name}` : orderBy === `-${name}` ? undefined : name
    this.emitChanged({ type: 'model-reset' })
  }

  #cell(row: number, column: number): string {
    const page = Math.floor(row / PAGE_ROWS)
    const cells = this.#source.peek(page, () => this.#arrived(page))
    if (cells !== undefined) return cells[column]?.[row - page * PAGE_ROWS] ?? ''
    return this.#source.orderBy === undefined ? (this.#display.head[row]?.[column] ?? '…') : '…'
  }

  #arrived(page: number): void {
    const row = page * PAGE_ROWS
    const rowSpan = Math.min(PAGE_ROWS, this.#display.numRows - row)
    const columnSpan = this.#display.columns.length
    this.emitChanged({ type: 'cells-changed', region: 'body', row, column: 0, rowSpan, columnSpan })
  }

  #arrow(name: string | undefined): string {
    if (name === undefined) return ''
    if (this.#source.orderBy === name) return ' ▲'
    return this.#source.orderBy === `-${name}` ? ' ▼' : ''
  }
}

export const NUMERIC = /^(?:[iuf]\d+|u?int|float|double|decimal)/i
