/** An error of Python's own while evaluating: `IndexError: list index out of range`. The evaluator adds the place. */
export class PyError extends Error {
  readonly kind: string

  constructor(kind: PyErrorKind, message: string) {
    super(`${kind}: ${message}`)
    this.kind = kind
  }
}

export type PyErrorKind =
  | 'AssertionError'
  | 'AttributeError'
  | 'IndexError'
  | 'KeyError'
  | 'NameError'
  | 'OverflowError'
  | 'TypeError'
  | 'ValueError'
  | 'ZeroDivisionError'

export const typeError = (message: string): PyError => new PyError('TypeError', message)
