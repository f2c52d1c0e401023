import { MainAreaWidget } from '@jupyterlab/apputils'
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces'
import { Panel } from '@lumino/widgets'
import { type ExposureDisplay, MIME } from '#protocol'
import type { MakeRenderer, RenderContext } from '../data/renderers.ts'
import { makeGlPainter } from './gl-painter.ts'
import { type Painter, softwarePainter } from './paint.ts'
import { ExposureViewer, type PlaneSource } from './viewer.ts'

/** Output cell of an exposure: `ExposureDisplay` of the protocol. */
export const makeExposureRenderer: MakeRenderer = (context) => new ExposureRenderer(context)

class ExposureRenderer extends Panel implements IRenderMime.IRenderer {
  readonly #context: RenderContext
  #objectId: string | undefined

  constructor(context: RenderContext) {
    super()
    this.#context = context
    this.addClass('fl-output')
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const display = model.data[MIME.exposure] as unknown as ExposureDisplay
    if (display.objectId === this.#objectId) return
    this.#objectId = display.objectId
    for (const widget of [...this.widgets]) widget.dispose()
    const options = { display, painter: painter(), ...sourceOf(this.#context, display) }
    this.addWidget(new ExposureViewer({ ...options, openInTab: () => openInTab(this.#context, options) }))
  }
}

type Options = ConstructorParameters<typeof ExposureViewer>[0]

function openInTab({ app }: RenderContext, options: Options): void {
  const content = new ExposureViewer(options)
  content.addClass('fl-mod-tab')
  content.title.label = options.display.title
  const main = new MainAreaWidget({ content })
  main.id = `firstlight-exposure-${crypto.randomUUID()}`
  app.shell.add(main, 'main', { mode: 'split-right' })
  app.shell.activateById(main.id)
}

function sourceOf({ client }: RenderContext, { objectId }: ExposureDisplay): { source?: PlaneSource } {
  if (client === undefined || !client.available) return {}
  const source: PlaneSource = async (plane) => {
    const { bytes } = await client.ask({ op: 'plane', objectId, plane })
    if (bytes === undefined) throw new Error('the kernel sent no pixels')
    return plane === 'mask' ? new Int32Array(bytes) : new Float32Array(bytes)
  }
  return { source }
}

let shared: Painter | undefined
/** One painter for all pictures of the page. */
const painter = (): Painter => (shared ??= makeGlPainter() ?? softwarePainter)
