import {
  type Config,
  type ConfigTarget,
  type Field,
  type InstanceOf,
  moduleOf,
  Note,
} from '../config-state.ts'
import { Configurable } from './configurable-value.ts'
import { ConfigurableView } from '../views/configurable-view.ts'
import { checkNested, type NestedOptions } from './nested.ts'

/** A subtask or plug-in that can be exchanged: `config.measurement.value.threshold`, `.retarget(Other)`. */
export function configurableField<T extends ConfigTarget>(
  target: T,
  options: NestedOptions<InstanceOf<T['config']>>,
): Field<Configurable<T>> {
  return {
    kind: 'configurable',
    doc: options.doc,
    optional: false,
    ...(options.deprecated !== undefined && { deprecated: options.deprecated }),
    typeName: `configurable ${target.className}`,
    start: (owner) => {
      const made = new Configurable(owner, target)
      options.default?.(made.value)
      return made
    },
    accept: (raw, current, _owner, where) => {
      const other = raw instanceof ConfigurableView ? raw.configurable : raw
      if (other instanceof Configurable) {
        current.retarget(other.target as T, where)
        current.assign(other.value, where)
      } else current.assign(raw, where)
      return current
    },
    finish: (value, name) => checkNested(options.check?.(value.value), name),
    nested: (value) => [{ suffix: '', config: value.value as Config, active: true }],
    save: (value, path) => ({
      imports: [moduleOf(value.target.className), moduleOf(value.target.config.name)],
      ...(value.target.className !== target.className && {
        before: [
          `${path}.retarget(target=${value.target.className}, ConfigClass=${value.target.config.name})`,
          '',
        ],
      }),
    }),
    compare: (a, b, path) =>
      a.target.className === b.target.className
        ? []
        : [`${path}.target: ${a.target.className} != ${b.target.className}`],
    copy: (value, owner, copyInner) =>
      new Configurable(owner, value.target, copyInner(value.value as Config) as InstanceOf<T['config']>),
    view: (value, owner) => new ConfigurableView(owner, value as unknown as Configurable),
    shown: (value) => new Note(`${value.target.className} with ${value.target.config.name}`),
  }
}
