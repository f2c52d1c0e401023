import type { ILabShell, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application'
import { ILabShell as LabShellToken } from '@jupyterlab/application'
import { LabIcon } from '@jupyterlab/ui-components'
import { Widget } from '@lumino/widgets'
import logo from '../style/logo.svg'

export const firstlightIcon = new LabIcon({ name: 'firstlight:logo', svgstr: logo })

/** Our logo in the corner. */
export const brandingPlugin: JupyterFrontEndPlugin<void> = {
  id: 'firstlight:branding',
  description: 'Shows the logo.',
  autoStart: true,
  optional: [LabShellToken],
  activate: (_app: JupyterFrontEnd, shell: ILabShell | null) => {
    const widget = new Widget()
    widget.id = 'jp-MainLogo'
    firstlightIcon.element({
      container: widget.node,
      margin: '3px 4px 3px 8px',
      height: 'auto',
      width: '20px',
    })
    widget.node.title = 'Firstlight'
    shell?.add(widget, 'top', { rank: 0 })
  },
}
