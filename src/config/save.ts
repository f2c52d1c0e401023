import { type Config, moduleOf, stateOf } from './config-state.ts'
import { fieldsOf } from './operations.ts'

/** The fields of a config in the save form, without the class assertion: what `--show config` prints. */
export function saveFields(config: Config, root = 'config'): readonly string[] {
  return fieldsOf(config).flatMap(({ name, field, value }) => {
    const path = `${root}.${name}`
    const own = field.save(value, path)
    const inner = (field.nested?.(value) ?? []).flatMap((n) => [
      ...(n.before ?? []).map((line) => (line === '' ? '' : `${path}${line}`)),
      ...saveFields(n.config, `${path}${n.suffix}`),
    ])
    return [...(own.before ?? []), ...inner, ...(own.after ?? [])]
  })
}

function importsOf(config: Config): string[] {
  return fieldsOf(config).flatMap(({ field, value }) => {
    const own = field.save(value, '').imports ?? []
    return [...own, ...(field.nested?.(value) ?? []).flatMap((n) => importsOf(n.config))]
  })
}

/**
 * The anchor's save form: imports, an assertion naming the class, one assignment a field. Its reader executes it, ours
 * (`loadConfig`) parses it.
 */
export function saveConfig(config: Config, root = 'config'): string {
  const { name } = stateOf(config).configClass
  const module = moduleOf(name)
  const imports = [...new Set(importsOf(config))].filter((m) => m !== '' && m !== module).sort()
  const type = `{type(${root}).__module__}.{type(${root}).__name__}`
  return [
    ...(module === '' ? [] : [`import ${module}`]),
    `assert type(${root}) is ${name}, f"config is of type ${type} instead of ${name}"`,
    '',
    ...imports.map((m) => `import ${m}`),
    ...saveFields(config, root),
    '',
  ].join('\n')
}
