import fc from 'fast-check'
import { stringifyYaml } from '#formats'
import { expect, test } from 'vitest'
import { carefulYaml } from '../../src/formats/text/yaml-text.ts'

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
