import type { ConfigFieldDisplay } from '#protocol'
import { h } from '../dom.ts'

/** What the rows of a form have in common. */
export interface RowContext {
  /** Rows of all fields, however deep. */
  readonly rows: Map<string, Row>
  change(path: string, text: string): void
  makeRow(field: ConfigFieldDisplay): Row
}

/** A field on screen with everything below it. */
export interface Row {
  readonly node: HTMLElement
  show(field: ConfigFieldDisplay): void
  /** Say why what was typed is not taken; without a reason all is well again. */
  refuse(reason: string | undefined): void
  enable(enabled: boolean): void
  /** Show only what fits. @returns whether anything is left */
  filter(wanted: Filter): boolean
}

export interface Filter {
  readonly needle: string
  readonly changedOnly: boolean
}

/** The last word of a dotted class name. */
export const typeName = (type: string): HTMLElement =>
  h('span', { class: 'fl-config-type', title: type }, type.slice(type.lastIndexOf('.') + 1))
