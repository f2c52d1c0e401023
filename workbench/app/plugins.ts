import type { JupyterFrontEndPlugin } from '@jupyterlab/application'
import { renderersPlugin } from './data/renderers.ts'
import { brandingPlugin } from './shell/branding.ts'
import { connectionLostPlugin } from './shell/connection-lost.ts'
import { launcherPlugin } from './shell/launcher.ts'
import { serverSettingsPlugin } from './shell/server-settings.ts'
import { settingsPlugin } from './shell/settings.ts'

/** Every plugin of ours, in no particular order. */
export const firstlightPlugins: readonly (JupyterFrontEndPlugin<unknown> | typeof serverSettingsPlugin)[] = [
  serverSettingsPlugin,
  brandingPlugin,
  connectionLostPlugin,
  launcherPlugin,
  settingsPlugin,
  renderersPlugin,
]
