type Attributes = Readonly<Record<string, string | number | boolean>>

/** An element with attributes (`true` sets an empty one, `false` none) and children; texts are never parsed as HTML. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) element.setAttribute(name, value === true ? '' : String(value))
  }
  element.append(...children)
  return element
}

const SVG = 'http://www.w3.org/2000/svg'

/** The same for SVG. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS(SVG, tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) element.setAttribute(name, value === true ? '' : String(value))
  }
  element.append(...children)
  return element
}

/** A button with a text or icon, its name for screen readers and its tooltip. */
export function button(
  content: string | Node,
  title: string,
  onClick: () => void,
  pressed?: boolean,
): HTMLButtonElement {
  const element = h('button', { type: 'button', title, 'aria-label': title, class: 'fl-button' }, content)
  if (pressed !== undefined) element.setAttribute('aria-pressed', String(pressed))
  element.addEventListener('click', onClick)
  return element
}

/** A drop-down; `labels` maps values to what is shown. */
export function select<T extends string>(
  title: string,
  labels: Readonly<Record<T, string>>,
  value: T,
  onChange: (value: T) => void,
): HTMLSelectElement {
  const options = Object.entries<string>(labels).map(([key, label]) => h('option', { value: key }, label))
  const element = h('select', { title, 'aria-label': title, class: 'fl-select' }, ...options)
  element.value = value
  element.addEventListener('change', () => onChange(element.value as T))
  return element
}
