import {
  type AnyConfigClass,
  type Config,
  derivesFrom,
  type Field,
  type InstanceOf,
  moduleOf,
  Note,
  stateOf,
} from '../config-state.ts'
import { copyConfig } from '../define-config.ts'
import { ConfigView } from '../views/config-view.ts'
import { checkNested, configFrom, type NestedOptions, type Wanted } from './nested.ts'

/** Takes a class and all that extend it. */
export const derived = (base: AnyConfigClass): Wanted => ({
  name: base.name,
  fits: (other) => derivesFrom(other, base),
  byName: base,
})

/** A copy of an action under the name of what holds it. */
export function held(action: Config, name: string): Config {
  const copy = copyConfig(action)
  stateOf(copy).identity = name
  return copy
}

/** One action of a class or of a class that extends it; assign a class or an instance to exchange it. */
export function configurableActionField<K extends AnyConfigClass>(
  base: K,
  options: NestedOptions<InstanceOf<K>> & { readonly action?: AnyConfigClass },
): Field<InstanceOf<K>> {
  type C = InstanceOf<K>
  return {
    kind: 'action',
    doc: options.doc,
    optional: false,
    ...(options.deprecated !== undefined && { deprecated: options.deprecated }),
    typeName: base.name,
    start: ({ name }) => {
      const action = (options.action ?? base).make({ source: 'default' }) as C
      options.default?.(action)
      stateOf(action as Config).identity = name
      return action
    },
    accept: (raw, _current, owner, where) =>
      held(configFrom(raw, derived(base), owner, where), owner.name) as C,
    finish: (value, name) => checkNested(options.check?.(value), name),
    nested: (value) => [{ suffix: '', config: value as Config, active: true }],
    save: (value, path) => {
      const { name } = stateOf(value as Config).configClass
      return { imports: [moduleOf(name)], before: [`${path}=${name}`] }
    },
    compare: (a, b, path) => {
      const [left, right] = [a, b].map((action) => stateOf(action as Config).configClass.name)
      return left === right ? [] : [`${path}: config types do not match; ${left} != ${right}`]
    },
    copy: (value, _owner, copyInner) => copyInner(value as Config) as C,
    view: (value) => new ConfigView(value as Config),
    shown: () => new Note('config value set'),
  }
}
