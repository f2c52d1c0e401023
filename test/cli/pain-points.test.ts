import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { butlerCommand } from '../support/commands.ts'
import { dataPath } from '../support/data.ts'
import { type RepositoryMaster, unpackRepository } from '../support/fl-repository.ts'
import { pipetask } from '../support/pipetask.ts'

// What the seed tutorial complains of, one test each: none of it exists here. One run on one copy; the tests go on from each other.
let master: RepositoryMaster
let root = ''
let work = ''
beforeAll(() => {
  master = unpackRepository()
  ;({ root, work } = master.copy())
})
afterAll(() => master.remove())

const PIPELINE = join(dataPath('rubin-middleware/pipelines'), '02-single-frame.yaml')
const where = (detectors: string): readonly string[] => [
  '-d',
  `instrument='HSC' AND visit=903334 AND detector IN (${detectors})`,
]
const run = (...more: readonly string[]) =>
  pipetask([
    'pipetask',
    'run',
    '-b',
    root,
    '-p',
    PIPELINE,
    '-o',
    'u/pain',
    '--register-dataset-types',
    ...more,
  ])
const butler = (...args: readonly string[]) => butlerCommand(args, work)

async function runs(): Promise<readonly string[]> {
  const { out } = await butler('query-collections', root, 'u/pain/*')
  return [...new Set(out.match(/u\/pain\/\d{8}T\d{6}Z/g))]
}

test('-i with the inputs that the chain has already is accepted', async () => {
  const first = await run('-i', 'HSC/defaults', ...where('4'))
  expect(first.rc, first.stderr).toBe(0)
  const again = await run('-i', 'HSC/defaults', ...where('4'))
  expect(again.rc, again.stderr).toBe(0)
})

test('--long-log adds time and quantum to each line', async () => {
  const { rc, stderr } = await pipetask([
    ...['pipetask', '--long-log', 'run', '-b', root, '-p', PIPELINE, '-o', 'u/long', '-i', 'HSC/defaults'],
    ...where('5'),
  ])
  expect(rc, stderr).toBe(0)
  expect(stderr).toMatch(/^INFO +\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+/m)
})

test('--extend-run and --skip-existing work alone and together', async () => {
  const cases = [
    { options: ['--extend-run'], detectors: '4, 5' },
    { options: ['--skip-existing'], detectors: '4, 5, 10' },
    { options: ['--extend-run', '--skip-existing'], detectors: '4, 5, 10, 11' },
  ]
  for (const { options, detectors } of cases) {
    const { rc, stderr } = await run(...options, ...where(detectors))
    expect(rc, `${options.join(' ')}: ${stderr}`).toBe(0)
  }
})

test('displaced runs go all at once', async () => {
  const replaced = await run('--replace-run', ...where('4'))
  expect(replaced.rc, replaced.stderr).toBe(0)
  const before = (await runs()).length
  const cleanup = () => pipetask(['pipetask', 'cleanup', '-b', root, '--no-confirm', 'u/pain'])
  const chained = (await butler('query-collections', root, 'u/pain')).out
  const displaced = (await runs()).find((name) => !chained.includes(name)) ?? ''
  await butler('collection-chain', root, 'u/keep', displaced)
  const refused = await cleanup()
  expect(refused.rc).toBe(1)
  expect(refused.stderr).toContain(`Collection "${displaced}" is in the chained collection "u/keep".`)
  await butler('collection-chain', root, 'u/keep', '--mode', 'redefine', 'u/pain')
  const tidied = await cleanup()
  expect(tidied.rc, tidied.stderr).toBe(0)
  expect((await runs()).length).toBe(before - 1)
})

