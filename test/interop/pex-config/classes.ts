// The twins of m.py.
import {
  choiceField,
  configChoiceField,
  configDictField,
  configField,
  configurableActionField,
  configurableActionStructField,
  configurableField,
  defineAction,
  defineConfig,
  dictField,
  extendAction,
  field,
  listField,
  rangeField,
  registryField,
  TargetRegistry,
} from '#config'

export const A = defineConfig({
  name: 'm.A',
  fields: {
    threshold: field('float', { doc: 't', default: 5 }),
    need: field('int', { doc: 'needed', default: 1 }),
    old: field('int', { doc: 'x', default: 1, deprecated: 'use need' }),
  },
})
const B = defineConfig({ name: 'm.B', fields: { x: field('int', { doc: 'x', default: 1 }) } })
export const Action = defineAction({
  name: 'm.Action',
  fields: { offset: field('float', { doc: 'o', default: 0 }) },
  run: ({ offset }, x: number) => x + offset,
})
export const Scale = extendAction(Action, {
  name: 'm.Scale',
  fields: { factor: field('float', { doc: 's', default: 2 }) },
  run: ({ offset, factor }, x: number) => (x + offset) * factor,
})
const TA = { className: 'm.TA', config: A }
const TB = { className: 'm.TB', config: B }
const registry = new TargetRegistry().register('a', TA).register('b', TB)

const TARGETS = [TA, TB, Action, Scale]
export const findTarget = (name: string) => TARGETS.find((target) => target.className === name)

export const Root = defineConfig({
  name: 'm.Root',
  fields: {
    f: field('float', { doc: 'f', default: 1.5 }),
    i: field('int', { doc: 'i\nin two lines', default: 1 }),
    s: field('str', { doc: 's', default: 'x', optional: true }),
    c: field('complex', { doc: 'c', optional: true }),
    flag: field('bool', { doc: 'flag', default: false }),
    rg: rangeField('float', { doc: 'rg', default: 1, min: 0, max: 10 }),
    ch: choiceField('str', { doc: 'ch', default: 'A', allowed: { A: 'first', B: 'second' } }),
    fl: listField('float', { doc: 'fl', default: [1, 2, 3] }),
    sl: listField('str', { doc: 'sl', default: ['p', 'q'] }),
    il: listField('int', { doc: 'il', default: [1, 2] }),
    d: dictField('str', 'float', { doc: 'd', default: { a: 1 } }),
    di: dictField('int', 'str', { doc: 'di', default: { 5: 'a' } }),
    sub: configField(A, { doc: 'sub' }),
    sub2: configField(A, { doc: 'sub2' }),
    m: configurableField(TA, { doc: 'm' }),
    r: registryField(registry, { doc: 'r', default: 'a' }),
    rm: registryField(registry, { doc: 'rm', default: ['a'], multi: true }),
    cc: configChoiceField({ one: A, two: B }, { doc: 'cc', default: 'one' }),
    cd: configDictField('str', A, { doc: 'cd' }),
    act: configurableActionField(Action, { doc: 'act' }),
    acts: configurableActionStructField(Action, { doc: 'acts' }),
  },
})
