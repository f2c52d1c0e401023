import {
  choiceField,
  compareConfigs,
  configChoiceField,
  configDictField,
  configField,
  configurableField,
  copyConfig,
  defineConfig,
  dictField,
  field,
  formatHistory,
  freeze,
  getPath,
  listField,
  loadConfig,
  locate,
  overrideFromText,
  overrideText,
  parsePath,
  rangeField,
  saveConfig,
  setPath,
  validate,
} from '#config'
import { describe, expect, test } from 'vitest'

const InnerConfig = defineConfig({
  name: 'pkg.mod.InnerConfig',
  fields: {
    threshold: field('float', { default: 5, doc: 'Sigma' }),
    names: listField('str', { default: ['a'], doc: 'Names' }),
  },
})
const OtherConfig = defineConfig({
  name: 'pkg.other.OtherConfig',
  fields: { size: field('int', { default: 3, doc: 'Size' }) },
})
const Inner = { className: 'pkg.mod.Inner', config: InnerConfig }
const Other = { className: 'pkg.other.Other', config: OtherConfig }

const OuterConfig = defineConfig({
  name: 'pkg.mod.OuterConfig',
  fields: {
    flag: field('bool', { default: true, doc: 'A flag' }),
    count: field('int', { default: 2, doc: 'A count\nin two lines' }),
    scale: rangeField('float', { default: 1.5, min: 0, max: 10, doc: 'A scale' }),
    maybe: field('int', { default: null, optional: true, doc: 'Perhaps' }),
    needed: field('str', { doc: 'No default' }),
    kind: choiceField('str', { default: 'A', allowed: { A: 'first', B: 'second' }, doc: 'Kind' }),
    list: listField('float', { default: [1, 2.5], maxLength: 3, doc: 'List' }),
    map: dictField('str', 'float', { default: { r: 27 }, doc: 'Map' }),
    inner: configField(InnerConfig, { doc: 'Nested' }),
    task: configurableField(Inner, { doc: 'Subtask' }),
    choice: configChoiceField({ in: InnerConfig, other: OtherConfig }, { default: 'in', doc: 'Choice' }),
    many: configDictField('str', OtherConfig, { doc: 'Many' }),
  },
  setDefaults(config) {
    config.task.value.threshold = 50
  },
})

const made = () => {
  const config = OuterConfig.make()
  config.needed = 'x'
  return config
}
const findTarget = (name: string) => [Inner, Other].find((t) => t.className === name)
const load = (text: string, config = made()) =>
  loadConfig(config, text, {
    file: 'over.py',
    findTarget,
    readText: () => Promise.resolve('config.count = 77\n'),
  }).then(() => config)

describe('checks', () => {
  const refused: readonly [path: string, text: string, message: RegExp][] = [
    ['flag', 'false', /Value false is of incorrect type str. Expected type bool/],
    ['flag', '0', /incorrect type int. Expected type bool/],
    ['count', '2.0', /incorrect type float. Expected type int/],
    ['count', 'True', /incorrect type bool. Expected type int/],
    ['scale', '10.0', /outside of the valid range \[0.0,10.0\)/],
    ['kind', 'C', /not allowed/],
    ['list', '[1,2,3,4]', /Maximum allowed list length=3/],
    ['map', '{1: 2}', /incorrect type int. Expected type str/],
    ['nosuch', '1', /has no attribute nosuch/],
    ['cont', '1', /Did you mean 'count'/],
  ]
  for (const [path, text, message] of refused)
    test(`${path}=${text} is refused`, () =>
      expect(() => overrideFromText(made(), path, text, { source: '-c' })).toThrow(message))

  test('assigning a name that nobody declared is refused', () => {
    const config = made() as unknown as Record<string, unknown>
    expect(() => void (config['flags'] = 1)).toThrow(/has no attribute flags. Did you mean 'flag'/)
  })
  test('a required field without a value fails validation, a frozen config refuses changes', () => {
    expect(() => validate(OuterConfig.make())).toThrow(/'needed'.*Required value cannot be None/)
    const config = freeze(made())
    expect(() => void (config.count = 3)).toThrow(/frozen/)
    expect(() => void (config.inner.threshold = 3)).toThrow(/frozen/)
  })
})

describe('overrides from a command line', () => {
  const taken: readonly [path: string, text: string, value: unknown][] = [
    ['flag', 'False', false],
    ['count', '0x10', 16],
    ['scale', '2', 2],
    ['maybe', 'None', null],
    ['needed', 'plain words', 'plain words'],
    ['needed', "'quoted'", 'quoted'],
    ['list', '[1, 2]', [1, 2]],
    ['list', '1,2', [1, 2]],
    ['inner.names', 'A,B', ['A', 'B']],
    ['map', "{'g': 1.5}", new Map([['g', 1.5]])],
    ['task.threshold', '9', 9],
    ["choice['other'].size", '4', 4],
  ]
  for (const [path, text, value] of taken)
    test(`${path}=${text}`, () => {
      const config = made()
      overrideFromText(config, path, text, { source: '-c' })
      expect(getPath(config, path)).toEqual(value)
    })
})