test.each(['purge', 'unstore'])(
  'a run that another chain holds is not pruned by %s when it is replaced',
  async (how) => {
    const before = await runs()
    const current = [...before].sort().at(-1) ?? ''
    await butler('collection-chain', root, 'u/keep', current)
    const { rc, stderr } = await run('--replace-run', `--prune-replaced=${how}`, ...where('4'))
    await butler('remove-collections', root, 'u/keep', '--no-confirm')
    expect(rc).toBe(1)
    expect(stderr).toContain(`Run '${current}' cannot be pruned: it is in 'u/keep' too.`)
    expect(await runs()).toEqual(before)
  },
)

test('the type of every collection is shown', async () => {
  const { out } = await butler('query-collections', root, 'u/pain')
  expect(out).toMatch(/u\/pain +CHAINED/)
  expect(out).toMatch(/u\/pain\/\d+T\d+Z +RUN/)
})

test('a graph of few quanta is there at once', async () => {
  const start = performance.now()
  const options = ['-b', root, '-p', PIPELINE, '-i', 'HSC/defaults', '-o', 'u/quick', ...where('4')]
  const { rc, stderr } = await pipetask(['pipetask', 'qgraph', ...options])
  expect(rc, stderr).toBe(0)
  expect(performance.now() - start).toBeLessThan(5000)
})

test('versions are kept without a scan of packages', async () => {
  const { readPackages } = await import('../../src/cli/pipetask/packages.ts')
  const start = performance.now()
  expect(Object.keys(readPackages())).toContain('firstlight')
  expect(performance.now() - start).toBeLessThan(100)
  const { out } = await butler('query-datasets', root, 'packages', '--collections', 'u/pain', '--find-first')
  expect(out).toMatch(/packages +u\/pain/)
})

test('a config that does not match names every field that differs', async () => {
  const changed = ['-c', 'isr:doDark=False', '-c', 'isr:doBias=False']
  const { rc, stderr } = await run('--extend-run', ...where('5'), ...changed)
  expect(rc).toBe(1)
  expect(stderr).toMatch(/Inequality in doDark: False != True/)
  expect(stderr).toMatch(/Inequality in doBias: False != True/)
})

test('what a replaced run was made with stays when it is unstored', async () => {
  const [last] = (await runs()).slice(-1)
  writeFileSync(join(work, 'own.json'), '{"of": "somebody"}')
  writeFileSync(join(work, 'own.csv'), `file,instrument,visit\n${join(work, 'own.json')},HSC,903334\n`)
  await butler('register-dataset-type', root, 'ownNote', 'StructuredDataDict', 'instrument', 'visit')
  const formatter = 'lsst.daf.butler.formatters.json.JsonFormatter'
  const table = join(work, 'own.csv')
  const ingest = ['ingest-files', root, 'ownNote', last ?? '', table, '--formatter', formatter]
  expect(await butler(...ingest, '--transfer', 'copy')).toMatchObject({ code: 0 })
  const { rc, stderr } = await run('--replace-run', '--prune-replaced=unstore', ...where('4'))
  expect(rc, stderr).toBe(0)
  const uris = await butler('query-datasets', root, 'ownNote', '--collections', last ?? '', '--show-uri')
  const uri = /file:\S+/.exec(uris.out)?.[0]
  expect(existsSync(new URL(uri ?? 'file:///none'))).toBe(true)
  const { out } = await butler('query-datasets', root, 'isr_config', 'packages', '--collections', last ?? '')
  expect(out).toContain('isr_config')
  expect(out).toContain('packages')
})

test('a dataset type that nobody has yet gives an answer, not noise', async () => {
  const { out, err } = await butler('query-datasets', root, 'neverMade', '--collections', 'u/pain')
  const said = `${out}${err}`
  expect(said).toContain('neverMade')
  expect(said.trim().split('\n').length).toBeLessThanOrEqual(3)
})

test('a mistake of the user ends in a sentence, not in a traceback', async () => {
  const { rc, stderr } = await run('-i', 'HSC/deflauts', ...where('4'))
  expect(rc).toBe(1)
  expect(stderr).toMatch(/HSC\/deflauts/)
  expect(stderr).not.toMatch(/^ +at /m)
})
