import { svg } from './dom.ts'

const PATHS = {
  info: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM8 7v4.5M8 4.4v.2',
  tab: 'M5.5 2.5h8v8M2.5 5.5h8v8h-8zM13.5 2.5l-6 6',
  invert: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13z',
  first: 'M4 3v10M12 3L6 8l6 5z',
  previous: 'M11 3L5 8l6 5z',
  next: 'M5 3l6 5-6 5z',
  last: 'M12 3v10M4 3l6 5-6 5z',
} as const

export type IconName = keyof typeof PATHS

/** A 16-pixel line icon in the colour of the text around it; glyphs of fonts are not to be relied on. */
export function icon(name: IconName): SVGSVGElement {
  const stroke = {
    fill: 'none',
    stroke: 'currentColor',
    'stroke-width': 1.4,
    'stroke-linejoin': 'round',
    'stroke-linecap': 'round',
  }
  const node = svg(
    'svg',
    { viewBox: '0 0 16 16', width: 14, height: 14, 'aria-hidden': 'true', class: 'fl-icon' },
    svg('path', { d: PATHS[name], ...stroke }),
  )
  if (name === 'invert') node.append(svg('path', { d: 'M8 1.5a6.5 6.5 0 0 1 0 13z', fill: 'currentColor' }))
  return node
}
