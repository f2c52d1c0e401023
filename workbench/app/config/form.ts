import { Clipboard } from '@jupyterlab/apputils'
import { messageOf } from '#core'
import type { ConfigAnswer, ConfigDisplay, ConfigEdit, ConfigFieldDisplay } from '#protocol'
import type { DataClient } from '../data/data-client.ts'
import { button, h } from '../dom.ts'
import { countChanged } from './parts.ts'
import { makeRow } from './row.ts'
import type { Row, RowContext } from './row-context.ts'

type NextEdits = (before: readonly ConfigEdit[]) => readonly ConfigEdit[]

/**
 * A config as a form. Each change is checked by its field in the kernel and becomes an override to be copied; the config itself
 * changes when the overrides are applied.
 */
export class ConfigForm {
  readonly node = h('div', { class: 'fl-config' })
  readonly #client: DataClient | undefined
  readonly #rows = new Map<string, Row>()
  readonly #body = h('div', { class: 'fl-config-body' })
  readonly #count = h('span', { class: 'fl-config-count' })
  readonly #note = h('span', { class: 'fl-note', role: 'status' })
  readonly #lines = h('pre', { class: 'fl-config-lines', tabindex: 0, 'aria-label': 'Overrides' })
  readonly #problem = h('div', { class: 'fl-config-message', role: 'alert' })
  readonly #foot: HTMLElement
  /** As it is in the kernel. */
  #original: ConfigDisplay
  #edits: readonly ConfigEdit[] = []
  /** Questions go one after the other, each with the changes that stand by then. */
  #asked: Promise<void> = Promise.resolve()

  constructor(display: ConfigDisplay, client: DataClient | undefined) {
    this.#client = client
    this.#original = display
    this.#foot = h('div', { class: 'fl-config-foot' }, this.#lines, this.#problem, this.#buttons())
    this.node.append(this.#head(), this.#body, this.#foot)
    const context: RowContext = {
      rows: this.#rows,
      makeRow: (field) => makeRow(field, context),
      change: (path: string, text: string) => this.#ask((edits) => this.#with(edits, path, text), { path }),
    }
    this.#body.append(...display.fields.map((field) => makeRow(field, context).node))
    this.#show({ config: display, overrides: [] })
    const isAnswered = client?.available === true
    for (const row of this.#rows.values()) row.enable(isAnswered)
    if (isAnswered) this.#ask(() => [])
  }

  #head(): HTMLElement {
    const { className, label, isFrozen } = this.#original
    const search = h('input', {
      type: 'search',
      class: 'fl-tree-search',
      placeholder: 'Filter',
      'aria-label': 'Filter the fields',
    })
    const onlyChanged = h('input', { type: 'checkbox' })
    const filter = () => {
      const wanted = { needle: search.value.trim().toLowerCase(), changedOnly: onlyChanged.checked }
      for (const { path } of this.#original.fields) this.#rows.get(path)?.filter(wanted)
    }
    search.addEventListener('input', filter)
    onlyChanged.addEventListener('change', filter)
    return h(
      'div',
      { class: 'fl-title' },
      label ?? className.slice(className.lastIndexOf('.') + 1),
      h('span', { class: 'fl-count fl-config-class', title: className }, className),
      ...(isFrozen && label === undefined ? [h('span', { class: 'fl-count' }, 'frozen')] : []),
      this.#count,
      this.#note,
      h('span', { class: 'fl-spacer' }),
      h('label', { class: 'fl-count' }, onlyChanged, 'changed only'),
      search,
    )
  }

  #buttons(): HTMLElement {
    const { label, isFrozen } = this.#original
    const copy = button('Copy', 'Copy the overrides', () => Clipboard.copyToSystem(this.#lines.textContent))
    const apply = button('Apply', 'Change the config in the kernel so', () =>
      this.#ask((edits) => edits, { apply: true }),
    )
    const discard = button('Discard', 'Forget these changes', () => this.#ask(() => []))
    const isApplied = label === undefined && !isFrozen
    return h('div', { class: 'fl-config-actions' }, copy, ...(isApplied ? [apply] : []), discard)
  }

  /** A field that is again as it was needs no override. */
  #with(edits: readonly ConfigEdit[], path: string, text: string): readonly ConfigEdit[] {
    const others = edits.filter((edit) => edit.path !== path)
    return textAt(this.#original.fields, path) === text ? others : [...others, { path, text }]
  }

  #ask(next: NextEdits, { path, apply = false }: { path?: string; apply?: boolean } = {}): void {
    this.#asked = this.#asked.then(async () => {
      const edits = next(this.#edits)
      try {
        const answer = await this.#answer(edits, apply)
        if (apply || edits.length === 0) {
          this.#original = answer.config
          this.#edits = []
          for (const row of this.#rows.values()) row.refuse(undefined)
        } else this.#edits = edits
        this.#rows.get(path ?? '')?.refuse(undefined)
        this.#note.textContent = apply ? 'applied' : ''
        this.#show(apply ? { ...answer, overrides: [] } : answer)
      } catch (error) {
        const reason = messageOf(error)
        const row = this.#rows.get(path ?? '')
        if (row === undefined) this.#note.textContent = reason
        else row.refuse(reason)
      }
    })
  }

  async #answer(edits: readonly ConfigEdit[], apply: boolean): Promise<ConfigAnswer> {
    if (this.#client === undefined) throw new Error('There is no kernel; run the cell again')
    const { objectId } = this.#original
    const { reply } = await this.#client.ask({ op: 'config', objectId, edits, apply })
    if (reply.config === undefined) throw new Error('The kernel is of another version')
    return reply.config
  }

  #show({ config, overrides, problem }: ConfigAnswer): void {
    for (const field of config.fields) this.#rows.get(field.path)?.show(field)
    const changed = countChanged(config.fields)
    this.#count.textContent = changed === 0 ? '' : `${changed} changed`
    this.#lines.textContent = overrides.join('\n')
    this.#problem.textContent = problem ?? ''
    this.#problem.hidden = problem === undefined
    this.#foot.hidden = overrides.length === 0
  }
}

function textAt(fields: readonly ConfigFieldDisplay[], path: string): string | undefined {
  for (const field of fields) {
    if (field.path === path) return field.text
    for (const part of field.parts ?? []) {
      const found = textAt(part.fields, path)
      if (found !== undefined) return found
    }
  }
  return undefined
}
