import {
  IConnectionLost as ConnectionLostToken,
  type IConnectionLost,
  type JupyterFrontEndPlugin,
} from '@jupyterlab/application'
import { Dialog, Notification } from '@jupyterlab/apputils'
import { PageConfig, URLExt } from '@jupyterlab/coreutils'
import { pageLogin } from './page-login.ts'

/** Says in our words why the server does not answer, and what brings it back; once at a time. */
export const connectionLostPlugin: JupyterFrontEndPlugin<IConnectionLost> = {
  id: 'firstlight:connection-lost',
  description: 'Explains a lost server.',
  autoStart: true,
  provides: ConnectionLostToken,
  activate: ({ serviceManager }) => {
    let watching = false
    const watch = async () => {
      if (watching) return
      watching = true
      await explainUntilBack()
      await pageLogin.renew().catch(() => undefined)
      watching = false
    }
    pageLogin.addEventListener('refused', () => void watch())
    pageLogin.addEventListener('server-changed', () => {
      // Else notebooks would keep their dead kernels until the next poll, and send cells to them.
      for (const running of [serviceManager.sessions, serviceManager.kernels])
        running.refreshRunning().catch(() => undefined)
      Notification.warning(KERNELS_ENDED, { autoClose: false })
    })
    return watch
  },
}

/** Show what is wrong as long as something is, and take it away when the server is back. */
async function explainUntilBack(): Promise<void> {
  let [shown, dialog]: [Trouble | undefined, Dialog<unknown> | undefined] = [undefined, undefined]
  for (;;) {
    const trouble = await troubleNow()
    if (trouble !== shown) {
      dialog?.dispose()
      dialog = trouble && explain(trouble)
      shown = trouble
    }
    if (trouble === undefined) return
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
  }
}

function explain(trouble: Trouble): Dialog<unknown> {
  const dialog = new Dialog({ ...WORDS[trouble], buttons: [Dialog.okButton({ label: 'Close' })] })
  // Taken away before it was read: nothing to do.
  dialog.launch().catch(() => undefined)
  return dialog
}

/** `stopped`: nothing answers. `new-login`: a server answers and does not know us; it was started again. */
type Trouble = 'stopped' | 'new-login'

const WORDS: Readonly<Record<Trouble, { title: string; body: string }>> = {
  stopped: {
    title: 'The Firstlight server does not answer',
    body:
      'It has been stopped, or this machine was asleep. What you have open stays in this tab, but cannot be saved or run. ' +
      'If it was stopped, start it again in a terminal with “firstlight start” and open the link it prints.',
  },
  'new-login': {
    title: 'The Firstlight server was started again',
    body:
      'This tab’s login was for the server before it. Open the link that “firstlight start” has printed in this browser; ' +
      'then this tab can save and run again.',
  },
}

const KERNELS_ENDED =
  'The server was started again. The kernels and their variables ended with the old one: run your cells again.'

const EVERY_MS = 3000

async function troubleNow(): Promise<Trouble | undefined> {
  try {
    const answer = await fetch(URLExt.join(PageConfig.getBaseUrl(), 'api/status'))
    return answer.status === 403 ? 'new-login' : undefined
  } catch {
    return 'stopped'
  }
}
