import type { Expression } from './ast.ts'
import { isKnownFunction } from './functions.ts'

/** The canonical text: one space around operators, keywords and known functions in capitals, only the parentheses needed. */
export function printExpression(expression: Expression): string {
  return print(expression, 0)
}

/** Strength of each form, as in the parser; a weaker one inside a stronger one is put in parentheses. */
function strength(e: Expression): number {
  switch (e.kind) {
    case 'or':
      return 1
    case 'and':
      return 2
    case 'not':
      return 3
    case 'compare':
      return e.operator === 'OVERLAPS' ? 3 : e.operator === '=' || e.operator === '!=' ? 4 : 5
    case 'in':
      return 5.5
    case 'arithmetic':
      return e.operator === '+' || e.operator === '-' ? 6 : 7
    case 'sign':
      return 8
    default:
      return 9
  }
}

function print(e: Expression, outer: number): string {
  const own = strength(e)
  const text = printBare(e, own)
  return own < outer ? `(${text})` : text
}

function printBare(e: Expression, own: number): string {
  switch (e.kind) {
    case 'or':
    case 'and':
      return `${print(e.left, own)} ${e.kind.toUpperCase()} ${print(e.right, own + 1)}`
    case 'not':
      return `NOT ${print(e.of, own)}`
    case 'compare':
      return `${print(e.left, own + 1)} ${e.operator} ${print(e.right, own + 1)}`
    case 'arithmetic':
      return `${print(e.left, own)} ${e.operator} ${print(e.right, own + 1)}`
    case 'sign':
      return `${e.operator} ${print(e.of, 8)}`
    case 'in':
      return `${print(e.of, 6)}${e.negated ? ' NOT' : ''} IN (${e.items.map((i) => print(i, 8)).join(', ')})`
    case 'number':
      return e.text
    case 'string':
      return `'${e.value}'`
    case 'time':
      return `T'${e.text}'`
    case 'range':
      return `${e.start}..${e.stop}${e.stride === undefined ? '' : `:${e.stride}`}`
    case 'identifier':
      return e.name
    case 'bind':
      return `:${e.name}`
    case 'call':
      return `${isKnownFunction(e.name) ? e.name.toUpperCase() : e.name}(${e.args.map((a) => print(a, 0)).join(', ')})`
    case 'pair':
      return `(${print(e.first, 0)}, ${print(e.second, 0)})`
  }
}
