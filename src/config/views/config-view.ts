import { assignField, withSource } from '../assign.ts'
import { type Config, fieldOf, stateOf } from '../config-state.ts'
import type { Where } from '../errors.ts'
import { typeError } from '../python/errors.ts'
import { namedArguments, plainArguments, PyFunction } from '../python/function.ts'
import { type Arguments, PyObject, type PyValue } from '../python/values.ts'
import { DottedName } from './class-name.ts'

/** What `config.load('file.py')` asks for; the reader of the file does it when the statement is over. */
export class LoadRequest extends PyObject {
  readonly typeName = 'NoneType'
  readonly config: Config
  readonly path: string

  constructor(config: Config, path: string) {
    super()
    this.config = config
    this.path = path
  }
}

/** A config as expressions see it. */
export class ConfigView extends PyObject {
  readonly config: Config

  constructor(config: Config) {
    super()
    this.config = config
  }

  get typeName(): string {
    return stateOf(this.config).configClass.name
  }

  override get identity(): unknown {
    return this.config
  }

  override attribute(name: string): PyValue | undefined {
    const { configClass, values } = stateOf(this.config)
    const field = fieldOf(configClass, name)
    if (field !== undefined) return field.view(values.get(name), { config: this.config, name })
    if (name === '__class__') return new DottedName(configClass.name)
    if (name === 'load') return new PyFunction(name, (given) => this.#load(given))
    if (name === 'update') return new PyFunction(name, (given) => this.#update(given))
    if (name !== 'setDefaults') return undefined
    return new PyFunction(name, (given) => {
      plainArguments(name, given, 0, 0)
      withSource(given.where, () => configClass.setDefaults(this.config))
      return null
    })
  }

  override setAttribute(name: string, value: PyValue, where: Where): void {
    assignField(this.config, name, value, where)
  }

  override deleteAttribute(name: string, where: Where): void {
    assignField(this.config, name, null, where)
  }

  #load(given: Arguments): PyValue {
    const named = namedArguments('load', given, ['filename'])
    const [path = named.get('filename') ?? null, ...more] = given.positional
    if (typeof path !== 'string' || more.length > 0) throw typeError('load() wants one file name')
    const request = new LoadRequest(this.config, path)
    given.later.push(request)
    return request
  }

  #update(given: Arguments): PyValue {
    plainArguments('update', { ...given, named: new Map() }, 0, 0)
    for (const [name, value] of given.named) this.setAttribute(name, value, given.where)
    return null
  }
}
