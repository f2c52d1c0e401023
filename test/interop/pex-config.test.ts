// Each text of cases.txt is loaded by the real pex_config and by ours: both refuse it, or both save the same config.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { isFirstlightError } from '#core'
import { compareConfigs, loadConfig, saveConfig, saveFields } from '#config'
import { expect, test } from 'vitest'
import { pythonPath } from '../support/python.ts'
import { findTarget, Root } from './pex-config/classes.ts'

type Answer =
  | { readonly saved: string; readonly whole?: string }
  | { readonly error: string; readonly message: string }

const script = fileURLToPath(new URL('./pex-config/ask.py', import.meta.url))
const cases = readFileSync(new URL('./pex-config/cases.txt', import.meta.url), 'utf8')
  .split('\n')
  .slice(1)
  .filter((line) => line !== '')
  .map((line) => line.replaceAll('⏎', '\n'))

/** Texts that we refuse and the real one takes: by choice. */
const REFUSED = new Map([
  ...['not config.f', 'True'].map((value) => [`config.f = ${value}`, 'a bool is no number'] as const),
  ['config.i = True', 'a bool is no number'],
  ['config.il = [1, None]', 'the items of a list have its type'],
  ["config.f, *config.sl = 3.0, 'a'", 'no starred targets'],
  ["import m\nconfig.cd['k']=m.A(3)", 'the real one drops the argument'],
  ["config.s = max('ab', key=len)", 'functions are no values'],
  ...[
    'lambda: 0',
    'x = lambda: 0',
    'config.i = (lambda: 3)()',
    'while False: pass',
    'def f(): pass',
    'class X: pass',
    'try:\n    pass\nexcept: pass',
    'global x',
  ].map((text) => [text, 'nothing is executed'] as const),
])

const ask = (texts: readonly string[]): Answer[] =>
  JSON.parse(
    execFileSync(pythonPath(), [script], {
      input: JSON.stringify(texts),
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
    }),
  ) as Answer[]

const load = async (text: string) => {
  const config = Root.make()
  const readText = (path: string) => Promise.reject(new Error(`there is no file ${path}`))
  await loadConfig(config, text, { file: 't.py', findTarget, readText })
  return config
}

async function own(text: string): Promise<Answer> {
  try {
    return { saved: saveFields(await load(text)).join('\n') }
  } catch (error) {
    const isOwn = isFirstlightError(error) || (error as Error).message.startsWith('there is no file')
    return { error: isOwn ? 'refused' : 'PROGRAM ERROR', message: String(error) }
  }
}

const lines = (answer: Answer): string =>
  'saved' in answer ? answer.saved.replace(/\n+/g, '\n').trim() : 'refused'

const CHANGED = `import m
config.f = config.fl[1] = float('nan')
config.s = 'quote \\' and "double" \\\\ and\\nline é'
config.d, config.di[7] = {'y': 1e22, 'n': float('inf')}, 'seven'
config.c = 1 - 2j
config.m.retarget(m.TB)
config.r['b'].x = config.m.x = 12
config.rm.names = ['b', 'a']
config.cd['k'] = m.A(threshold=1e-9, old=4)
config.act = m.Scale
config.acts.y, config.acts.x = m.Action(offset=2), m.Scale
`

test('config texts are read, refused and saved as the real pex_config does', async () => {
  const surprises: string[] = []
  const changed = await load(CHANGED)
  const answers = ask([...cases, saveConfig(changed)])
  for (const [i, text] of cases.entries()) {
    const real = answers[i] as Answer
    const ours = await own(text)
    if (REFUSED.has(text) ? 'saved' in ours : lines(ours) !== lines(real))
      surprises.push(`${JSON.stringify(text)}\n  real ${shortly(real)}\n  ours ${shortly(ours)}`)
  }
  expect(surprises).toEqual([])
  const saved = answers.at(-1) as Answer
  expect(saved).toHaveProperty('whole')
  const back = await load('whole' in saved ? (saved.whole ?? '') : '')
  expect(compareConfigs(back, changed)).toEqual([])
})

const DEFAULT = saveFields(Root.make()).filter((line) => line !== '')
const shortly = (answer: Answer): string =>
  'saved' in answer
    ? `accepted ${lines(answer)
        .split('\n')
        .filter((line) => !DEFAULT.includes(line))
        .join(' | ')}`
    : `${answer.error}: ${answer.message}`
