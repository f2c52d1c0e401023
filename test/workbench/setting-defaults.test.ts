import { readFileSync } from 'node:fs'
import type { ISettingRegistry } from '@jupyterlab/settingregistry'
import { expect, test, vi } from 'vitest'
import { settingDefaults } from '../../workbench/app/shell/setting-defaults.ts'

// JupyterLab's packages look for a browser when they are loaded; Node 20 has none of it.
vi.stubGlobal('navigator', { platform: '', userAgent: '' })
vi.stubGlobal('document', { createElement: () => ({}) })
vi.stubGlobal(
  'Element',
  class {
    matches = () => false
  },
)
const { DefaultSchemaValidator } = await import('@jupyterlab/settingregistry')

test('the defaults of every setting are those that JupyterLab’s own validator fills in', () => {
  const file = new URL('../../workbench/static/schemas.json', import.meta.url)
  const schemas = JSON.parse(readFileSync(file, 'utf8')) as Record<
    string,
    { schema: ISettingRegistry.ISchema }
  >
  const validator = new DefaultSchemaValidator()
  expect(Object.keys(schemas).length).toBeGreaterThan(50)
  for (const [id, { schema }] of Object.entries(schemas)) {
    const plugin = { id, raw: '{}', schema, version: '', data: { composite: {}, user: {} } }
    expect(validator.validateData(plugin), id).toBeNull()
    expect(settingDefaults(schema), id).toEqual(plugin.data.composite)
  }
})
