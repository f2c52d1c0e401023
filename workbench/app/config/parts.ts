import type { ConfigFieldDisplay, ConfigPartDisplay } from '#protocol'
import { h } from '../dom.ts'
import { type Filter, type Row, type RowContext, typeName } from './row-context.ts'

/** The configs within a field, each folded. */
export class Parts {
  readonly node = h('div', { class: 'fl-config-parts' })
  readonly #context: RowContext
  #sections: readonly Section[] = []

  constructor(context: RowContext) {
    this.#context = context
  }

  show(parts: readonly ConfigPartDisplay[]): void {
    const known = new Map(this.#sections.map((section) => [section.key, section]))
    const isSame = parts.length === known.size && parts.every((part) => known.has(keyOf(part)))
    if (!isSame) {
      this.#sections = parts.map((part) => known.get(keyOf(part)) ?? new Section(part, this.#context))
      this.node.replaceChildren(...this.#sections.map(({ node }) => node))
    }
    parts.forEach((part, i) => this.#sections[i]?.show(part))
  }

  filter(wanted: Filter): boolean {
    return this.#sections.map((section) => section.filter(wanted)).some((left) => left)
  }
}

const keyOf = ({ name, className }: ConfigPartDisplay): string => `${name} ${className}`

/** How many fields differ from their defaults, here and below; entries that are not chosen do not count. */
export const countChanged = (fields: readonly ConfigFieldDisplay[]): number =>
  fields.reduce(
    (sum, { isChanged, parts = [] }) =>
      sum +
      Number(isChanged) +
      parts.reduce((inner, part) => inner + (part.isActive ? countChanged(part.fields) : 0), 0),
    0,
  )

class Section {
  readonly key: string
  readonly node: HTMLDetailsElement
  readonly #rows: ReadonlyMap<string, Row>
  readonly #summary = h('summary')

  constructor(part: ConfigPartDisplay, context: RowContext) {
    this.key = keyOf(part)
    this.#rows = new Map(part.fields.map((field) => [field.path, context.makeRow(field)]))
    this.node = h('details', {}, this.#summary, ...Array.from(this.#rows.values(), ({ node }) => node))
  }

  show({ name, className, isActive, fields }: ConfigPartDisplay): void {
    const changed = countChanged(fields)
    this.node.classList.toggle('fl-inactive', !isActive)
    this.#summary.replaceChildren(
      ...(name === '' ? [] : [h('b', {}, name), ' ']),
      typeName(className),
      `, ${fields.length} ${fields.length === 1 ? 'field' : 'fields'}`,
      ...(isActive ? [] : [', not chosen']),
      ...(changed > 0 ? [h('span', { class: 'fl-config-count' }, `${changed} changed`)] : []),
    )
    for (const field of fields) this.#rows.get(field.path)?.show(field)
  }

  filter(wanted: Filter): boolean {
    const left = [...this.#rows.values()].map((row) => row.filter(wanted)).some((isShown) => isShown)
    this.node.hidden = !left
    if (left && (wanted.needle !== '' || wanted.changedOnly)) this.node.open = true
    return left
  }
}
