import type { ConfigTarget } from '../config-state.ts'
import { PyError, typeError } from '../python/errors.ts'
import { PyFunction } from '../python/function.ts'
import { copyOf } from '../python/plain.ts'
import { textOf } from '../python/text.ts'
import { type Arguments, PyFloat, PyObject, type PyValue } from '../python/values.ts'

/** Finds what a dotted class name refers to. */
export type FindTarget = (className: string) => ConfigTarget | undefined

/** An imported name and what stands below it: a module, a class, one of the few functions known here. */
export class DottedName extends PyObject {
  readonly typeName = 'module or class'
  readonly path: string
  readonly find: FindTarget

  constructor(path: string, find: FindTarget = () => undefined) {
    super()
    this.path = path
    this.find = find
  }

  override get identity(): string {
    return this.path
  }

  override attribute(name: string): PyValue {
    const at = this.path.lastIndexOf('.')
    if (name === '__name__' || name === '__qualname__') return this.path.slice(at + 1)
    if (name === '__module__') return this.path.slice(0, Math.max(at, 0))
    return known(`${this.path}.${name}`, this.find)
  }

  /** A class is called to make an instance. */
  override call({ positional, named }: Arguments): PyValue {
    const last = this.path.slice(this.path.lastIndexOf('.') + 1)
    if (!/^_*[A-Z]/.test(last))
      throw new PyError('NameError', `the function ${this.path}() is not known: files are read, not executed`)
    if (positional.length > 0) throw typeError(`${last}() takes named arguments only`)
    return new NewInstance(this.path, named, this.find(this.path))
  }
}

/** `m.MyConfig(size=3)`: taken by the field that it is assigned to. */
export class NewInstance extends PyObject {
  readonly typeName: string
  readonly className: string
  readonly values: ReadonlyMap<string, PyValue>
  readonly target: ConfigTarget | undefined

  constructor(className: string, values: ReadonlyMap<string, PyValue>, target: ConfigTarget | undefined) {
    super()
    this.typeName = className
    this.className = className
    this.values = values
    this.target = target
  }
}

/** Named values that are only read: a pipeline's parameters. */
export class Namespace extends PyObject {
  readonly typeName: string
  readonly #values: ReadonlyMap<string, PyValue>

  constructor(typeName: string, values: ReadonlyMap<string, PyValue>) {
    super()
    this.typeName = typeName
    this.#values = values
  }

  override attribute(name: string): PyValue | undefined {
    const value = this.#values.get(name)
    return value === undefined ? undefined : copyOf(value)
  }
}

/** What a dotted name of an import means. */
export function known(path: string, find: FindTarget): PyValue {
  return KNOWN.get(path.replace(/^(numpy|math)\./, 'math.')) ?? new DottedName(path, find)
}

const KNOWN: ReadonlyMap<string, PyValue> = new Map<string, PyValue>([
  ['math.pi', new PyFloat(Math.PI)],
  ['math.e', new PyFloat(Math.E)],
  ['math.inf', new PyFloat(Infinity)],
  ['math.nan', new PyFloat(Number.NaN)],
  ['os.path.join', pathFunction('join', joinPaths)],
  ['os.path.dirname', pathFunction('dirname', ([path = '']) => directoryOf(path))],
  ['os.path.basename', pathFunction('basename', ([path = '']) => path.slice(path.lastIndexOf('/') + 1))],
  ['os.path.abspath', pathFunction('abspath', ([path = '']) => path)],
  ['os.path.realpath', pathFunction('realpath', ([path = '']) => path)],
  ['os.path.normpath', pathFunction('normpath', ([path = '']) => path)],
])

function pathFunction(name: string, run: (parts: readonly string[]) => string): PyFunction {
  return new PyFunction(name, ({ positional, named }) => {
    if (named.size > 0 || positional.length === 0 || (name !== 'join' && positional.length > 1))
      throw typeError(`os.path.${name}() wants ${name === 'join' ? 'paths' : 'one path'}`)
    return run(
      positional.map((part) => {
        if (typeof part === 'string') return part
        throw typeError(`os.path.${name}() wants strings, not ${textOf(part)}`)
      }),
    )
  })
}

/** As `os.path.join`: an absolute part starts anew, an empty one adds no slash. */
export function joinPaths(parts: readonly string[]): string {
  return parts.reduce((path, part) => {
    if (part.startsWith('/') || path === '') return part
    return path.endsWith('/') ? path + part : `${path}/${part}`
  })
}

/** As `os.path.dirname`: empty for a bare file name, `/` for one in the root. */
export function directoryOf(path: string): string {
  const at = path.lastIndexOf('/')
  return path.slice(0, at + 1).replace(/(?<!^\/*)\/+$/, '')
}
