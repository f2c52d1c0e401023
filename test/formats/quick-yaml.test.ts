import fc from 'fast-check'
import { parseYaml, stringifyYaml } from '#formats'
import { expect, test } from 'vitest'
import { carefulYaml, parseCarefully } from '../../src/formats/text/yaml-text.ts'

const word = fc.oneof(
  fc.constantFrom(
    'a',
    'y',
    'NO',
    'null',
    'x y',
    'x: y',
    'a.b',
    '-',
    'e1',
    'a #b',
    '',
    '~',
    'key ',
    '=',
    'inf',
  ),
  fc.string({ maxLength: 8 }),
  fc.stringMatching(/^[a-z_]{1,6}$/),
)
const scalar = fc.oneof(word, fc.integer(), fc.double(), fc.boolean(), fc.constantFrom(null, undefined, -0))
const value = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, scalar, tie('map'), fc.array(tie('value'), { maxLength: 3 })),
  map: fc.dictionary(word, tie('value'), { maxKeys: 4, noNullPrototype: true }),
}))

test('ordinary data is written as the library writes it', () => {
  fc.assert(
    fc.property(value.map, (data) => {
      expect(stringifyYaml(data)).toBe(carefulYaml(data))
    }),
    { numRuns: 500 },
  )
})

/** Lines like those that are read without the library, many of them just not. */
const key = fc.oneof(fc.constantFrom('a', 'y', 'No', 'null', 'on', 'constructor', 'k9', 'a-b'), word)
const number = fc.oneof(
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.constantFrom(
    '0',
    '-0',
    '-0.0',
    '017',
    '1_0',
    '1.',
    '.5',
    '1.50',
    '1:30',
    '9007199254740993',
    '1e3',
    '- 1',
    '',
  ),
)
const line = fc.tuple(
  key,
  fc.constantFrom(': ', ':', ':  '),
  number,
  fc.constantFrom('\n', '\n', '\n', '\n\n', ' \n', ''),
)

function outcome(read: (text: string) => unknown, text: string): unknown {
  try {
    return read(text)
  } catch {
    return 'refused'
  }
}

test('names and numbers are read as the library reads them', () => {
  expect(parseYaml('value: 3\nb: -2.50\n')).toEqual({ value: 3, b: -2.5 })
  fc.assert(
    fc.property(fc.array(line, { maxLength: 4 }), (lines) => {
      const text = lines.map((parts) => parts.join('')).join('')
      expect(outcome(parseYaml, text)).toEqual(outcome(parseCarefully, text))
    }),
    { numRuns: 1000 },
  )
})
