import { expect, test } from 'vitest'
import { python } from '../support/python.ts'
import { parseYaml, stringifyYaml } from '../../src/formats/text/yaml-text.ts'

// PyYAML itself is the judge of what plain scalars mean.

const SCALARS = `
090000 0o17 017 0x1F -0b101 1_000 1__0 1e3 1.e+3 1.0e3 1.5e+3 -1.5E-3 .5 +.5 -.5 0. .inf -.INF +.inf .nan NaN yes No ON off y n Y N ~ Null
nUll True tRue 190:20:30 190:20:30.15 -1:30 1:60 1:6 +12 -0 9007199254740993 -9223372036854775808 0_8 08 00 -017 _1 685.230_15e+03
12e03 0x_F 0b 0x 1. -1_0.5_0 a:b 20130617 0_0 0o8 +0x10 1_ 1:2:3 12:30:45.5 2013-06-17x 2001-1-1 infinity 1.2.3 0.1.2 1,000
`
  .trim()
  .split(/\s+/)

const READ = `
import json, sys, yaml
def show(x):
    if isinstance(x, bool) or x is None: return repr(x)
    if isinstance(x, int): return "int " + str(x)
    if isinstance(x, float): return "float " + repr(x)
    return "str " + x
print(json.dumps([show(v) for v in yaml.safe_load(sys.argv[1])]))
`

function show(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (value === null) return 'None'
  if (typeof value === 'bigint') return `int ${value}`
  if (typeof value === 'number')
    return Number.isInteger(value) ? `int ${value}` : `float ${pythonFloat(value)}`
  return `str ${String(value)}`
}

const pythonFloat = (value: number): string =>
  Number.isNaN(value) ? 'nan' : Number.isFinite(value) ? String(value) : value > 0 ? 'inf' : '-inf'

/** JavaScript does not tell 1000.0 from 1000. */
const blurred = (text: string): string =>
  text.replace(/^float (-?\d+)\.0$/, 'int $1').replace('int -0', 'int 0')

test('plain scalars are read as PyYAML reads them', () => {
  const text = SCALARS.map((s) => `- ${s}\n`).join('')
  const theirs = (JSON.parse(python(READ, text)) as string[]).map(blurred)
  const ours = (parseYaml(text) as unknown[]).map((v) => blurred(show(v)))
  expect(SCALARS.map((s, i) => `${s} = ${ours[i]}`)).toEqual(SCALARS.map((s, i) => `${s} = ${theirs[i]}`))
})

test('text that looks like something else comes back from PyYAML as text, integers with all digits', () => {
  const words = [
    ...SCALARS,
    '=',
    '<<',
    '',
    ' x',
    'a: b',
    '# no',
    '2001-12-14',
    '2001-12-14 21:59:43.10 Z',
    "it's",
  ]
  const value = { words, big: 2n ** 60n + 1n, small: -(2n ** 53n) - 1n, number: 1e300, list: [1.5, 2, -0.25] }
  const theirs = python(
    'import json, sys, yaml\nprint(json.dumps(yaml.safe_load(sys.argv[1])))',
    stringifyYaml(value),
  )
  expect(theirs).toContain('"big": 1152921504606846977, "small": -9007199254740993, "number": 1e+300')
  expect((JSON.parse(theirs) as typeof value).words).toEqual(words)
  expect(parseYaml(stringifyYaml(value))).toEqual(value)
})

test('characters that PyYAML refuses bare, or ends lines at, come back from it', () => {
  const words = [
    'a\tb',
    'a\u0085b',
    '\u007f',
    '\u0080\u009f',
    'a\u2028b\u2029',
    '\ufeffx',
    'x\ufffe',
    '\u001b\0',
    '\u00a0',
    '😀\t',
  ]
  const lines = words.map((word) => `one\n${word}\n\ttwo "\\`)
  const values = [...words, ...lines]
  const text = stringifyYaml({ values, ...Object.fromEntries(words.map((word) => [word, 1])) })
  expect(parseYaml(text)).toMatchObject({ values })
  const script =
    'import json, sys, yaml; d = yaml.load(sys.argv[1], yaml.CSafeLoader); print(json.dumps([d.pop("values"), list(d)]))'
  expect(JSON.parse(python(script, text))).toEqual([values, words])
})
