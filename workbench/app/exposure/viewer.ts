import { Widget } from '@lumino/widgets'
import type { ExposureDisplay, PlaneName } from '#protocol'
import type { SkyWcs } from '#wcs'
import { h } from '../dom.ts'
import { drawAnnotations } from './annotations.ts'
import { COLOUR_MAPS, type ColourMap } from './colour-maps.ts'
import { listen } from './gestures.ts'
import { LIMIT_MODES, type LimitMode, minMaxLimits, percentileLimits, spread } from './limits.ts'
import type { Painter } from './paint.ts'
import { Pyramid } from './pyramid.ts'
import { readAt } from './readout.ts'
import { firstSettings, lookOf, type Settings } from './settings.ts'
import { makeSidePanel, type SidePanel } from './side-panel.ts'
import { skyWcsOf } from './sky.ts'
import { STRETCHES, type Stretch } from './stretch.ts'
import { makeToolbar, type Toolbar } from './toolbar.ts'
import { fillView, fitView, limitZoom, panBy, toImage, type View, zoomAt } from './view.ts'

/** Where pixels come from; rows bottom first. */
export type PlaneSource = (plane: PlaneName) => Promise<Float32Array | Int32Array>

export interface ViewerOptions {
  readonly display: ExposureDisplay
  /** Absent without a kernel: the preview stands in. */
  readonly source?: PlaneSource
  readonly painter: Painter
  readonly openInTab?: () => void
}

/** An exposure on the screen: pixels, mask colours, sky coordinates under the pointer. */
export class ExposureViewer extends Widget {
  readonly #display: ExposureDisplay
  readonly #source: PlaneSource | undefined
  readonly #painter: Painter
  readonly #wcs: SkyWcs | undefined
  readonly #toolbar: Toolbar
  readonly #panel: SidePanel
  readonly #canvas = h('canvas', { tabindex: 0, role: 'img' })
  readonly #overlay = h('canvas', { class: 'fl-overlay', 'aria-hidden': 'true' })
  readonly #preview = h('img', { class: 'fl-preview', alt: '' })
  readonly #message = h('div', { class: 'fl-message', role: 'status' })
  readonly #readout = h('div', { class: 'fl-readout' })
  readonly #stage: HTMLElement
  readonly #sizes: ResizeObserver
  readonly #seen: IntersectionObserver
  readonly #pixels = new Map<PlaneName, Promise<Float32Array | Int32Array>>()
  #settings: Settings
  #pyramid: Pyramid | undefined
  #view: View | undefined
  #frame = 0

