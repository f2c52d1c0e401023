import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import type { Butler, DatasetRef } from '#butler'
import { Instant, Timespan } from '#time'
import { aRepository } from '../support/repository.ts'

vi.setConfig({ testTimeout: 60_000 })

const DETECTORS = [1, 2, 3]
const RUNS = ['run/a', 'run/b', 'run/c']
const CHAINS = ['chain/x', 'chain/y']
const detector = fc.constantFrom(...DETECTORS)
const biasRun = fc.constantFrom(...RUNS)

/** A repository with one bias per run and detector, as far as `held` says. */
async function withBiases(
  held: ReadonlySet<string>,
): Promise<{ butler: Butler; refs: Map<string, DatasetRef> }> {
  const butler = await aRepository()
  await butler.collections.register('run/c')
  const refs = new Map<string, DatasetRef>()
  for (const key of held) {
    const [run, d] = key.split('#') as [string, string]
    const [ref] = await butler.registry.insertDatasets('bias', [{ instrument: 'Cam', detector: Number(d) }], {
      run,
    })
    refs.set(key, ref!)
  }
  return { butler, refs }
}

const everything = new Set(RUNS.flatMap((run) => DETECTORS.map((d) => `${run}#${d}`)))

type Edit = {
  readonly how: 'prepend' | 'extend' | 'redefine' | 'remove'
  readonly chain: string
  readonly children: readonly string[]
}
const edit: fc.Arbitrary<Edit> = fc.record({
  how: fc.constantFrom('prepend', 'extend', 'redefine', 'remove'),
  chain: fc.constantFrom(...CHAINS),
  children: fc.array(fc.constantFrom(...RUNS, ...CHAINS), { maxLength: 4 }),
})

/** What the chain becomes, or undefined when it would contain itself. */
function modelEdit(
  chains: Map<string, readonly string[]>,
  { how, chain, children }: Edit,
): readonly string[] | undefined {
  const list = [...new Set(children)]
  const rest = chains.get(chain)!.filter((c) => !list.includes(c))
  const contains = (name: string): boolean => name === chain || (chains.get(name) ?? []).some(contains)
  if (list.some(contains)) return undefined
  return how === 'prepend'
    ? [...list, ...rest]
    : how === 'extend'
      ? [...rest, ...list]
      : how === 'redefine'
        ? list
        : rest
}

function flatten(chains: ReadonlyMap<string, readonly string[]>, name: string): readonly string[] {
  const out: string[] = []
  const visit = (n: string) => {
    const children = chains.get(n)
    if (children !== undefined) children.forEach(visit)
    else if (!out.includes(n)) out.push(n)
  }
  visit(name)
  return out
}

test('chains after any edits, and what is found first through them, are those of a simple model', async () => {
  await fc.assert(
    fc.asyncProperty(fc.subarray([...everything]), fc.array(edit, { maxLength: 12 }), async (held, edits) => {
      const { butler, refs } = await withBiases(new Set(held))
      const chains = new Map<string, readonly string[]>(CHAINS.map((c) => [c, []]))
      for (const chain of CHAINS) await butler.collections.register(chain, 'CHAINED')
      for (const step of edits) {
        const wanted = modelEdit(chains, step)
        const call = butler.collections[`${step.how === 'remove' ? 'removeFrom' : step.how}Chain`].bind(
          butler.collections,
        )
        if (wanted === undefined)
          await expect(call(step.chain, step.children)).rejects.toMatchObject({
            name: 'CollectionCycleError',
          })
        else {
          await call(step.chain, step.children)
          chains.set(step.chain, wanted)
        }
        expect((await butler.collections.getInfo(step.chain)).children).toEqual(chains.get(step.chain))
      }
      for (const chain of CHAINS) {
        const order = flatten(chains, chain)
        expect(await butler.collections.query(chain, { flattenChains: true })).toEqual(order)
        const expected = DETECTORS.flatMap(
          (d) => refs.get(`${order.find((run) => refs.has(`${run}#${d}`))}#${d}`) ?? [],
        )
        const found = await butler.queryDatasets('bias', { collections: chain, explain: false })
        expect(found.map((r) => r.id).sort()).toEqual(expected.map((r) => r.id).sort())
        for (const d of DETECTORS) {
          const one = await butler.findDataset(
            'bias',
            { instrument: 'Cam', detector: d },
            { collections: chain },
          )
          expect(one?.id).toBe(expected.find((r) => r.dataId['detector'] === d)?.id)
        }
      }
    }),
    { numRuns: Number(process.env['FIRSTLIGHT_PROPERTY_RUNS'] ?? 12) },
  )
})

/** Days of 2024 from the first; validity is counted in whole days here. */
const day = (n: number): Instant => Instant.fromIso(`2024-01-${String(n + 1).padStart(2, '0')}`)
const DAYS = 12
const days = fc
  .tuple(fc.nat(DAYS - 1), fc.integer({ min: 1, max: DAYS }))
  .map(([a, n]) => [a, Math.min(DAYS, a + n)] as const)
const validity = fc.record({ how: fc.constantFrom('certify', 'decertify'), run: biasRun, detector, days })

test('validity after any certifications and decertifications is that of a table of days', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(validity, { minLength: 1, maxLength: 14 }), async (steps) => {
      const { butler, refs } = await withBiases(everything)
      await butler.collections.register('calib', 'CALIBRATION')
      const table = new Map(DETECTORS.map((d) => [d, new Array<string | undefined>(DAYS).fill(undefined)]))
      for (const step of steps) {
        const row = table.get(step.detector)!
        const [begin, end] = step.days
        const span = Timespan.between(day(begin), day(end))
        const dataId = { instrument: 'Cam', detector: step.detector }
        if (step.how === 'decertify') {
          await butler.registry.decertify('calib', 'bias', span, { dataIds: [dataId] })
          row.fill(undefined, begin, end)
          continue
        }
        const certify = butler.registry.certify('calib', [refs.get(`${step.run}#${step.detector}`)!], span)
        if (row.slice(begin, end).some((r) => r !== undefined))
          await expect(certify).rejects.toMatchObject({ name: 'ConflictingDefinitionError' })
        else {
          await certify
          row.fill(step.run, begin, end)
        }
      }
      for (const [d, row] of table)
        for (let n = 0; n < DAYS; n++) {
          const found = await butler.findDataset(
            'bias',
            { instrument: 'Cam', detector: d },
            {
              collections: 'calib',
              timespan: Timespan.between(day(n), day(n + 1)),
            },
          )
          expect(found?.run).toBe(row[n])
        }
      const stored = await butler.registry.queryDatasetAssociations('bias', { collections: 'calib' })
      expect(
        stored.reduce((n, a) => n + Number(a.timespan!.nsec[1] - a.timespan!.nsec[0]), 0) / 86_400e9,
      ).toBe([...table.values()].flat().filter((r) => r !== undefined).length)
    }),
    { numRuns: Number(process.env['FIRSTLIGHT_PROPERTY_RUNS'] ?? 12) },
  )
})

