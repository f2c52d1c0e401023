import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application'
import { IConsoleTracker } from '@jupyterlab/console'
import { INotebookTracker } from '@jupyterlab/notebook'
import { IRenderMimeRegistry } from '@jupyterlab/rendermime'
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces'
import { MIME } from '#protocol'
import { makeConfigRenderer } from '../config/renderer.ts'
import { makeExposureRenderer } from '../exposure/renderer.ts'
import { makePipelineRenderer } from '../pipeline/renderer.ts'
import { makePlotlyRenderer } from '../plotly/renderer.ts'
import { makeRecordRenderer } from '../record/renderer.ts'
import { makeTableRenderer } from '../table/renderer.ts'
import { type DataClient, dataClientOf } from './data-client.ts'

/** What a renderer may use besides its data: the application, and the document's kernel where there is one. */
export interface RenderContext {
  readonly app: JupyterFrontEnd
  readonly client?: DataClient
}

export type MakeRenderer = (context: RenderContext) => IRenderMime.IRenderer

const RENDERERS: readonly (readonly [string, MakeRenderer])[] = [
  [MIME.exposure, makeExposureRenderer],
  [MIME.table, makeTableRenderer],
  [MIME.config, makeConfigRenderer],
  [MIME.pipeline, makePipelineRenderer],
  [MIME.plotly, makePlotlyRenderer],
  [MIME.record, makeRecordRenderer],
]

/** Our MIME types everywhere, and in notebooks and consoles with the way to their kernel. */
export const renderersPlugin: JupyterFrontEndPlugin<void> = {
  id: 'firstlight:renderers',
  description: 'Displays exposures, tables, records, configs, pipelines and plots.',
  autoStart: true,
  requires: [IRenderMimeRegistry],
  optional: [INotebookTracker, IConsoleTracker],
  activate: (
    app: JupyterFrontEnd,
    registry: IRenderMimeRegistry,
    notebooks: INotebookTracker | null,
    consoles: IConsoleTracker | null,
  ) => {
    addFactories(registry, { app })
    notebooks?.widgetAdded.connect((_, panel) =>
      addFactories(panel.content.rendermime, { app, client: dataClientOf(panel.sessionContext) }),
    )
    consoles?.widgetAdded.connect((_, panel) =>
      addFactories(panel.console.rendermime, { app, client: dataClientOf(panel.sessionContext) }),
    )
  },
}

function addFactories(registry: IRenderMimeRegistry, context: RenderContext): void {
  for (const [mimeType, make] of RENDERERS) {
    registry.addFactory({ safe: true, mimeTypes: [mimeType], createRenderer: () => make(context) }, 0)
  }
}
