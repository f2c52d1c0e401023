import type { IRenderMime } from '@jupyterlab/rendermime-interfaces'
import { Widget } from '@lumino/widgets'
import { type ConfigDisplay, MIME } from '#protocol'
import type { MakeRenderer, RenderContext } from '../data/renderers.ts'
import { ConfigForm } from './form.ts'

/** Output cell of a config: `ConfigDisplay` of the protocol as a form. */
export const makeConfigRenderer: MakeRenderer = (context) => new ConfigRenderer(context)

class ConfigRenderer extends Widget implements IRenderMime.IRenderer {
  readonly #context: RenderContext

  constructor(context: RenderContext) {
    super()
    this.#context = context
    this.node.dataset['lmSuppressShortcuts'] = 'true'
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const display = model.data[MIME.config] as unknown as ConfigDisplay
    this.node.replaceChildren(new ConfigForm(display, this.#context.client).node)
  }
}
