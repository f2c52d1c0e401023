/** What the pointer, the wheel and the keys mean; positions in canvas pixels. */
export interface Gestures {
  pan(dx: number, dy: number): void
  zoom(x: number, y: number, factor: number): void
  /** Right-drag: horizontal moves the bias, vertical the contrast; fractions of the canvas. */
  adjust(dx: number, dy: number): void
  hover(x: number, y: number): void
  leave(): void
  /** @returns true when the key means something here. */
  key(key: string): boolean
}

const WHEEL_STEP = 1.0015
const KEY_STEP = 60

/**
 * Listen on a canvas. The wheel zooms once the canvas has been clicked (or with Ctrl), so that scrolling through a
 * notebook does not stop at every image.
 */
export function listen(canvas: HTMLCanvasElement, gestures: Gestures): void {
  let drag: { button: number; x: number; y: number } | undefined
  const scale = () => canvas.width / Math.max(1, canvas.clientWidth)
  const at = (event: MouseEvent): [number, number] => {
    const box = canvas.getBoundingClientRect()
    return [(event.clientX - box.left) * scale(), (event.clientY - box.top) * scale()]
  }
  canvas.addEventListener('pointerdown', (event) => {
    canvas.focus({ preventScroll: true })
    canvas.setPointerCapture(event.pointerId)
    drag = { button: event.button, x: event.clientX, y: event.clientY }
    event.preventDefault()
  })
  canvas.addEventListener('pointermove', (event) => {
    gestures.hover(...at(event))
    if (drag === undefined) return
    const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y]
    drag = { ...drag, x: event.clientX, y: event.clientY }
    if (drag.button === 2) gestures.adjust(dx / canvas.clientWidth, dy / canvas.clientHeight)
    else gestures.pan(dx * scale(), dy * scale())
  })
  for (const name of ['pointerup', 'pointercancel'] as const) {
    canvas.addEventListener(name, () => {
      drag = undefined
    })
  }
  canvas.addEventListener('pointerleave', () => gestures.leave())
  canvas.addEventListener('contextmenu', (event) => {
    event.preventDefault()
    event.stopPropagation()
  })
  canvas.addEventListener(
    'wheel',
    (event) => {
      if (document.activeElement !== canvas && !event.ctrlKey) return
      event.preventDefault()
      event.stopPropagation()
      gestures.zoom(...at(event), WHEEL_STEP ** -event.deltaY)
    },
    { passive: false },
  )
  canvas.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const step = PANS[event.key]
    if (step !== undefined) gestures.pan(-step[0] * KEY_STEP, -step[1] * KEY_STEP)
    else if (!gestures.key(event.key)) return
    event.preventDefault()
    event.stopPropagation()
  })
}

const PANS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}
