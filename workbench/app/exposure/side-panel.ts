import type { ExposureDisplay } from '#protocol'
import { h } from '../dom.ts'
import { parseColour } from './colour-maps.ts'
import type { Settings } from './settings.ts'

export interface SidePanel {
  readonly node: HTMLElement
  show(settings: Settings): void
}

/** Legend of the mask planes with a switch each, opacity, and the facts of the exposure. */
export function makeSidePanel(
  { mask, facts, width, height }: ExposureDisplay,
  change: (part: Partial<Settings>) => void,
): SidePanel {
  let shown: Settings | undefined
  const toggle = (name: string) => {
    const hidden = new Set(shown?.hidden)
    if (!hidden.delete(name)) hidden.add(name)
    change({ hidden, maskShown: true })
  }
  const boxes = new Map(mask.map(({ name }) => [name, h('input', { type: 'checkbox' })]))
  const total = width * height
  const rows = mask.map(({ name, color, count }) => {
    const box = boxes.get(name)!
    box.addEventListener('change', () => toggle(name))
    const swatch = h('span', { class: 'fl-swatch' })
    swatch.style.backgroundColor = `rgb(${parseColour(color).join(' ')})`
    const share = h('span', { class: 'fl-count', title: `${count} pixels` }, shareOf(count, total))
    return h('label', { class: count === 0 ? 'fl-plane fl-empty' : 'fl-plane' }, box, swatch, name, share)
  })
  const opacity = h('input', {
    type: 'range',
    min: 0,
    max: 1,
    step: 0.05,
    'aria-label': 'Opacity of the mask colours',
  })
  opacity.addEventListener('input', () => change({ maskOpacity: Number(opacity.value) }))
  const factList = facts.flatMap(([label, value]) => [h('dt', {}, label), h('dd', {}, value)])
  const node = h(
    'aside',
    { class: 'fl-exposure-panel', 'aria-label': 'Mask planes and header' },
    ...(mask.length > 0
      ? [h('h4', {}, 'Mask planes'), ...rows, h('label', { class: 'fl-opacity' }, 'Opacity', opacity)]
      : []),
    h('h4', {}, 'Exposure'),
    h('dl', {}, h('dt', {}, 'Size'), h('dd', {}, `${width} × ${height}`), ...factList),
  )
  const show = (settings: Settings) => {
    shown = settings
    for (const [name, box] of boxes) box.checked = settings.maskShown && !settings.hidden.has(name)
    opacity.value = String(settings.maskOpacity)
  }
  return { node, show }
}

function shareOf(count: number, total: number): string {
  if (count === 0) return '–'
  const percent = (100 * count) / total
  return percent < 0.01 ? '<0.01 %' : `${percent.toFixed(percent < 1 ? 2 : 1)} %`
}
