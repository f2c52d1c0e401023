import { assignAll } from '../assign.ts'
import { copyConfig } from '../define-config.ts'
import {
  type AnyConfigClass,
  type Config,
  type Field,
  type InstanceOf,
  moduleOf,
  Note,
  type Owner,
} from '../config-state.ts'
import { FieldValidationError, type Where } from '../errors.ts'
import { repr } from '../python/repr.ts'
import { typeNameOf } from '../python/values.ts'
import { ConfigDictView } from '../views/config-dict-view.ts'
import { configFrom, exactly } from './nested.ts'
import { readonlyDict } from './readonly-dict.ts'
import { scalar } from './scalar.ts'

/** Configs of one class under keys; assign a new Map to change which there are. */
export function configDictField<K extends 'str' | 'int', C extends AnyConfigClass>(
  keyType: K,
  configClass: C,
  options: { readonly doc: string; readonly optional?: boolean; readonly deprecated?: string },
): Field<ReadonlyMap<K extends 'str' ? string : number, InstanceOf<C>>> {
  type Key = K extends 'str' ? string : number
  type Value = ReadonlyMap<Key, InstanceOf<C>>
  const accept = (raw: unknown, current: Value, owner: Owner, where: Where): Value => {
    const items = raw instanceof ConfigDictView ? raw.plain() : raw
    if (!(items instanceof Map)) {
      const reason = `Value ${repr(raw)} is of incorrect type ${typeNameOf(raw)}. Expected a dict`
      throw new FieldValidationError(owner.name, reason, where)
    }
    return readonlyDict(
      [...(items as ReadonlyMap<unknown, unknown>)].map(([rawKey, item]) => {
        const key = scalar<'str' | 'int'>(keyType, rawKey, owner.name, where) as Key
        return [key, itemFor(item, current.get(key) as Config | undefined, owner, where) as InstanceOf<C>]
      }),
    )
  }
  /** The item itself where it is there already, else a copy; an item under a known key is changed in place. */
  const itemFor = (raw: unknown, known: Config | undefined, owner: Owner, where: Where): Config => {
    const config = configFrom(raw, exactly(configClass), owner, where)
    if (known === undefined) return copyConfig(config)
    assignAll(known, config, where)
    return known
  }
  return {
    kind: 'config-dict',
    doc: options.doc,
    optional: options.optional ?? false,
    ...(options.deprecated !== undefined && { deprecated: options.deprecated }),
    typeName: `dict of ${keyType} to ${configClass.name}`,
    start: () => readonlyDict<Key, InstanceOf<C>>([]),
    accept,
    nested: (value) =>
      [...value].map(([key, config]) => ({
        suffix: `[${repr(key)}]`,
        config: config as Config,
        before: [`[${repr(key)}]=${configClass.name}()`, ''],
        active: true,
      })),
    save: (value, path) => ({
      imports: [moduleOf(configClass.name)],
      before: [`${path}={}`, ''],
    }),
    compare: (a, b, path) => {
      const [left, right] = [a, b].map((map) => repr([...map.keys()].sort()))
      return left === right ? [] : [`${path} (keys): ${left} != ${right}`]
    },
    copy: (value, _owner, copyInner) =>
      readonlyDict([...value].map(([key, config]) => [key, copyInner(config as Config) as InstanceOf<C>])),
    view: (_value, owner) => new ConfigDictView(owner),
    shown: (value) =>
      new Note(`{${[...value.keys()].map((key) => `${repr(key)}: ${configClass.name}`).join(', ')}}`),
  }
}
