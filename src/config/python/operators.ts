import { typeError } from './errors.ts'
import { floatOperation, intOperation } from './arithmetic.ts'
import { checkSize, equal, isTrue, itemsOf, plainOf } from './plain.ts'
import { formatPercent } from './text.ts'
import {
  Complex,
  findKey,
  isDict,
  isList,
  numberOf,
  PyFloat,
  PyObject,
  PySet,
  PyTuple,
  type PyValue,
  typeNameOf,
} from './values.ts'

/** `left operator right` for arithmetic, sequences and sets. */
export function binary(operator: string, left: PyValue, right: PyValue): PyValue {
  const [x, y] = [numberOf(left), numberOf(right)]
  if (x !== undefined && y !== undefined) {
    const asFloat = left instanceof PyFloat || right instanceof PyFloat
    const result = asFloat ? floatOperation(operator, x, y) : intOperation(operator, x, y)
    const logical = typeof left === 'boolean' && typeof right === 'boolean' && '&|^'.includes(operator)
    if (result !== undefined) return logical ? result !== 0 : result
  }
  const result =
    operator === '+'
      ? joined(left, right)
      : operator === '*'
        ? (repeated(left, right) ?? repeated(right, left))
        : operator === '%' && typeof left === 'string'
          ? formatPercent(left, right)
          : undefined
  const found = result ?? complexSum(operator, left, right) ?? combined(operator, left, right)
  if (found !== undefined) return found
  throw typeError(
    `unsupported operand type(s) for ${operator}: '${typeNameOf(left)}' and '${typeNameOf(right)}'`,
  )
}

function joined(a: PyValue, b: PyValue): PyValue | undefined {
  if (typeof a === 'string' && typeof b === 'string') {
    checkSize(a.length + b.length)
    return a + b
  }
  if (isList(a) && isList(b)) {
    checkSize(a.length + b.length)
    return [...a, ...b]
  }
  return a instanceof PyTuple && b instanceof PyTuple ? new PyTuple([...a.items, ...b.items]) : undefined
}

function repeated(value: PyValue, times: PyValue): PyValue | undefined {
  if (typeof times !== 'number' && typeof times !== 'boolean') return undefined
  const n = Math.max(0, Number(times))
  const many = (items: readonly PyValue[]): PyValue[] => {
    checkSize(items.length * n)
    return Array.from({ length: n }, () => items).flat()
  }
  if (isList(value)) return many(value)
  if (value instanceof PyTuple) return new PyTuple(many(value.items))
  if (typeof value !== 'string') return undefined
  checkSize(value.length * n)
  return value.repeat(n)
}

function complexSum(operator: string, a: PyValue, b: PyValue): PyValue | undefined {
  const toComplex = (v: PyValue): Complex | undefined => {
    const real = numberOf(v)
    return real === undefined ? (v instanceof Complex ? v : undefined) : new Complex(real, 0)
  }
  const [x, y] = [toComplex(a), toComplex(b)]
  if (x === undefined || y === undefined) return undefined
  if (operator === '+') return new Complex(x.re + y.re, x.im + y.im)
  if (operator === '-') return new Complex(x.re - y.re, x.im - y.im)
  return operator === '*' ? new Complex(x.re * y.re - x.im * y.im, x.re * y.im + x.im * y.re) : undefined
}

/** Set algebra, and `|` of dicts. */
function combined(operator: string, a: PyValue, b: PyValue): PyValue | undefined {
  if (isDict(a) && isDict(b) && operator === '|') return new Map([...a, ...b])
  const [x, y] = [plainOf(a), plainOf(b)]
  if (!(x instanceof PySet) || !(y instanceof PySet)) return undefined
  switch (operator) {
    case '|':
      return new PySet([...x, ...y])
    case '&':
      return new PySet([...x].filter((item) => y.has(item)))
    case '-':
      return new PySet([...x].filter((item) => !y.has(item)))
    case '^':
      return new PySet([...[...x].filter((i) => !y.has(i)), ...[...y].filter((i) => !x.has(i))])
    default:
      return undefined
  }
}