test('what is typed for a value gives the value back', () => {
  const values: readonly (readonly [path: string, value: unknown])[] = [
    ...['plain words', "'quoted'", 'None', '', ' blank', "it's", '5'].map(
      (text) => ['needed', text] as const,
    ),
    ...[Number.NaN, 1e-9, 3].map((scale) => ['list', [scale]] as const),
    ['maybe', null],
    ['map', new Map([['g', 1.5]])],
    ['inner.names', ['a,b', "c'd"]],
  ]
  for (const [path, value] of values) {
    const config = made()
    const { field: declared } = locate(config, parsePath(path))
    overrideFromText(config, path, overrideText(declared!, value), { source: 'test' })
    expect(getPath(config, path)).toEqual(value)
  }
})

test('a copy is a config of its own, with the history of the first', () => {
  const first = freeze(made())
  const copied = copyConfig(first)
  overrideFromText(copied, 'inner.threshold', '7', { source: 'test' })
  overrideFromText(copied, "choice['other'].size", '8', { source: 'test' })
  overrideFromText(copied, 'choice', 'other', { source: 'test' })
  copied.task.retarget(Other as never)
  copied.count = 5
  expect(compareConfigs(first, copied)).toHaveLength(4)
  expect([first.count, first.inner.threshold, first.choice.name, first.task.target]).toEqual([
    2,
    5,
    'in',
    Inner,
  ])
  expect(formatHistory(copied, 'count')).toBe('2 default\n5 assignment')
  expect(formatHistory(first, 'count')).toBe('2 default')
})

describe('files in the Python form', () => {
  test('assignments, edits, loops, loads and retargets are read', async () => {
    const config = await load(`# a comment
import os.path
from pkg.other import Other
config.flag = False  # why
config.list = [1.0,
               2e3]
config.inner.names.append("b")
config.inner.names += ["c"]
for name in ("d", 'e'):
    config.inner.names.append(name)
config.map["g"] = 26.5
del config.map["r"]
base = os.path.dirname(__file__)
config.load(os.path.join(base, "more.py"))
config.task.retarget(Other)
config.task.size = 9
config.choice["other"].size = 7
config.choice.name = "other"
`)
    expect(config.flag).toBe(false)
    expect(config.list).toEqual([1, 2000])
    expect(config.inner.names).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect([...config.map]).toEqual([['g', 26.5]])
    expect(config.count).toBe(77)
    expect(getPath(config, 'task.size')).toBe(9)
    expect(config.choice.active).toHaveLength(1)
    expect(getPath(config, "choice['other'].size")).toBe(7)
  })

  const refused: readonly [what: string, text: string, message: RegExp][] = [
    ['a call of something else', 'import os\nos.system("rm -rf /")\n', /over\.py:2:/],
    ['an expression', 'config.count = __import__("os").getpid()\n', /over\.py:1:16/],
    ['a comprehension', 'config.list = [x for x in range(3)]\n', /over\.py:1:/],
    ['a condition', 'if True:\n    config.count = 1\n', /over\.py:1:/],
    ['an open string', "config.needed = 'abc\n", /over\.py:1:.*does not end/],
    ['an open bracket', 'config.list = [1,\n', /over\.py:1:.*not closed/],
    [
      'another class',
      'assert type(config) is pkg.mod.Wrong, "no"\n',
      /pkg\.mod\.OuterConfig instead of pkg\.mod\.Wrong/,
    ],
    ['a field that is not there', 'config.nosuch = 1\n', /no attribute nosuch/],
  ]
  for (const [what, text, message] of refused)
    test(`${what} is refused with its place`, () => expect(load(text)).rejects.toThrow(message))

  test('what is saved is read back to an equal config', async () => {
    const config = made()
    config.needed = 'quote \' and "double" \\ and\nline'
    config.list = [Number.NaN, 1e-9, 1e22]
    config.map = new Map([['y', -1.25]])
    setPath(config, "choice['other'].size", 12, { source: 'test' })
    config.task.retarget(Other as never)
    const text = saveConfig(config)
    expect(text).toContain('assert type(config) is pkg.mod.OuterConfig')
    expect(text).toContain('# A count\n# in two lines\nconfig.count=2\n')
    expect(text).toContain('config.task.retarget(target=pkg.other.Other, ConfigClass=pkg.other.OtherConfig)')
    expect(compareConfigs(await load(text), config)).toEqual([])
  })
})

test('comparison names each field that differs and ignores entries that are not selected', () => {
  const [a, b] = [made(), made()]
  expect(compareConfigs(a, b)).toEqual([])
  b.flag = false
  b.scale = 1.5 + 1e-10
  b.inner.threshold = 6
  setPath(b, "choice['other'].size", 99, { source: 'test' })
  expect(compareConfigs(a, b)).toEqual(['flag: True != False', 'inner.threshold: 5.0 != 6.0'])
})

test('history tells every assignment with its place', async () => {
  const config = await load('config.count = 4\n')
  overrideFromText(config, 'count', '5', { source: '-c isr:count=5' })
  expect(formatHistory(config, 'count')).toBe('2 default\n4 over.py:1\n5 -c isr:count=5')
})
