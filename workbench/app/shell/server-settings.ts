import { PageConfig } from '@jupyterlab/coreutils'
import { IServerSettings, ServerConnection, type ServiceManagerPlugin } from '@jupyterlab/services'

/**
 * Requests to our server carry the xsrf value of the page they come from. The stock plugin reads it from a cookie, which
 * another Jupyter on another port of this machine overwrites: cookies do not tell ports apart.
 */
export const serverSettingsPlugin: ServiceManagerPlugin<ServerConnection.ISettings> = {
  id: 'firstlight:server-settings',
  autoStart: true,
  provides: IServerSettings,
  activate: () => {
    const xsrf = PageConfig.getOption('firstlightXsrf')
    return ServerConnection.makeSettings({
      fetch: (input: RequestInfo | URL, init?: RequestInit) => {
        const request = new Request(input, init)
        if (new URL(request.url).origin === location.origin) request.headers.set('X-XSRFToken', xsrf)
        return fetch(request)
      },
    })
  },
}
