import type { Owner } from '../config-state.ts'
import { FieldValidationError, unknownTarget, type Where } from '../errors.ts'
import type { Configurable } from '../fields/configurable-value.ts'
import { checkCount, namedArguments, PyFunction } from '../python/function.ts'
import type { Arguments, PyValue } from '../python/values.ts'
import { DottedName } from './class-name.ts'
import { ConfigView } from './config-view.ts'

/** A configurable field as expressions see it: its config, with `retarget`, `target` and `value`. */
export class ConfigurableView extends ConfigView {
  readonly owner: Owner
  readonly configurable: Configurable

  constructor(owner: Owner, configurable: Configurable) {
    super(configurable.value)
    this.owner = owner
    this.configurable = configurable
  }

  override attribute(name: string): PyValue | undefined {
    if (name === 'value') return new ConfigView(this.configurable.value)
    if (name === 'target') return new DottedName(this.configurable.target.className)
    if (name === 'retarget') return new PyFunction(name, (given) => this.#retarget(given))
    return super.attribute(name)
  }

  override setAttribute(name: string, value: PyValue, where: Where): void {
    new ConfigView(this.configurable.value).setAttribute(name, value, where)
  }

  #retarget(given: Arguments): PyValue {
    const named = namedArguments('retarget', given, ['target', 'ConfigClass'])
    checkCount('retarget', given.positional.length + named.size, 1, 2)
    const [target = named.get('target'), configClass = named.get('ConfigClass')] = given.positional
    const { name } = this.owner
    if (!(target instanceof DottedName))
      throw new FieldValidationError(name, 'retarget() wants a class', given.where)
    const found = target.find(target.path)
    if (found === undefined) throw unknownTarget(target.path)
    if (configClass !== undefined && configClass !== null)
      if (!(configClass instanceof DottedName) || configClass.path !== found.config.name)
        throw new FieldValidationError(
          name,
          `${target.path} is configured by ${found.config.name}, not by ${configClass instanceof DottedName ? configClass.path : 'this'}`,
          given.where,
        )
    this.configurable.retarget(found, given.where)
    return null
  }
}
