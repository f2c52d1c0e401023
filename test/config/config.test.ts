import { FirstlightError } from '#core'
import {
  actionIdentity,
  choiceField,
  compareConfigs,
  configChoiceField,
  configDictField,
  configField,
  configurableActionField,
  configurableActionStructField,
  configurableField,
  copyConfig,
  defineAction,
  defineConfig,
  deprecationsOf,
  dictField,
  evaluateExpression,
  extendAction,
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
  runAction,
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
    [
      'needed',
      '7',
      /Value 7 is of incorrect type int. Expected type str: with quotes of its own it is one, '7'/,
    ],
    ['needed', '-1.5', /incorrect type float/],
    ['needed', 'True', /incorrect type bool/],
    ['needed', '[1,2]', /incorrect type list/],
    ['needed', 'a,b', /incorrect type tuple/],
    ['list', "[1, 'x']", /Value x is of incorrect type str. Expected type float/],
    ['list', "[1, 'None']", /Value None is of incorrect type str/],
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
    ['needed', "'7'", '7'],
    ['needed', '2013-11', '2013-11'],
    ['needed', '2013-11-02', '2013-11-02'],
    ['needed', 'float(1)', 'float(1)'],
    ['needed', ' 7', ' 7'],
    ['needed', 'nan', 'nan'],
    ['list', "[1, '2']", [1, 2]],
    ['inner.names', "['7', 'None']", ['7', 'None']],
    ['map', "{'g': '1.5'}", new Map([['g', 1.5]])],
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

test('None for a text that must be there is none, not the word', () => {
  const config = made()
  overrideFromText(config, 'needed', 'None', { source: '-c' })
  expect(() => validate(config)).toThrow(/'needed'.*Required value cannot be None/)
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
    ['a function', 'def f():\n    config.count = 1\n', /over\.py:1:1: 'def' is not understood/],
    ['a loop without end', 'while True: pass\n', /over\.py:1:1: 'while' is not understood/],
    ['an open string', "config.needed = 'abc\n", /over\.py:1:.*does not end/],
    ['an open bracket', 'config.list = [1,\n', /over\.py:1:.*not closed/],
    [
      'another class',
      'import pkg.mod\nassert type(config) is pkg.mod.Wrong, f"config is {type(config).__name__}"\n',
      /over\.py:2:1: AssertionError: config is OuterConfig/,
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

describe('config files that load each other', () => {
  const files: Readonly<Record<string, string>> = {
    'inc.py': 'config.count = 5\n',
    'dir/inc.py': 'config.count = 6\n',
    'bad.py': '\nconfig.nosuch = 1\n',
    'circle.py': "config.load('circle.py')\n",
  }
  const run = async (text: string, file: string) => {
    const config = made()
    const readText = (path: string) =>
      Promise.resolve(
        files[path] ?? Promise.reject(new FirstlightError('test/no-file', `No such file: '${path}'`)),
      )
    await loadConfig(config, text, { file, readText, findTarget })
    return config.count
  }
  const NEIGHBOUR = 'import os\nconfig.load(os.path.join(os.path.dirname(__file__), "inc.py"))\n'

  test('a neighbour is found from the path of the file, given by a relative path too', async () => {
    expect(await run(NEIGHBOUR, 'over.py')).toBe(5)
    expect(await run('config.load("inc.py")\n', 'dir/over.py')).toBe(6)
  })

  const refused: readonly [what: string, text: string, message: RegExp][] = [
    [
      'an unknown attribute',
      '\nconfig.inner.nosuch = 5\n',
      /^over\.py:2: pkg\.mod\.InnerConfig has no attribute nosuch/,
    ],
    ['a missing file', 'config.load("none.py")\n', /^over\.py:1: No such file: 'none\.py'/],
    [
      'an error in a loaded file',
      'config.load("bad.py")\n',
      /^bad\.py:2: pkg\.mod\.OuterConfig has no attribute nosuch/,
    ],
    ['a circle', 'config.load("circle.py")\n', /^circle\.py:1:1: circle\.py is loaded 30 files deep/],
    [
      'an unknown target',
      'import pkg\nconfig.task.retarget(pkg.No)\n',
      /^over\.py:2: No task pkg\.No is known/,
    ],
    ['a field of a number', 'config.count.x = 1\n', /^over\.py:1:1: AttributeError: 'int' object/],
    [
      'a half-read load',
      'x = [config.load("inc.py")]\n',
      /^over\.py:1:5: load\(\) is a statement of its own/,
    ],
    [
      'endless work',
      'x = [0 for a in range(9999) for b in range(9999)]\n',
      /^over\.py:1:\d+: this takes too many steps/,
    ],
    ['endless memory', 'x = "a" * 999999999\n', /^over\.py:1:5: OverflowError/],
  ]
  for (const [what, text, message] of refused)
    test(`${what} is told with file and line`, () => expect(run(text, 'over.py')).rejects.toThrow(message))
})

describe('entries of a choice that only one config has touched', () => {
  test('are compared, validated and saved with their defaults', async () => {
    const [a, b] = [made(), made()]
    b.choice.get('in').threshold = 50
    expect(compareConfigs(a, b)).toEqual(["choice['in'].threshold: 5.0 != 50.0"])
    expect(compareConfigs(b, a)).toEqual(["choice['in'].threshold: 50.0 != 5.0"])
    expect(saveConfig(a)).toContain("config.choice['other'].size=3")
    expect(compareConfigs(await load(saveConfig(b)), b)).toEqual([])
  })
  test('names of Object.prototype are no entries and no fields', async () => {
    await expect(load("config.choice.name = 'toString'\n")).rejects.toThrow(/Unknown key 'toString'/)
    await expect(load("config.choice['constructor'].x = 1\n")).rejects.toThrow(/Unknown key 'constructor'/)
    for (const path of ['constructor', '__proto__', 'inner.toString'])
      expect(() => overrideFromText(made(), path, '1', { source: '-c' })).toThrow(/has no attribute/)
  })
})

describe('a frozen config', () => {
  const changes: readonly [what: string, change: (config: ReturnType<typeof made>) => unknown][] = [
    ['an item of a dict', ({ map }) => (map as Map<string, number>).set('q', 1)],
    ['a selection', (config) => (config.choice.name = 'other')],
    ['an entry', (config) => (config.choice.get('other').size = 9)],
    ['the config of a configurable field', (config) => (config.task.value = InnerConfig.make())],
    ['a target', (config) => config.task.retarget(Inner)],
    ['a whole nested config', (config) => (config.inner = InnerConfig.make())],
  ]
  for (const [what, change] of changes)
    test(`refuses to change ${what}`, () => expect(() => change(freeze(made()))).toThrow(/frozen|in place/))
  for (const text of [
    "config.choice.name='other'",
    "config.choice['other'].size=5",
    'config.list.append(1)',
    'config.update(count=4)',
  ])
    test(`refuses ${text} of a file`, () => expect(load(text, freeze(made()))).rejects.toThrow(/frozen/))
})

test('nested configs are copied when they are assigned', () => {
  const [a, b] = [made(), made()]
  b.inner.threshold = 7
  a.inner = b.inner
  a.task = b.task
  a.choice = b.choice
  b.inner.threshold = b.task.value.threshold = b.choice.get('in').threshold = 9
  expect([a.inner.threshold, a.task.value.threshold, a.choice.get('in').threshold]).toEqual([7, 50, 5])
  expect(compareConfigs(copyConfig(b), b)).toEqual([])
})

test('setting a deprecated field is noticed wherever it is set', async () => {
  const Old = defineConfig({
    name: 'pkg.Old',
    fields: { old: field('int', { default: 1, doc: 'Old', deprecated: 'use new' }) },
  })
  const Owner = defineConfig({ name: 'pkg.Owner', fields: { part: configField(Old, { doc: 'Part' }) } })
  const config = Owner.make()
  expect(deprecationsOf(config)).toEqual([])
  expect(saveConfig(config)).not.toContain('old')
  await loadConfig(config, '\nconfig.part.old = 2', { file: 'over.py' })
  config.part.old = 3
  expect(deprecationsOf(config)).toEqual([
    'Config field pkg.Old.part.old is deprecated: use new (set by over.py:2)',
    'Config field pkg.Old.part.old is deprecated: use new (set by assignment)',
  ])
})

test('history tells targets, selections and items too', async () => {
  const config = await load(`import pkg.other, pkg.mod
config.task.retarget(pkg.other.Other)
config.choice.name = 'other'
config.many['k'] = pkg.other.OtherConfig(size=8)
`)
  const told = (name: string) => formatHistory(config, name).replace(/ +/g, ' ').split('\n')
  expect(told('task')).toEqual([
    'pkg.mod.Inner with pkg.mod.InnerConfig default',
    'retarget(target=pkg.other.Other, ConfigClass=pkg.other.OtherConfig) over.py:2',
  ])
  expect(told('choice')).toEqual(["'in' default", "'other' over.py:3"])
  expect(told('many')).toEqual(['{} default', "{'k': pkg.other.OtherConfig} over.py:4"])
  expect(config.many.get('k')?.size).toBe(8)
})

describe('actions', () => {
  const Shift = defineAction({
    name: 'pkg.Shift',
    fields: { by: field('float', { default: 1, doc: 'Shift' }) },
    run: ({ by }, x: number) => x + by,
  })
  const Twice = extendAction(Shift, {
    name: 'pkg.Twice',
    fields: {},
    run: ({ by }, x: number) => 2 * (x + by),
  })
  const Plot = defineConfig({
    name: 'pkg.Plot',
    fields: {
      x: configurableActionField(Shift, { doc: 'X' }),
      more: configurableActionStructField(Shift, { doc: 'More', default: { a: Shift } }),
    },
  })
  const find = (name: string) => [Shift, Twice].find((action) => action.className === name)
  const TEXT = 'import pkg\nconfig.x = pkg.Twice\nconfig.x.by = 3\nconfig.more.b = pkg.Twice(by=5)\n'

  test('are exchanged, configured, called, saved and read back', async () => {
    const config = Plot.make()
    expect(runAction(config.x, 1)).toBe(2)
    await loadConfig(config, TEXT, { file: 'over.py', findTarget: find })
    expect(runAction(config.x, 1)).toBe(8)
    expect(config.more.names).toEqual(['a', 'b'])
    expect([actionIdentity(config.x), actionIdentity(config.more.get('b') ?? config.x)]).toEqual(['x', 'b'])
    const copy = Plot.make()
    expect(compareConfigs(copy, config)).toEqual([
      'x: config types do not match; pkg.Shift != pkg.Twice',
      "more (fields): ['a'] != ['a', 'b']",
    ])
    await loadConfig(copy, saveConfig(config), { file: 'saved.py', findTarget: find })
    expect(compareConfigs(copy, config)).toEqual([])
    expect(() => config.more.set('c', InnerConfig)).toThrow(/Expected pkg\.Shift/)
    expect(() => freeze(config).more.delete('a')).toThrow(/frozen/)
  })
})

test('a configurable field makes what its target makes', () => {
  const Task = {
    className: 'pkg.Task',
    config: InnerConfig,
    make: (given: { config: { threshold: number }; n: number }) => given.config.threshold * given.n,
  }
  const Owner = defineConfig({
    name: 'pkg.Owner',
    fields: { task: configurableField(Task, { doc: 'Task' }) },
  })
  expect(Owner.make().task.apply({ n: 3 })).toBe(15)
})

describe('expressions over configs, as contracts have them', () => {
  const names = new Map([['task', freeze(made())]])
  const held: readonly string[] = [
    'task.scale in [1.5, 2.0]',
    'task.scale in (1.5, 2.0)',
    'task.list == [1.0, 2.5]',
    "task.inner.names[-1] == 'a'",
    'task.flag == 1',
    '-task.scale < 0',
    'abs(task.scale) == max(1.5, 1) and any([task.flag])',
    '7 // 2 == 3 and 2 ** 3 == 8',
    "'x' if task.flag else 0",
    "set(task.inner.names) == {'a'}",
    "task.kind.startswith('A')",
    "all(p in ('a', 'b') for p in task.inner.names)",
    'task.task.value.threshold == task.task.threshold == 50',
    "task.choice.name == 'in' and task.choice['in'].threshold == 5",
    "task.map == {'r': 27} and len(task.map) == 1",
  ]
  for (const text of held) test(text, () => expect(evaluateExpression(text, names)).toBe(true))
  const refused: readonly [text: string, message: RegExp][] = [
    ['task.nosuch == 1', /^c:1:1: AttributeError: 'pkg\.mod\.OuterConfig' object has no attribute 'nosuch'/],
    ['other.flag', /^c:1:1: NameError: name 'other' is not defined/],
    ['task.list.append(1) is None', /frozen/],
    ['task.flag flag', /^c:1:11: there is more text/],
    ['globalThis', /NameError/],
    ['task.__proto__', /AttributeError/],
    ["'a'.constructor", /AttributeError/],
  ]
  for (const [text, message] of refused)
    test(`${text} is refused`, () => expect(() => evaluateExpression(text, names, 'c')).toThrow(message))
})
