import { PyError } from './errors.ts'
import { PyFloat } from './values.ts'

/** An operation of two ints; undefined for an operator that ints do not have. */
export function intOperation(operator: string, x: number, y: number): number | PyFloat | undefined {
  switch (operator) {
    case '+':
      return whole(x + y)
    case '-':
      return whole(x - y)
    case '*':
      return whole(x * y)
    case '**':
      return y < 0 ? floatOperation('**', x, y) : whole(x ** y)
    case '//':
      return whole((x - modulo(x, nonZero(y))) / y)
    case '%':
      return modulo(x, nonZero(y))
    case '/':
      return floatOperation('/', x, y)
    default:
      return bits(operator, x, y)
  }
}

function bits(operator: string, x: number, y: number): number | undefined {
  const [a, b] = [BigInt(x), BigInt(y)]
  if (operator === '&') return Number(a & b)
  if (operator === '|') return Number(a | b)
  if (operator === '^') return Number(a ^ b)
  if (operator !== '<<' && operator !== '>>') return undefined
  if (y < 0) throw new PyError('ValueError', 'negative shift count')
  if (operator === '>>') return Number(a >> b)
  return whole(x === 0 ? 0 : x * 2 ** y)
}

/** An operation where one side is a float; undefined for an operator that floats do not have. */
export function floatOperation(operator: string, x: number, y: number): PyFloat | undefined {
  switch (operator) {
    case '+':
      return new PyFloat(x + y)
    case '-':
      return new PyFloat(x - y)
    case '*':
      return new PyFloat(x * y)
    case '/':
      return new PyFloat(x / nonZero(y))
    case '//':
      return new PyFloat(Math.floor(x / nonZero(y)))
    case '%':
      return new PyFloat(modulo(x, nonZero(y)))
    case '**':
      return new PyFloat(power(x, y))
    default:
      return undefined
  }
}

function power(x: number, y: number): number {
  if (x === 0 && y < 0) throw new PyError('ZeroDivisionError', '0.0 cannot be raised to a negative power')
  if (x < 0 && !Number.isInteger(y))
    throw new PyError('ValueError', 'a broken power of a negative number is complex, which is not understood')
  const result = x ** y
  if (!Number.isFinite(result) && Number.isFinite(x) && Number.isFinite(y))
    throw new PyError('OverflowError', 'the power is too large for a float')
  return result
}

/** The remainder with the sign of the divisor. */
function modulo(x: number, y: number): number {
  const rest = x % y
  return rest !== 0 && rest < 0 !== y < 0 ? rest + y : rest + 0
}

function nonZero(y: number): number {
  if (y === 0) throw new PyError('ZeroDivisionError', 'division by zero')
  return y
}

/** An int as it is; beyond ±2⁵³ JavaScript's numbers skip some. */
export function whole(value: number): number {
  if (Number.isSafeInteger(value)) return value + 0
  throw new PyError('OverflowError', 'integers beyond 9007199254740991 are not understood here')
}
