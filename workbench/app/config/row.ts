import type { ConfigFieldDisplay } from '#protocol'
import { button, h } from '../dom.ts'
import { makeInput } from './inputs.ts'
import { Parts } from './parts.ts'
import { type Row, type RowContext, typeName } from './row-context.ts'

/** A line of the form; fields of nested configs stand below it, folded until they are wanted. */
export function makeRow(first: ConfigFieldDisplay, context: RowContext): Row {
  const { path } = first
  let field = first
  /** What was typed last; a text that is being typed since then is left alone. */
  let typed: string | undefined
  let isRefused = false
  const change = (text: string) => {
    typed = text
    context.change(path, text)
  }
  const input = first.text === undefined ? undefined : makeInput(first, change)
  const message = h('div', { class: 'fl-config-message', role: 'alert' })
  const history = h('div', { class: 'fl-config-history' })
  history.hidden = true
  const showHistory = button('History', `What has set ${path}`, () => {
    history.hidden = !history.hidden
    showHistory.setAttribute('aria-expanded', String(!history.hidden))
  })
  const reset = button('Default', '', () => change(field.preset ?? ''))
  const parts = new Parts(context)
  const node = h(
    'div',
    { class: 'fl-config-row' },
    h('span', { class: 'fl-config-name', title: path }, first.name),
    h('div', { class: 'fl-config-value' }, input?.node ?? typeName(first.type), message),
    h('div', { class: 'fl-config-doc' }, ...aboutField(first), showHistory, reset, history),
    parts.node,
  )

  const isTyping = (): boolean =>
    input !== undefined && input.node === node.ownerDocument.activeElement && input.text() !== typed
  const row: Row = {
    node,
    show: (next) => {
      field = next
      node.classList.toggle('fl-changed', next.isChanged)
      if (next.text !== undefined && !isRefused && !isTyping()) input?.set(next.text)
      reset.hidden = !next.isChanged || next.preset === undefined
      reset.title = `Back to ${next.preset === '' ? 'nothing' : next.preset}`
      showHistory.hidden = next.history === undefined
      history.replaceChildren(...historyLines(next))
      parts.show(next.parts ?? [])
    },
    refuse: (reason) => {
      isRefused = reason !== undefined
      message.textContent = reason ?? ''
      message.hidden = reason === undefined
      input?.node.setAttribute('aria-invalid', String(isRefused))
    },
    enable: (enabled) => {
      input?.enable(enabled)
      reset.disabled = !enabled
    },
    filter: (wanted) => {
      const words = `${path} ${field.doc} ${field.text ?? ''}`.toLowerCase()
      const own = words.includes(wanted.needle) && (!wanted.changedOnly || field.isChanged)
      const below = parts.filter(wanted)
      node.hidden = !own && !below
      return !node.hidden
    },
  }
  context.rows.set(path, row)
  row.show(first)
  row.refuse(undefined)
  return row
}

function aboutField({ doc, type, range, choices, deprecated, text }: ConfigFieldDisplay): HTMLElement[] {
  const kind = text === undefined || choices !== undefined ? '' : type
  return [
    h('span', {}, doc),
    ...(kind === ''
      ? []
      : [h('span', { class: 'fl-config-type' }, range === undefined ? kind : `${kind} in ${range}`)]),
    ...(deprecated === undefined
      ? []
      : [h('span', { class: 'fl-config-message' }, `Deprecated: ${deprecated}`)]),
  ]
}

const historyLines = ({ history = [] }: ConfigFieldDisplay): HTMLElement[] =>
  history.map(({ value, where }) => h('div', {}, h('code', {}, value), ` ${where}`))
