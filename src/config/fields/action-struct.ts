import { type AnyConfigClass, type Field, moduleOf, Note, type Owner, stateOf } from '../config-state.ts'
import { FieldValidationError, type Where } from '../errors.ts'
import { repr } from '../python/repr.ts'
import { typeNameOf } from '../python/values.ts'
import { ActionStruct } from './action-struct-value.ts'
import { StructView } from '../views/struct-view.ts'

/** Actions under names of their own; assign a Map or a plain object of classes or instances to exchange them all. */
export function configurableActionStructField(
  base: AnyConfigClass,
  options: {
    readonly doc: string
    readonly default?: Readonly<Record<string, AnyConfigClass>>
    readonly optional?: boolean
    readonly deprecated?: string
  },
): Field<ActionStruct> {
  return {
    kind: 'action-struct',
    doc: options.doc,
    optional: options.optional ?? false,
    ...(options.deprecated !== undefined && { deprecated: options.deprecated }),
    typeName: `actions of ${base.name}`,
    start: (owner) => {
      const struct = new ActionStruct(owner, base)
      for (const [name, action] of Object.entries(options.default ?? {}))
        struct.start(name, action, { source: 'default' })
      return struct
    },
    accept: (raw, _current, owner, where) => {
      const struct = new ActionStruct(owner, base)
      for (const [name, action] of actionsOf(raw, owner, where)) struct.start(String(name), action, where)
      return struct
    },
    nested: (value) =>
      Array.from(value, ([name, config]) => ({
        suffix: `.${name}`,
        config,
        before: [`.${name}=${stateOf(config).configClass.name}()`, ''],
        active: true,
      })),
    save: (value, path) => {
      const classes = Array.from(value, ([, action]) => stateOf(action).configClass.name)
      return {
        imports: classes.map(moduleOf),
        before: [`${path}=None`, ''],
      }
    },
    compare: (a, b, path) => {
      const [left, right] = [a, b].map((struct) => repr(struct.names.toSorted()))
      if (left !== right) return [`${path} (fields): ${left} != ${right}`]
      return [...a].flatMap(([name, action]) => {
        const [one, other] = [action, b.get(name) ?? action].map((c) => stateOf(c).configClass.name)
        return one === other ? [] : [`${path}.${name}: config types do not match; ${one} != ${other}`]
      })
    },
    copy: (value, owner, copyInner) => value.copy(owner, copyInner),
    view: (value, owner) => new StructView(owner, value),
    shown: (value) => new Note(`actions ${value.names.join(', ')}`),
  }
}

/** Names and actions of what is assigned: another struct, a map, a plain object; None for none. */
export function actionsOf(
  raw: unknown,
  { name }: Owner,
  where: Where,
): Iterable<readonly [unknown, unknown]> {
  if (raw === null) return []
  if (raw instanceof StructView) return raw.struct
  if (raw instanceof ActionStruct || raw instanceof Map) return raw as Iterable<readonly [unknown, unknown]>
  if (Object.getPrototypeOf(raw) === Object.prototype) return Object.entries(raw as object)
  const reason = `Unrecognized value of type ${typeNameOf(raw)}, cannot be assigned to this field`
  throw new FieldValidationError(name, reason, where)
}