interface Row {
  readonly detector: number
  readonly full_name: string
  readonly raft: string | null
}
type Test = { readonly text: string; readonly holds: (row: Row) => boolean | null }
const compare = {
  '=': (a: number) => a === 0,
  '<': (a: number) => a < 0,
  '>=': (a: number) => a >= 0,
  '!=': (a: number) => a !== 0,
}
const leaf: fc.Arbitrary<Test> = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(...(Object.keys(compare) as (keyof typeof compare)[])),
      fc.integer({ min: -1, max: 12 }),
    )
    .map(([o, n]): Test => ({ text: `detector ${o} ${n}`, holds: (r) => compare[o](r.detector - n) })),
  fc.tuple(fc.nat(6), fc.nat(6), fc.integer({ min: 1, max: 4 })).map(
    ([a, n, s]): Test => ({
      text: `detector IN (${a}..${a + n}:${s})`,
      holds: (r) => r.detector >= a && r.detector <= a + n && (r.detector - a) % s === 0,
    }),
  ),
  fc.constantFrom('x', 'y').map(
    (raft): Test => ({
      text: `raft = '${raft}'`,
      holds: (r) => (r.raft === null ? null : r.raft === raft),
    }),
  ),
  fc.constant<Test>({ text: 'raft = NULL', holds: (r) => r.raft === null }),
  fc
    .constantFrom('a', '_', 'B')
    .map((c): Test => ({ text: `GLOB(full_name, '*${c}*')`, holds: (r) => r.full_name.includes(c) })),
)
const and = (a: boolean | null, b: boolean | null) =>
  a === false || b === false ? false : a === null || b === null ? null : true
const not = (a: boolean | null) => (a === null ? null : !a)
const condition: fc.Arbitrary<Test> = fc.letrec<{ c: Test }>((tie) => ({
  c: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc
      .tuple(tie('c'), tie('c'))
      .map(
        ([a, b]): Test => ({ text: `(${a.text} AND ${b.text})`, holds: (r) => and(a.holds(r), b.holds(r)) }),
      ),
    fc.tuple(tie('c'), tie('c')).map(
      ([a, b]): Test => ({
        text: `(${a.text} OR ${b.text})`,
        holds: (r) => not(and(not(a.holds(r)), not(b.holds(r)))),
      }),
    ),
    tie('c').map((a): Test => ({ text: `NOT (${a.text})`, holds: (r) => not(a.holds(r)) })),
  ),
})).c

test('any condition on any detectors gives the rows that three-valued logic gives', async () => {
  const rows = fc.uniqueArray(
    fc.record({
      detector: fc.integer({ min: 10, max: 40 }),
      full_name: fc.string({
        unit: fc.constantFrom('a', '_', 'B', '%', '[', '*'),
        minLength: 1,
        maxLength: 4,
      }),
      raft: fc.option(fc.constantFrom('x', 'y')),
    }),
    { selector: (r) => r.detector, maxLength: 8 },
  )
  await fc.assert(
    fc.asyncProperty(rows, fc.array(condition, { minLength: 1, maxLength: 6 }), async (added, tests) => {
      const butler = await aRepository()
      const all: Row[] = DETECTORS.map((d) => ({ detector: d, full_name: `D${d}`, raft: null }))
      for (const [i, { detector: id, full_name, raft }] of added.entries()) {
        const row = { detector: id, full_name: `${full_name}${i}`, raft }
        all.push(row)
        await butler.registry.insertDimensionData('detector', [
          { instrument: 'Cam', id, full_name: row.full_name, raft },
        ])
      }
      for (const { text, holds } of tests) {
        const found = await butler.queryDataIds('detector', {
          where: `instrument='Cam' AND ${text}`,
          explain: false,
        })
        const expected = all.filter((r) => holds(r) === true).map((r) => r.detector)
        expect(
          found.map((id) => Number(id.values['detector'])).sort((a, b) => a - b),
          text,
        ).toEqual(expected.sort((a, b) => a - b))
        const { length } = expected
        const results = butler.query().dataIds('detector').where(`instrument='Cam' AND ${text}`)
        expect(await results.count()).toBe(length)
        expect(await results.any()).toBe(length > 0)
        expect((await results.explainNoResults()).length > 0).toBe(length === 0)
      }
    }),
    { numRuns: Number(process.env['FIRSTLIGHT_PROPERTY_RUNS'] ?? 20) },
  )
})