export function unary(operator: string, value: PyValue): PyValue {
  if (operator === 'not') return !isTrue(value)
  const sign = operator === '-' ? -1 : 1
  if (value instanceof Complex && operator !== '~') return new Complex(sign * value.re, sign * value.im)
  const number = numberOf(value)
  if (number === undefined || (operator === '~' && value instanceof PyFloat))
    throw typeError(`bad operand type for unary ${operator}: '${typeNameOf(value)}'`)
  if (value instanceof PyFloat) return new PyFloat(sign * number)
  return operator === '~' ? -number - 1 : sign * number + 0
}

/** One link of a comparison. */
export function compare(operator: string, left: PyValue, right: PyValue): boolean {
  switch (operator) {
    case '==':
      return equal(left, right)
    case '!=':
      return !equal(left, right)
    case 'in':
      return contains(right, left)
    case 'not in':
      return !contains(right, left)
    case 'is':
      return same(left, right)
    case 'is not':
      return !same(left, right)
    default:
      return ordered(operator, plainOf(left), plainOf(right))
  }
}

function contains(container: PyValue, item: PyValue): boolean {
  const plain = plainOf(container)
  if (typeof plain === 'string') {
    if (typeof item === 'string') return plain.includes(item)
    throw typeError(`'in <string>' requires string as left operand, not ${typeNameOf(item)}`)
  }
  if (isDict(plain)) return findKey(plain, item) !== undefined
  if (plain instanceof PySet) return plain.has(item)
  if (container instanceof PyObject && plain === container)
    throw typeError(`argument of type '${container.typeName}' is not iterable`)
  return itemsOf(plain).some((other) => equal(other, item))
}

const same = (a: PyValue, b: PyValue): boolean =>
  a instanceof PyObject && b instanceof PyObject
    ? a.identity === b.identity
    : typeof a === 'object' && a !== null
      ? a === b
      : typeof a === typeof b && equal(a, b)

function ordered(operator: string, a: PyValue, b: PyValue): boolean {
  if (a instanceof PySet && b instanceof PySet) return subset(operator, a, b)
  const order = orderOf(a, b)
  if (order === undefined)
    throw typeError(
      `'${operator}' not supported between instances of '${typeNameOf(a)}' and '${typeNameOf(b)}'`,
    )
  if (operator === '<') return order < 0
  if (operator === '>') return order > 0
  return operator === '<=' ? order <= 0 : order >= 0
}

function subset(operator: string, a: PySet, b: PySet): boolean {
  if (operator.startsWith('>')) return subset(operator.replace('>', '<'), b, a)
  return [...a].every((item) => b.has(item)) && (operator === '<=' || a.size < b.size)
}

/** Negative, zero or positive as `a` is before, at or behind `b`; NaN for NaN; undefined where there is no order. */
function orderOf(a: PyValue, b: PyValue): number | undefined {
  const [x, y] = [numberOf(a), numberOf(b)]
  if (x !== undefined && y !== undefined) return x === y ? 0 : x - y
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0
  const sequences =
    a instanceof PyTuple && b instanceof PyTuple ? [a.items, b.items] : isList(a) && isList(b) ? [a, b] : []
  const [left, right] = sequences
  if (left === undefined || right === undefined) return undefined
  const at = left.findIndex((item, i) => i >= right.length || !equal(item, right[i] ?? null))
  if (at < 0 || at >= right.length) return left.length - right.length
  return orderOf(left[at] ?? null, right[at] ?? null)
}

/** Sort a copy; `sorted()` and `list.sort`. */
export function sortedItems(items: readonly PyValue[], reverse: boolean): PyValue[] {
  const copy = items.toSorted((a, b) => (ordered('<', a, b) ? -1 : ordered('<', b, a) ? 1 : 0))
  return reverse ? copy.toReversed() : copy
}
