import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { type Butler, type DatasetRef } from '#butler'
import { Timespan, Instant } from '#time'
import { createNodeButler } from '#platform/node'
import { join } from 'node:path'
import { startPostgres } from '../support/postgres.ts'
import { ModelRegistry, type Step } from '../support/model-registry.ts'
import { fillDimensions, tempFolder } from '../support/repository.ts'

// Random sequences of registry operations on SQLite, on PostgreSQL and on a simple model in memory: after every step all three
// give the same outcome, at the end the same state.

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 })

const server = await startPostgres()

const names = fc.constantFrom('a', 'b', 'c', 'd')
const kinds = fc.constantFrom('RUN', 'TAGGED', 'CHAINED', 'CALIBRATION')
const type = fc.constantFrom('bias', 'flat')
const detector = fc.constantFrom(1, 2)
const days = fc.tuple(fc.nat(5), fc.integer({ min: 1, max: 4 }))
const dataset = fc.nat(7)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ op: fc.constant('register'), name: names, kind: kinds }) },
  { weight: 6, arbitrary: fc.record({ op: fc.constant('insert'), name: names, type, detector }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('associate'), name: names, dataset }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('disassociate'), name: names, dataset }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('certify'), name: names, dataset, days }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('decertify'), name: names, type, days }) },
  {
    weight: 3,
    arbitrary: fc.record({
      op: fc.constant('chain'),
      name: names,
      children: fc.array(names, { maxLength: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('remove'), name: names }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('forget'), dataset }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('removeType'), type }) },
) as fc.Arbitrary<Step>

const day = (n: number): Instant => Instant.fromIso(`2024-01-${String(n + 1).padStart(2, '0')}`)
const span = ([begin, length]: readonly [number, number]): Timespan =>
  Timespan.between(day(begin), day(begin + length))

const dayNumber = (nsec: bigint): number => Number(nsec - span([0, 1]).nsec[0]) / 86_400e9
const daysOf = ({ nsec }: Timespan): string => `${dayNumber(nsec[0])}-${dayNumber(nsec[1])}`

/** A repository under test with the datasets it was given, by their place in the sequence. */
interface Subject {
  readonly butler: Butler
  readonly made: (DatasetRef | undefined)[]
}

async function perform({ butler, made }: Subject, s: Step): Promise<unknown> {
  const { registry, collections } = butler
  switch (s.op) {
    case 'register':
      return collections.register(s.name, s.kind)
    case 'insert': {
      const [ref] = await registry.insertDatasets(s.type, [{ instrument: 'Cam', detector: s.detector }], {
        run: s.name,
      })
      made.push(ref)
      return undefined
    }
    case 'associate':
      return registry.associate(s.name, pick(made, s.dataset))
    case 'disassociate':
      return registry.disassociate(s.name, pick(made, s.dataset))
    case 'certify':
      return registry.certify(s.name, pick(made, s.dataset), span(s.days))
    case 'decertify':
      return registry.decertify(s.name, s.type, span(s.days))
    case 'chain':
      return collections.redefineChain(s.name, s.children)
    case 'remove': {
      if ((await collections.getInfo(s.name)).type !== 'RUN') return collections.remove(s.name)
      await butler.removeRuns(s.name)
      for (const [i, ref] of made.entries()) if (ref?.run === s.name) made[i] = undefined
      return undefined
    }
    case 'forget': {
      const refs = pick(made, s.dataset)
      await butler.pruneDatasets(refs, { disassociate: true, unstore: true, purge: true })
      if (refs.length > 0) made[s.dataset] = undefined
      return undefined
    }
    case 'removeType':
      return registry.removeDatasetType(s.type)
  }
}

const pick = (made: readonly (DatasetRef | undefined)[], n: number): readonly DatasetRef[] => {
  const ref = made[n]
  return ref === undefined ? [] : [ref]
}

/** `ok`, or the class of the error. */
const outcome = (work: Promise<unknown>): Promise<string> =>
  work.then(
    (value) => (typeof value === 'boolean' ? `ok ${value}` : 'ok'),
    (error: Error) => error.name,
  )

/** Everything that a user can see of the registry, with datasets by their place in the sequence. */
async function stateOf({ butler, made }: Subject): Promise<unknown> {
  const { registry, collections } = butler
  const number = new Map(made.map((ref, i) => [ref?.id, i]))
  const order = (rows: readonly (readonly (string | number)[])[]) => rows.map((r) => r.join(' ')).sort()
  const held: (readonly (string | number)[])[] = []
  const found: string[] = []
  for (const t of await registry.queryDatasetTypes(['bias', 'flat']))
    for (const a of await registry.queryDatasetAssociations(t.name, { collections: '*' }))
      held.push([a.collection, number.get(a.ref.id)!, a.timespan === undefined ? '' : daysOf(a.timespan)])
  const all = [...(await collections.query('*', { includeChains: true }))].sort()
  const infos = await Promise.all(all.map((name) => collections.getInfo(name)))
  for (const { name } of infos)
    for (const t of await registry.queryDatasetTypes(['bias', 'flat']))
      for (const d of [1, 2]) {
        const ref = await butler.findDataset(
          t.name,
          { instrument: 'Cam', detector: d },
          { collections: name, timespan: span([2, 1]) },
        )
        if (ref !== undefined) found.push(`${name} ${t.name} ${d}: ${number.get(ref.id)}`)
      }
  return {
    collections: infos.map((c) => `${c.name} ${c.type} ${c.children?.join(',') ?? ''}`),
    types: (await registry.queryDatasetTypes(['bias', 'flat'])).map((t) => t.name).sort(),
    held: order(held),
    found,
  }
}

async function aSubject(db: string | undefined): Promise<Subject> {
  const butler = await createNodeButler(join(tempFolder(), 'repo'), db === undefined ? {} : { db })
  await fillDimensions(butler)
  return { butler, made: [] }
}

test('random sequences of registry operations give the same state in SQLite, PostgreSQL and a simple model', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 30 }), async (steps) => {
      const subjects = [await aSubject(undefined), await aSubject(await server.newDatabase())]
      const model = new ModelRegistry()
      for (const { butler } of subjects)
        for (const name of ['bias', 'flat'])
          await butler.registry.registerDatasetType({
            name,
            dimensions: ['instrument', 'detector'],
            storageClass: 'StructuredDataDict',
            isCalibration: name === 'bias',
          })
      for (const [i, s] of steps.entries()) {
        const expected = model.perform(s)
        const label = `step ${i}: ${JSON.stringify(s)}`
        for (const subject of subjects) expect(await outcome(perform(subject, s)), label).toBe(expected)
      }
      const wanted = model.state()
      for (const subject of subjects) expect(await stateOf(subject)).toEqual(wanted)
      for (const { butler } of subjects) await butler.close()
    }),
    { numRuns: Number(process.env['FIRSTLIGHT_PROPERTY_RUNS'] ?? 10) },
  )
})
