import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseExpression, printExpression } from '#butler'

const canonical = (text: string): string => printExpression(parseExpression(text)!)

test.each([
  ['NOT a AND b', 'NOT a AND b'],
  ['not (a and b)', 'NOT (a AND b)'],
  ['NOT T < 42.', 'NOT T < 42.'],
  ['a=1 OR b = 2 AND c=3', 'a = 1 OR b = 2 AND c = 3'],
  ['(a=1 OR b=2) AND c=3', '(a = 1 OR b = 2) AND c = 3'],
  ['-x*2+1 > 3', '- x * 2 + 1 > 3'],
  ['a - (b - c) = 0', 'a - (b - c) = 0'],
  ['visit in (1..50:2, 7 , :v)', 'visit IN (1..50:2, 7, :v)'],
  ['x not in (1 .. 5)', 'x NOT IN (1..5)'],
  ["t'2020-01-01' < visit.timespan.begin", "T'2020-01-01' < visit.timespan.begin"],
  ['a.region overlaps point(1,-2)', 'a.region OVERLAPS POINT(1, - 2)'],
  ['(t1, NULL) OVERLAPS visit.timespan', '(t1, NULL) OVERLAPS visit.timespan'],
  ["glob(name,'a*')", "GLOB(name, 'a*')"],
])('%s is read as %s', (text, expected) => {
  expect(canonical(text)).toBe(expected)
})

test.each([
  ["instrument == 'HSC'", 12, 'one `=`'],
  ['x IS NULL', 2, 'x = NULL'],
  ["x LIKE 'a%'", 2, 'GLOB'],
  ['x BETWEEN 1 AND 2', 2, 'a..b'],
  ["instrument = 'HSC", 13, ''],
  ['instrument = "HSC"', 13, ''],
  ['visit IN (1..10:0)', 15, ''],
  ['a < b < c', 6, 'parentheses'],
  ['(a, b, c) = 1', 5, ''],
  ['a = 1 AND', 9, ''],
  ['a.b.c.d = 1', 5, ''],
  ["x > T'2013-13-45'", 4, "T'2013-06-17'"],
  ["x > T'2013-06-17T00:00:00Z/tai'", 4, "T'2013-06-17'"],
])('%s is refused at offset %i', (text, at, hint) => {
  try {
    parseExpression(text)
    expect.unreachable()
  } catch (error) {
    expect(error).toMatchObject({ code: 'butler/invalid-query', data: { at } })
    expect((error as { hint?: string }).hint ?? '').toContain(hint)
  }
})

const leaf = fc.oneof(
  fc.nat(1000).map(String),
  fc.constantFrom('visit', 'detector.raft', 'NULL', ':bind', "'text'", "T'2020-01-01'", '1.5e-3'),
)
/** Members of IN are no qualified names. */
const item = leaf.filter((text) => !/^[a-z]+\./.test(text))
const value: fc.Arbitrary<string> = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc
      .tuple(tie('value'), fc.constantFrom('+', '-', '*', '/', '%'), tie('value'))
      .map(([a, op, b]) => `(${String(a)} ${op} ${String(b)})`),
    tie('value').map((v) => `- ${String(v)}`),
  ),
})).value as fc.Arbitrary<string>
const condition: fc.Arbitrary<string> = fc.letrec((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small' },
    fc.tuple(value, fc.constantFrom('=', '!=', '<', '>='), value).map(([a, op, b]) => `(${a}) ${op} (${b})`),
    fc
      .tuple(value, fc.array(item, { minLength: 1, maxLength: 3 }))
      .map(([a, l]) => `(${a}) IN (${l.join(', ')})`),
    fc
      .tuple(tie('condition'), fc.constantFrom('AND', 'OR'), tie('condition'))
      .map(([a, op, b]) => `(${String(a)}) ${op} (${String(b)})`),
    tie('condition').map((c) => `NOT (${String(c)})`),
  ),
})).condition as fc.Arbitrary<string>

test('printing what was parsed and parsing it again gives the same text', () => {
  fc.assert(
    fc.property(condition, (text) => {
      const once = canonical(text)
      expect(canonical(once)).toBe(once)
    }),
    { numRuns: 500 },
  )
})

test('an expression too deep or too long for a database is refused with its place and a cure', () => {
  const nested = (n: number) => `${'('.repeat(n)}visit = 1${')'.repeat(n)}`
  expect(parseExpression(nested(150))).toBeDefined()
  for (const text of [
    nested(5000),
    `${'NOT '.repeat(5000)}visit = 1`,
    `visit = ${'-'.repeat(6000)}1`,
    `visit = ${'1 + '.repeat(3000)}1`,
    Array.from({ length: 20_000 }, (_, i) => `visit = ${i}`).join(' OR '),
  ])
    expect(() => parseExpression(text)).toThrow(/more than 200 levels or 5000 conditions/)
})