  constructor({ display, source, painter, openInTab }: ViewerOptions) {
    super()
    this.#display = display
    this.#source = source
    this.#painter = painter
    this.#wcs = skyWcsOf(display)
    this.#settings = firstSettings(...spread(...display.limits.zscale))
    this.#toolbar = makeToolbar(this.#settings, display.planes, {
      change: (part) => this.change(part),
      setMode: (mode) => this.#setMode(mode),
      setLimits: (low, high) => this.change({ mode: 'manual', low, high }),
      zoomBy: (factor) => this.#zoomMiddle(factor),
      fit: () => this.#fit(),
      oneToOne: () => this.#setZoom(1),
      togglePanel: () => this.toggleClass('fl-mod-bare'),
      ...(openInTab && { openInTab }),
    })
    this.#panel = makeSidePanel(display, (part) => this.change(part))
    this.#stage = h('div', { class: 'fl-stage' }, this.#preview, this.#canvas, this.#overlay, this.#message)
    this.#build()
    this.#sizes = new ResizeObserver(() => this.#resized())
    this.#seen = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) void this.#load()
    })
  }

  get settings(): Settings {
    return this.#settings
  }

  change(part: Partial<Settings>): void {
    const plane = this.#settings.plane
    this.#settings = { ...this.#settings, ...part }
    if (this.#settings.plane !== plane) void this.#show(this.#settings.plane, true)
    this.#redraw()
  }

  override dispose(): void {
    if (this.isDisposed) return
    cancelAnimationFrame(this.#frame)
    this.#sizes.disconnect()
    this.#seen.disconnect()
    if (this.#pyramid) this.#painter.forget(this.#pyramid)
    this.#pixels.clear()
    super.dispose()
  }

  protected override onAfterAttach(): void {
    this.#sizes.observe(this.#stage)
    this.#seen.observe(this.#stage)
  }

  protected override onBeforeDetach(): void {
    this.#sizes.disconnect()
    this.#seen.disconnect()
  }

  #build(): void {
    const { title, unit, preview, width, height } = this.#display
    this.addClass('fl-exposure')
    this.node.dataset['lmSuppressShortcuts'] = 'true'
    this.#canvas.setAttribute(
      'aria-label',
      `${title}, ${width} by ${height} pixels${unit === '' ? '' : ` in ${unit}`}`,
    )
    this.#preview.src = `data:image/png;base64,${preview}`
    this.#readout.textContent = HELP
    this.node.append(
      h('div', { class: 'fl-title' }, title),
      this.#toolbar.node,
      h('div', { class: 'fl-main' }, this.#stage, this.#panel.node),
      this.#readout,
    )
    listen(this.#canvas, {
      pan: (dx, dy) => this.#move((view) => panBy(view, dx, dy)),
      zoom: (x, y, factor) => this.#move((view) => zoomAt(view, this.#canvas, x, y, factor)),
      adjust: (dx, dy) => this.#adjust(dx, dy),
      hover: (x, y) => this.#hover(x, y),
      leave: () => {
        this.#readout.textContent = HELP
      },
      key: (key) => this.#key(key),
    })
    this.#showControls()
  }

  /** Fetch the pixels, once, when the view is first seen. */
  async #load(): Promise<void> {
    if (this.#pyramid !== undefined || this.#pixels.size > 0) return
    if (this.#source === undefined) {
      this.#say('Preview: the pixels are with the kernel. Run the cell again to explore them.')
      return
    }
    await this.#show('image', false)
  }

  async #show(plane: 'image' | 'variance', newLimits: boolean): Promise<void> {
    try {
      const mask = this.#display.planes.includes('mask') ? this.#plane('mask') : undefined
      const image = (await this.#plane(plane)) as Float32Array
      if (this.isDisposed || this.#settings.plane !== plane) return
      if (this.#pyramid) this.#painter.forget(this.#pyramid)
      const { width, height } = this.#display
      this.#pyramid = new Pyramid(image, undefined, width, height)
      if (newLimits) this.#setMode(this.#settings.mode === 'manual' ? 'zscale' : this.#settings.mode)
      this.#say('')
      this.#preview.hidden = true
      this.#redraw()
      if (mask === undefined) return
      this.#pyramid.setMask((await mask) as Int32Array)
      this.#painter.forget(this.#pyramid)
      this.#redraw()
    } catch (error) {
      this.#pixels.clear()
      this.#say(`No pixels: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  #plane(plane: PlaneName): Promise<Float32Array | Int32Array> {
    const known = this.#pixels.get(plane)
    if (known !== undefined) return known
    const asked = this.#source?.(plane) ?? Promise.reject(new Error('there is no kernel'))
    this.#pixels.set(plane, asked)
    return asked
  }

  #setMode(mode: LimitMode): void {
    const [low, high] = this.#limits(mode)
    this.change({ mode, low, high })
  }

  #limits(mode: LimitMode): [number, number] {
    const { zscale, p995 } = this.#display.limits
    const { low, high, plane } = this.#settings
    const pixels = this.#pyramid?.base.image
    if (mode === 'manual') return [low, high]
    if (plane === 'image' && (mode === 'zscale' || pixels === undefined)) return spread(...zscale)
    if (plane === 'image' && mode === 'p99.5') return spread(...p995)
    if (pixels === undefined) return [low, high]
    return mode === 'minmax' ? minMaxLimits(pixels) : percentileLimits(pixels, PERCENT[mode] ?? 98)
  }

  #fit(): void {
    this.#view = (this.#isFitted() ? fillView : fitView)(this.#display, this.#canvas)
    this.#redraw()
  }

  #setZoom(zoom: number): void {
    this.#move((view) => ({ ...view, zoom: limitZoom(zoom) }))
  }

  #zoomMiddle(factor: number): void {
    this.#move((view) => zoomAt(view, this.#canvas, this.#canvas.width / 2, this.#canvas.height / 2, factor))
  }

  #move(change: (view: View) => View): void {
    if (this.#view === undefined) return
    this.#view = change(this.#view)
    this.#redraw()
  }

  #adjust(dx: number, dy: number): void {
    const { bias, contrast } = this.#settings
    this.change({ bias: bias + dx, contrast: Math.min(20, Math.max(0.05, contrast * 4 ** dy)) })
  }

  #key(key: string): boolean {
    const { maskShown, inverted, stretch, mode, map } = this.#settings
    switch (key) {
      case '+':
      case '=':
        this.#zoomMiddle(2)
        return true
      case '-':
        this.#zoomMiddle(0.5)
        return true
      case '0':
      case 'f':
        this.#fit()
        return true
      case '1':
        this.#setZoom(1)
        return true
      case 'm':
        this.change({ maskShown: !maskShown })
        return true
      case 'i':
        this.change({ inverted: !inverted })
        return true
      case 's':
        this.change({ stretch: after<Stretch>(STRETCHES, stretch) })
        return true
      case 'l':
        this.#setMode(after<LimitMode>(LIMIT_MODES, mode))
        return true
      case 'c':
        this.change({ map: after<ColourMap>(COLOUR_MAPS, map) })
        return true
      case 'r':
        this.change({ bias: 0.5, contrast: 1 })
        return true
      case 'p':
        this.toggleClass('fl-mod-bare')
        return true
      default:
        return false
    }
  }

  #hover(sx: number, sy: number): void {
    if (this.#view === undefined) return
    const [x, y] = toImage(this.#view, this.#canvas, sx, sy)
    const found = readAt(x, y, this.#display, this.#pyramid?.base, this.#wcs, this.#display)
    if (found === undefined) this.#readout.textContent = HELP
    else {
      const { position, value, sky, degrees, mask } = found
      this.#readout.replaceChildren(
        ...[position, value, sky, degrees, mask]
          .filter((text) => text !== '')
          .map((text) => h('span', {}, text)),
      )
    }
  }

  #resized(): void {
    const ratio = devicePixelRatio
    const [width, height] = [this.#stage.clientWidth, this.#stage.clientHeight].map((n) =>
      Math.round(n * ratio),
    ) as [number, number]
    if (width === 0 || height === 0) return
    const fitted = this.#view === undefined || this.#isFitted()
    for (const canvas of [this.#canvas, this.#overlay]) Object.assign(canvas, { width, height })
    if (fitted) this.#view = fitView(this.#display, this.#canvas)
    cancelAnimationFrame(this.#frame)
    this.#draw()
  }

  #isFitted(): boolean {
    const fitted = fitView(this.#display, this.#canvas)
    return this.#view?.zoom === fitted.zoom && this.#view.x === fitted.x && this.#view.y === fitted.y
  }

  #redraw(): void {
    cancelAnimationFrame(this.#frame)
    this.#frame = requestAnimationFrame(() => this.#draw())
  }

  #draw(): void {
    this.#showControls()
    const [pyramid, view] = [this.#pyramid, this.#view]
    if (view === undefined || this.#canvas.width === 0) return
    drawAnnotations(this.#overlay, view, this.#wcs, devicePixelRatio)
    if (pyramid === undefined) return
    this.#painter.paint(this.#canvas, pyramid, view, lookOf(this.#settings, this.#display.mask))
    this.node.dataset['painted'] = this.#painter.kind
  }

  #showControls(): void {
    this.#toolbar.show(this.#settings, (this.#view?.zoom ?? 1) / devicePixelRatio)
    this.#panel.show(this.#settings)
  }

  #say(text: string): void {
    this.#message.textContent = text
    this.#message.hidden = text === ''
  }
}

const HELP =
  'Drag to pan · click, then wheel or + − to zoom · right-drag for contrast · f fit · 1 full size · m mask · s stretch · c colours'
const PERCENT: Partial<Record<LimitMode, number>> = { 'p99.5': 99.5, p99: 99, p95: 95 }

/** The next of a menu's values, from the last back to the first; `manual` is left out. */
function after<T extends string>(labels: Readonly<Record<T, string>>, value: T): T {
  const names = (Object.keys(labels) as T[]).filter((name) => name !== 'manual')
  return names[(names.indexOf(value) + 1) % names.length]!
}
