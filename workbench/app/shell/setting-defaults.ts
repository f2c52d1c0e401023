import type { ISettingRegistry } from '@jupyterlab/settingregistry'

type Schema = Readonly<Record<string, unknown>>
type Values = ISettingRegistry.ISettingBundle['composite']

/** What JupyterLab's validator (ajv with `useDefaults`) makes of settings without a text of the user's. */
export function settingDefaults(schema: ISettingRegistry.ISchema): Values {
  const values: Record<string, unknown> = {}
  fill(values, schema as unknown as Schema, schema as unknown as Schema)
  return values as Values
}

function fill(value: unknown, schema: Schema, root: Schema): void {
  const { properties, items } = resolved(schema, root)
  if (Array.isArray(value)) {
    if (isRecord(items)) for (const item of value) fill(item, items, root)
  } else if (isRecord(value) && isRecord(properties))
    for (const [name, inner] of Object.entries(properties)) {
      if (!isRecord(inner)) continue
      const values = value as Record<string, unknown>
      if (values[name] === undefined && inner['default'] !== undefined)
        values[name] = structuredClone(inner['default'])
      if (values[name] !== undefined) fill(values[name], inner, root)
    }
}

/** A schema that refers to a definition is that definition. */
function resolved(schema: Schema, root: Schema): Schema {
  const { $ref } = schema
  if (typeof $ref !== 'string') return schema
  const definitions = root['definitions']
  const found = isRecord(definitions) ? definitions[$ref.replace('#/definitions/', '')] : undefined
  return isRecord(found) ? found : schema
}

const isRecord = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
