import { IServerSettings, ServerConnection, type ServiceManagerPlugin } from '@jupyterlab/services'
import { pageLogin } from './page-login.ts'

/**
 * Requests to our server carry the xsrf value of the page they come from. The stock plugin reads it from a cookie, which
 * another Jupyter on another port of this machine overwrites: cookies do not tell ports apart.
 */
export const serverSettingsPlugin: ServiceManagerPlugin<ServerConnection.ISettings> = {
  id: 'firstlight:server-settings',
  autoStart: true,
  provides: IServerSettings,
  activate: () =>
    ServerConnection.makeSettings({
      fetch: async (input: RequestInfo | URL, init?: RequestInit) => {
        const request = new Request(input, init)
        if (new URL(request.url).origin !== location.origin) return fetch(request)
        const again = request.clone()
        const answer = await fetch(signed(request))
        // The login may be a newer one than this page; what is open in it must be saved all the same.
        if (answer.status !== 403 || (await pageLogin.renew()) !== 'renewed') return answer
        return fetch(signed(again))
      },
    }),
}

function signed(request: Request): Request {
  request.headers.set('X-XSRFToken', pageLogin.xsrf)
  return request
}
