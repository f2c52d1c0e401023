import { assignAll } from '../assign.ts'
import {
  type AnyConfigClass,
  type Config,
  type Field,
  type InstanceOf,
  moduleOf,
  Note,
} from '../config-state.ts'
import { ConfigView } from '../views/config-view.ts'
import { checkNested, configFrom, exactly, type NestedOptions } from './nested.ts'

/** A nested config of one class. What is assigned is copied into it. */
export function configField<K extends AnyConfigClass>(
  configClass: K,
  options: NestedOptions<InstanceOf<K>>,
): Field<InstanceOf<K>> {
  type C = InstanceOf<K>
  return {
    kind: 'config',
    doc: options.doc,
    optional: false,
    ...(options.deprecated !== undefined && { deprecated: options.deprecated }),
    typeName: configClass.name,
    start: () => {
      const config = configClass.make({ source: 'default' }) as C
      options.default?.(config)
      return config
    },
    accept: (raw, current, owner, where) => {
      assignAll(current as Config, configFrom(raw, exactly(configClass), owner, where), where)
      return current
    },
    finish: (value, name) => checkNested(options.check?.(value), name),
    nested: (value) => [{ suffix: '', config: value as Config, active: true }],
    save: () => ({ imports: [moduleOf(configClass.name)] }),
    compare: () => [],
    copy: (value, _owner, copyInner) => copyInner(value as Config) as C,
    view: (value) => new ConfigView(value as Config),
    shown: () => new Note('config value set'),
  }
}
