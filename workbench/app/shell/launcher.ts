import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application'
import { PageConfig, URLExt } from '@jupyterlab/coreutils'
import { ILauncher } from '@jupyterlab/launcher'
import { firstlightIcon } from './branding.ts'

const OPEN = 'firstlight:open-notebook'
const CATEGORY = 'Firstlight'

interface NotebookEntry {
  readonly path: string
  readonly title: string
  readonly summary: string
  readonly order: number
  /** Shipped with Firstlight; the user's own notebooks are in the file browser. */
  readonly ours: boolean
}

/** Cards for the shipped notebooks, above everything else in the launcher. */
export const launcherPlugin: JupyterFrontEndPlugin<void> = {
  id: 'firstlight:launcher',
  description: 'Offers the worked notebooks in the launcher.',
  autoStart: true,
  requires: [ILauncher],
  activate: (app: JupyterFrontEnd, launcher: ILauncher) => {
    app.commands.addCommand(OPEN, {
      label: (args) => textOf(args['title'], 'Open a notebook'),
      caption: (args) => textOf(args['summary']),
      icon: firstlightIcon,
      execute: async (args) => {
        const widget: unknown = await app.commands.execute('docmanager:open', {
          path: textOf(args['path']),
          factory: 'Notebook',
        })
        return widget
      },
    })
    void addCards(launcher)
  },
}

async function addCards(launcher: ILauncher): Promise<void> {
  const answer = await fetch(URLExt.join(PageConfig.getBaseUrl(), 'firstlight/notebooks'))
  if (!answer.ok) return
  const { notebooks } = (await answer.json()) as { notebooks: NotebookEntry[] }
  for (const { path, title, summary, order } of notebooks.filter((entry) => entry.ours)) {
    launcher.add({
      command: OPEN,
      args: { path, title, summary },
      category: CATEGORY,
      rank: order,
      categoryRank: -1,
    })
  }
}

const textOf = (value: unknown, otherwise = ''): string => (typeof value === 'string' ? value : otherwise)
