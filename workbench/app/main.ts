import { JupyterLab } from '@jupyterlab/application'
import { JupyterPluginRegistry } from '@jupyterlab/coreutils'
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces'
import { IConnectionStatus, IServiceManager } from '@jupyterlab/services'
import { firstlightPlugins } from './plugins.ts'

type Plugin = Parameters<JupyterPluginRegistry['registerPlugin']>[0]

/** Namespace object of an extension package: its default export is one plugin or a list. */
interface ExtensionModule<T> {
  readonly default: T | readonly T[]
}

export interface Extensions {
  readonly extensions: readonly ExtensionModule<Plugin>[]
  readonly mimeExtensions: readonly ExtensionModule<IRenderMime.IExtension>[]
}

/** Stock plugins that need a Python server (language servers, news, subshells), or that ours replace. */
const DROPPED: ReadonlySet<string> = new Set([
  '@jupyterlab/notebook-extension:language-server',
  '@jupyterlab/fileeditor-extension:language-server',
  '@jupyterlab/apputils-extension:announcements',
  '@jupyterlab/apputils-extension:subshell-settings',
  '@jupyterlab/application-extension:logo',
  '@jupyterlab/apputils-extension:settings',
  '@jupyterlab/services-extension:server-settings',
])

/** Assemble JupyterLab from its plugins and ours, and start it. `globalThis.lab` is for tests and the curious. */
export async function startWorkbench({ extensions, mimeExtensions }: Extensions): Promise<void> {
  const pluginRegistry = new JupyterPluginRegistry()
  const stock = extensions.flatMap(pluginsOf).filter((plugin) => !DROPPED.has(plugin.id))
  pluginRegistry.registerPlugins([...stock, ...firstlightPlugins])
  const connectionStatus = await pluginRegistry.resolveOptionalService(IConnectionStatus)
  const serviceManager = await pluginRegistry.resolveRequiredService(IServiceManager)
  const lab = new JupyterLab({
    pluginRegistry,
    serviceManager,
    mimeExtensions: mimeExtensions.flatMap(pluginsOf) as unknown as IRenderMime.IExtensionModule[],
    ...(connectionStatus && { connectionStatus }),
  })
  Object.assign(globalThis, { lab })
  await lab.start({ bubblingKeydown: true })
  await lab.restored
  Object.assign(globalThis, { restoredAt: performance.now() })
}

function pluginsOf<T>(module: ExtensionModule<T>): readonly T[] {
  const exported = module.default
  return Array.isArray(exported) ? (exported as readonly T[]) : [exported as T]
}
