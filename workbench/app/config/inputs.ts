import type { ConfigFieldDisplay } from '#protocol'
import { h } from '../dom.ts'

/** What a field is changed with. */
export interface FieldInput {
  readonly node: HTMLElement
  /** What is typed or chosen now. */
  readonly text: () => string
  readonly set: (text: string) => void
  readonly enable: (enabled: boolean) => void
}

/** The input that fits a field; `onChange` hears what was typed once it is done. */
export function makeInput(field: ConfigFieldDisplay, onChange: (text: string) => void): FieldInput {
  const { choices, multiple, type, optional } = field
  if (choices !== undefined && multiple === true) return checkList(field, choices, onChange)
  if (choices !== undefined) return choiceInput(field, choices, onChange)
  if (type === 'bool') return optional ? choiceInput(field, BOOLEANS, onChange) : checkBox(field, onChange)
  return textInput(field, onChange)
}

const BOOLEANS = [
  ['True', ''],
  ['False', ''],
] as const

function textInput({ path, type, range }: ConfigFieldDisplay, onChange: (text: string) => void): FieldInput {
  const node = h('input', {
    type: 'text',
    class: /^(?:int|float)$/.test(type) ? 'fl-config-text fl-number' : 'fl-config-text',
    'aria-label': path,
    title: range === undefined ? type : `${type} in ${range}`,
    spellcheck: 'false',
    autocomplete: 'off',
  })
  const commit = () => onChange(node.value)
  node.addEventListener('change', commit)
  // In a notebook Enter is a shortcut, and no change is told of.
  node.addEventListener('keydown', ({ key }) => {
    if (key === 'Enter') commit()
  })
  const set = (text: string) => void (node.value = text)
  return { node, text: () => node.value, set, enable: enabling(node) }
}

function checkBox({ path }: ConfigFieldDisplay, onChange: (text: string) => void): FieldInput {
  const node = h('input', { type: 'checkbox', 'aria-label': path })
  const text = () => (node.checked ? 'True' : 'False')
  node.addEventListener('change', () => onChange(text()))
  const set = (value: string) => void (node.checked = value === 'True')
  return { node, text, set, enable: enabling(node) }
}

type Choices = readonly (readonly [value: string, doc: string])[]

function choiceInput(
  { path, optional }: ConfigFieldDisplay,
  choices: Choices,
  onChange: (text: string) => void,
): FieldInput {
  const all: Choices = optional ? [['None', ''], ...choices] : choices
  const options = all.map(([value, doc]) => h('option', { value, title: doc }, value))
  const node = h('select', { class: 'fl-select', 'aria-label': path }, ...options)
  const explain = () => void (node.title = all.find(([value]) => value === node.value)?.[1] ?? '')
  node.addEventListener('change', () => {
    explain()
    onChange(node.value)
  })
  const set = (text: string) => {
    node.value = text
    explain()
  }
  return { node, text: () => node.value, set, enable: enabling(node) }
}

/** Names that are ticked, in the order in which they are offered. */
function checkList(
  { path }: ConfigFieldDisplay,
  choices: Choices,
  onChange: (text: string) => void,
): FieldInput {
  const boxes = choices.map(([value, doc]) => {
    const box = h('input', { type: 'checkbox', value })
    box.addEventListener('change', () => {
      count()
      onChange(text())
    })
    return { box, label: h('label', { title: doc }, box, value) }
  })
  const summary = h('summary', { 'aria-label': path })
  const chosen = () => boxes.filter(({ box }) => box.checked).map(({ box }) => box.value)
  const count = () => void (summary.textContent = `${chosen().length} of ${boxes.length} chosen`)
  const text = () =>
    `[${chosen()
      .map((name) => `'${name}'`)
      .join(', ')}]`
  const set = (value: string) => {
    const names = new Set(Array.from(value.matchAll(/'([^']*)'/g), ([, name]) => name))
    for (const { box } of boxes) box.checked = names.has(box.value)
    count()
  }
  const node = h('details', { class: 'fl-config-names' }, summary, ...boxes.map(({ label }) => label))
  return { node, text, set, enable: enabling(...boxes.map(({ box }) => box)) }
}

const enabling =
  (...nodes: readonly (HTMLInputElement | HTMLSelectElement)[]) =>
  (enabled: boolean): void => {
    for (const node of nodes) node.disabled = !enabled
  }
