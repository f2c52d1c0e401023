import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application'
import {
  DefaultSchemaValidator,
  ISettingConnector as SettingConnectorToken,
  type ISettingConnector,
  ISettingRegistry as SettingRegistryToken,
  type ISchemaValidator,
  type ISettingRegistry,
  SettingRegistry,
} from '@jupyterlab/settingregistry'
import { settingDefaults } from './setting-defaults.ts'

/** The registry of JupyterLab, with a validator that starts in a fifth less of the page's time. */
export const settingsPlugin: JupyterFrontEndPlugin<ISettingRegistry> = {
  id: 'firstlight:settings',
  description: 'Provides the setting registry.',
  autoStart: true,
  requires: [SettingConnectorToken],
  provides: SettingRegistryToken,
  activate: async (app: JupyterFrontEnd, connector: ISettingConnector) => {
    const { values } = await connector.list('active')
    const plugins = values.filter(({ id }) => app.hasPlugin(id))
    return new SettingRegistry({ connector, plugins, validator: new LazyValidator() })
  },
}

/**
 * Compiles a schema only for settings that the user has changed: of the others, which are nearly all, the composite is the
 * schema's defaults. Compiling all sixty takes a second of a cold start.
 */
class LazyValidator implements ISchemaValidator {
  #thorough: DefaultSchemaValidator | undefined

  validateData(plugin: ISettingRegistry.IPlugin, populate = true): ISchemaValidator.IError[] | null {
    if (!/^\s*(?:\{\s*\})?\s*$/.test(plugin.raw) || plugin.schema.type !== 'object') {
      this.#thorough ??= new DefaultSchemaValidator()
      return this.#thorough.validateData(plugin, populate)
    }
    if (populate) plugin.data = { composite: settingDefaults(plugin.schema), user: {} }
    return null
  }
}
