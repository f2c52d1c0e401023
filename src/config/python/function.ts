import { PyError, typeError } from './errors.ts'
import { type Arguments, PyObject, type PyValue } from './values.ts'

/** A function that expressions may call. */
export class PyFunction extends PyObject {
  readonly typeName: string = 'function'
  readonly name: string
  readonly #run: (given: Arguments) => PyValue

  constructor(name: string, run: (given: Arguments) => PyValue) {
    super()
    this.name = name
    this.#run = run
  }

  override call(given: Arguments): PyValue {
    return this.#run(given)
  }
}

/** A type that is also called: `int`, `list`, `str`. */
export class PyType extends PyFunction {
  override readonly typeName = 'type'
  override get identity(): string {
    return this.name
  }
}

/** Positional arguments of a call that takes from `least` to `most` of them and none by name. */
export function plainArguments(
  name: string,
  { positional, named }: Arguments,
  least: number,
  most: number,
): readonly PyValue[] {
  const [first] = named.keys()
  if (first !== undefined) throw typeError(`${name}() takes no argument '${first}'`)
  checkCount(name, positional.length, least, most)
  return positional
}

export function checkCount(name: string, count: number, least: number, most: number): void {
  if (count >= least && count <= most) return
  const wanted =
    least === most ? String(least) : most === Infinity ? `at least ${least}` : `${least} to ${most}`
  throw typeError(`${name}() takes ${wanted} ${wanted === '1' ? 'argument' : 'arguments'} (${count} given)`)
}

/** Take some named arguments out; any other is refused. */
export function namedArguments(
  name: string,
  { named }: Arguments,
  allowed: readonly string[],
): ReadonlyMap<string, PyValue> {
  const other = [...named.keys()].find((key) => !allowed.includes(key))
  if (other !== undefined) throw typeError(`${name}() takes no argument '${other}'`)
  return named
}

export const wholeOf = (value: PyValue, what: string): number => {
  if (typeof value === 'number' || typeof value === 'boolean') return Number(value)
  throw new PyError('TypeError', `${what} must be an integer`)
}
