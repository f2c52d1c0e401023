import { PageConfig } from '@jupyterlab/coreutils'
import type { ServerConnection } from '@jupyterlab/services'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { serverSettingsPlugin } from '../../workbench/app/shell/server-settings.ts'

describe('requests of the page', () => {
  const settings = async () =>
    (await serverSettingsPlugin.activate(null as never)) as ServerConnection.ISettings
  /** A server of this origin; returns what it was asked. */
  function serve(answer: (request: Request) => Response): Request[] {
    const sent: Request[] = []
    vi.stubGlobal('location', { origin: 'http://127.0.0.1:8888' })
    vi.stubGlobal('fetch', async (asked: Request | string) => {
      const request = new Request(asked instanceof Request ? asked : new URL(asked, 'http://127.0.0.1:8888'))
      sent.push(request)
      return answer(request)
    })
    onTestFinished(() => void vi.unstubAllGlobals())
    PageConfig.setOption('baseUrl', '/')
    PageConfig.setOption('firstlightXsrf', 'of this page')
    return sent
  }
  const xsrf = (sent: readonly Request[]) => sent.map(({ headers }) => headers.get('X-XSRFToken'))

  test('carry the xsrf value of the page to our server alone', async () => {
    const sent = serve(() => new Response('{}'))
    for (const url of [
      'http://127.0.0.1:8888/api',
      'http://127.0.0.1:8889/api',
      'http://127.0.0.1.evil.com:8888/api',
      'http://evil.com/?http://127.0.0.1:8888/api',
    ])
      await (await settings()).fetch(url)
    expect(xsrf(sent)).toEqual(['of this page', null, null, null])
  })

  const page = (config: object) =>
    new Response(
      `<script id="jupyter-config-data" type="application/json">${JSON.stringify(config)}</script>`,
    )
  const save = { method: 'PUT', body: 'the notebook' }
  const CONTENTS = 'http://127.0.0.1:8888/api/contents/a'

  test('are sent again with the value of a later login in this browser', async () => {
    const sent = serve(({ url, headers }) => {
      if (url.endsWith('/lab')) return page({ firstlightXsrf: 'of the next' })
      return new Response('', { status: headers.get('X-XSRFToken') === 'of the next' ? 200 : 403 })
    })
    const answer = await (await settings()).fetch(CONTENTS, save)
    expect(answer.status).toBe(200)
    expect(xsrf(sent)).toEqual(['of this page', null, 'of the next'])
    expect(await sent[2]!.text()).toBe('the notebook')
  })

  test('that are refused for another reason are not repeated', async () => {
    const sent = serve(({ url }) =>
      url.endsWith('/lab') ? page({ firstlightXsrf: 'of this page' }) : new Response('', { status: 403 }),
    )
    expect((await (await settings()).fetch(CONTENTS, save)).status).toBe(403)
    expect(sent.map(({ url }) => new URL(url).pathname)).toEqual(['/api/contents/a', '/lab'])
  })
})
