import { PyError, typeError } from './errors.ts'
import { plainArguments } from './function.ts'
import { checkSize, itemsOf } from './plain.ts'
import { formatBraces } from './text.ts'
import { type Arguments, PyTuple, type PyValue, typeNameOf } from './values.ts'

type Method = (text: string, given: Arguments) => PyValue

/** A method whose arguments are all texts. */
const texts =
  (
    name: string,
    least: number,
    most: number,
    run: (text: string, args: readonly string[]) => PyValue,
  ): Method =>
  (text, given) =>
    run(
      text,
      plainArguments(name, given, least, most).map((arg) => wanted(name, arg)),
    )

function wanted(name: string, value: PyValue): string {
  if (typeof value === 'string') return value
  throw typeError(`${name}() wants a string, not ${typeNameOf(value)}`)
}

/** A method that also takes a tuple of texts. */
const anyOf =
  (name: string, test: (text: string, part: string) => boolean): Method =>
  (text, given) => {
    const [parts = null] = plainArguments(name, given, 1, 1)
    return (parts instanceof PyTuple ? parts.items : [parts]).some((part) => test(text, wanted(name, part)))
  }

function strip(text: string, characters: string | undefined, left: boolean, right: boolean): string {
  const all = [...text]
  const out = (c: string): boolean => (characters === undefined ? /\s/.test(c) : characters.includes(c))
  const start = left ? all.findIndex((c) => !out(c)) : 0
  if (start < 0) return ''
  const end = right ? all.findLastIndex((c) => !out(c)) : all.length - 1
  return all.slice(start, end + 1).join('')
}

function split(text: string, separator: string | undefined): PyValue[] {
  if (separator === '') throw new PyError('ValueError', 'empty separator')
  return separator === undefined ? text.split(/\s+/).filter((part) => part !== '') : text.split(separator)
}

/** The methods of a text. */
export const TEXT_METHODS: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['startswith', anyOf('startswith', (text, part) => text.startsWith(part))],
  ['endswith', anyOf('endswith', (text, part) => text.endsWith(part))],
  ['lower', texts('lower', 0, 0, (text) => text.toLowerCase())],
  ['upper', texts('upper', 0, 0, (text) => text.toUpperCase())],
  ['strip', texts('strip', 0, 1, (text, [c]) => strip(text, c, true, true))],
  ['lstrip', texts('lstrip', 0, 1, (text, [c]) => strip(text, c, true, false))],
  ['rstrip', texts('rstrip', 0, 1, (text, [c]) => strip(text, c, false, true))],
  ['split', texts('split', 0, 1, (text, [separator]) => split(text, separator))],
  [
    'splitlines',
    texts('splitlines', 0, 0, (text) =>
      text
        .replace(/\n$/, '')
        .split('\n')
        .filter(() => text !== ''),
    ),
  ],
  ['find', texts('find', 1, 1, (text, [part = '']) => text.indexOf(part))],
  [
    'count',
    texts('count', 1, 1, (text, [part = '']) =>
      part === '' ? text.length + 1 : text.split(part).length - 1,
    ),
  ],
  ['replace', texts('replace', 2, 2, (text, [from = '', to = '']) => replaced(text, from, to))],
  ['isdigit', texts('isdigit', 0, 0, (text) => /^\d+$/.test(text))],
  ['isidentifier', texts('isidentifier', 0, 0, (text) => /^[\p{L}_][\p{L}\p{N}_]*$/u.test(text))],
  [
    'join',
    (text, given) => {
      const [items = null] = plainArguments('join', given, 1, 1)
      const parts = itemsOf(items).map((item) => wanted('join', item))
      checkSize(parts.reduce((n, part) => n + part.length + text.length, 0))
      return parts.join(text)
    },
  ],
  ['format', (text, { positional, named }) => formatBraces(text, positional, named)],
])

function replaced(text: string, from: string, to: string): string {
  checkSize(text.length * (1 + to.length))
  return text.replaceAll(from, () => to)
}
