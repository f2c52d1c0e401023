import type { PlaneName } from '#protocol'
import { button, h, select } from '../dom.ts'
import { icon } from '../icons.ts'
import { COLOUR_MAPS, type ColourMap } from './colour-maps.ts'
import { LIMIT_MODES, type LimitMode } from './limits.ts'
import type { Settings } from './settings.ts'
import { STRETCHES, type Stretch } from './stretch.ts'

/** What the toolbar asks of its view. */
export interface ToolbarActions {
  change(part: Partial<Settings>): void
  setMode(mode: LimitMode): void
  setLimits(low: number, high: number): void
  zoomBy(factor: number): void
  fit(): void
  oneToOne(): void
  togglePanel(): void
  openInTab?(): void
}

export interface Toolbar {
  readonly node: HTMLElement
  /** Show these settings. */
  show(settings: Settings, zoom: number): void
}

/** The row of controls above an image. */
export function makeToolbar(first: Settings, has: readonly PlaneName[], actions: ToolbarActions): Toolbar {
  const { change } = actions
  const planes = { image: 'image', variance: 'variance' } as const
  const plane = select<Settings['plane']>('Plane', planes, first.plane, (value) => change({ plane: value }))
  const mode = select<LimitMode>('Display limits', LIMIT_MODES, first.mode, actions.setMode)
  const limit = (title: string) =>
    h('input', { type: 'text', inputmode: 'decimal', title, 'aria-label': title, class: 'fl-limit' })
  const [low, high] = [limit('Lower limit'), limit('Upper limit')]
  const take = () => {
    const [from, to] = [Number(low.value), Number(high.value)]
    if (Number.isFinite(from) && Number.isFinite(to) && to > from) actions.setLimits(from, to)
  }
  for (const field of [low, high]) field.addEventListener('change', take)
  const stretch = select<Stretch>('Stretch', STRETCHES, first.stretch, (value) => change({ stretch: value }))
  const map = select<ColourMap>('Colour map', COLOUR_MAPS, first.map, (value) => change({ map: value }))
  let shown = first
  const invert = button(
    icon('invert'),
    'Invert the colours (i)',
    () => change({ inverted: !shown.inverted }),
    false,
  )
  const mask = button('Mask', 'Show mask planes (m)', () => change({ maskShown: !shown.maskShown }), true)
  const zoom = h('output', { class: 'fl-zoom', title: 'Screen pixels per image pixel' })
  const node = h(
    'div',
    { class: 'fl-exposure-toolbar', role: 'toolbar', 'aria-label': 'Image display' },
    ...(has.includes('variance') ? [plane] : []),
    mode,
    low,
    high,
    stretch,
    map,
    invert,
    ...(has.includes('mask') ? [mask] : []),
    h('span', { class: 'fl-spacer' }),
    button('−', 'Zoom out (-)', () => actions.zoomBy(0.5)),
    zoom,
    button('+', 'Zoom in (+)', () => actions.zoomBy(2)),
    button('Fit', 'Fit the image; again: fill the view (f)', actions.fit),
    button('1:1', 'One image pixel per screen pixel (1)', actions.oneToOne),
    button(icon('info'), 'Mask planes and header (p)', actions.togglePanel),
    ...(actions.openInTab ? [button(icon('tab'), 'Open in a tab of its own', actions.openInTab)] : []),
  )
  const show = (settings: Settings, factor: number) => {
    shown = settings
    plane.value = settings.plane
    mode.value = settings.mode
    low.value = shortNumber(settings.low)
    high.value = shortNumber(settings.high)
    stretch.value = settings.stretch
    map.value = settings.map
    invert.setAttribute('aria-pressed', String(settings.inverted))
    mask.setAttribute('aria-pressed', String(settings.maskShown))
    zoom.textContent = factor >= 0.995 ? `${shortNumber(factor)}×` : `1/${shortNumber(1 / factor)}`
  }
  return { node, show }
}

const shortNumber = (value: number): string => String(Number(value.toPrecision(value < 10 ? 2 : 4)))
