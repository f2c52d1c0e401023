import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FirstlightError } from '#core'
import { escapeHtml } from '../http/reply.ts'

export interface PageOptions {
  readonly staticDir: string
  readonly root: string
  readonly version: string
  /** Tells this run of the server from another. */
  readonly started: Date
}

interface Assets {
  readonly scripts: readonly string[]
  readonly styles: readonly string[]
}

/** The HTML of the workbench: configuration as data, no inline script. */
export async function workbenchPage(options: PageOptions, xsrf: string, location: string): Promise<string> {
  const { scripts, styles } = await readAssets(options.staticDir)
  const config = JSON.stringify(pageConfig(options, xsrf, location)).replaceAll('<', '\\u003c')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Firstlight</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" type="image/svg+xml" href="/static/logo.svg">
${styles.map((name) => `<link rel="stylesheet" href="/static/${escapeHtml(name)}">`).join('\n')}
<script id="jupyter-config-data" type="application/json">${config}</script>
${scripts.map((name) => `<script defer src="/static/${escapeHtml(name)}"></script>`).join('\n')}
</head>
<body>
<noscript>Firstlight needs JavaScript.</noscript>
</body>
</html>
`
}

function pageConfig({ version, root, started }: PageOptions, xsrf: string, location: string) {
  const { mode, workspace, treePath } = placeOf(location)
  return {
    appName: 'Firstlight',
    appNamespace: 'firstlight',
    appVersion: version,
    appUrl: '/lab',
    baseUrl: '/',
    wsUrl: '',
    fullAppUrl: '/lab',
    fullStaticUrl: '/static',
    fullSettingsUrl: '/lab/api/settings',
    fullWorkspacesApiUrl: '/lab/api/workspaces',
    fullThemesUrl: '/static/themes',
    themesUrl: '/static/themes',
    fullTranslationsApiUrl: '/lab/api/translations',
    translationsApiUrl: '/lab/api/translations',
    treeUrl: '/lab/tree',
    workspacesApiUrl: '/lab/api/workspaces',
    settingsUrl: '/lab/api/settings',
    licensesUrl: '',
    listingsUrl: '',
    terminalsAvailable: 'false',
    nbconvertAvailable: 'true',
    exposeAppInBrowser: 'false',
    cacheFiles: 'false',
    devMode: 'false',
    buildAvailable: 'false',
    quitButton: 'false',
    preferredPath: '',
    serverRoot: root,
    mathjaxConfig: '',
    mode,
    workspace,
    treePath,
    firstlightXsrf: xsrf,
    firstlightStarted: started.toISOString(),
  }
}

/** `/lab`, `/lab/tree/PATH`, `/lab/workspaces/NAME[/tree/PATH]`, `/doc/tree/PATH`. */
function placeOf(location: string): { mode: string; workspace: string; treePath: string } {
  const found = /^\/(lab|doc)(?:\/workspaces\/([^/]+))?(?:\/tree(?:\/(.*))?)?$/s.exec(location)
  return {
    mode: found?.[1] === 'doc' ? 'single-document' : 'multiple-document',
    workspace: found?.[2] ?? 'default',
    treePath: found?.[3] ?? '',
  }
}

async function readAssets(staticDir: string): Promise<Assets> {
  try {
    return JSON.parse(await readFile(join(staticDir, 'assets.json'), 'utf8')) as Assets
  } catch (cause) {
    throw new FirstlightError('server/no-application', `No built workbench in ${staticDir}`, {
      cause,
      hint: 'Build it with: npm run build',
    })
  }
}
