import { PageConfig, URLExt } from '@jupyterlab/coreutils'

const XSRF = 'firstlightXsrf'
const SERVER_STARTED = 'firstlightStarted'

/**
 * `same`: nothing has changed. `renewed`: there was a login since this page was loaded, in another tab of this browser.
 * `refused`: the server wants one.
 */
type Renewal = 'same' | 'renewed' | 'refused'

/**
 * This page's login, which may outlive the server that gave it: pages are open for days. Events: `refused`, and
 * `server-changed` when logged in with a server that was started after this page was loaded.
 */
class PageLogin extends EventTarget {
  #renewing: Promise<Renewal> | undefined

  get xsrf(): string {
    return PageConfig.getOption(XSRF)
  }

  /** Ask for the page's configuration once more. */
  renew(): Promise<Renewal> {
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = undefined
    })
    return this.#renewing
  }

  async #renew(): Promise<Renewal> {
    const answer = await fetch(URLExt.join(PageConfig.getBaseUrl(), 'lab'), { redirect: 'manual' })
    const found = answer.ok ? configIn(await answer.text()) : undefined
    if (found === undefined) {
      this.dispatchEvent(new Event('refused'))
      return 'refused'
    }
    const before = { xsrf: this.xsrf, started: PageConfig.getOption(SERVER_STARTED) }
    PageConfig.setOption(XSRF, found[XSRF] ?? '')
    PageConfig.setOption(SERVER_STARTED, found[SERVER_STARTED] ?? '')
    if (before.started !== found[SERVER_STARTED]) this.dispatchEvent(new Event('server-changed'))
    return before.xsrf === this.xsrf ? 'same' : 'renewed'
  }
}

/** The one of this page. */
export const pageLogin = new PageLogin()

/** The configuration stands in the page as JSON without any `<`. */
function configIn(page: string): Readonly<Record<string, string>> | undefined {
  const json = /<script id="jupyter-config-data" type="application\/json">([^<]*)</.exec(page)?.[1]
  return json === undefined ? undefined : (JSON.parse(json) as Record<string, string>)
}
