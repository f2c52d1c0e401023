import { afterAll, beforeAll, expect, test } from 'vitest'
import { openNodeButler } from '#platform/node'
import { Timespan, Instant } from '#time'
import { type RepositoryMaster, unpackRepository } from '../support/fl-repository.ts'
import { pipetask } from '../support/pipetask.ts'

let master: RepositoryMaster
beforeAll(() => {
  master = unpackRepository()
})
afterAll(() => master.remove())

const build = (root: string, where: string) =>
  pipetask(
    `pipetask qgraph -b ${root} -p <PIPELINES>/01-single-task.yaml -i HSC/defaults -o u/t/x -d`
      .split(' ')
      .concat(where),
  )

test('a graph that wants a calibration which is no longer valid says when it ended', async () => {
  const { root } = master.copy()
  const butler = await openNodeButler(root, { writeable: true })
  const end = Instant.fromIso('2013-06-17T00:00:00', 'tai')
  await butler.registry.decertify('HSC/calib', 'flat', Timespan.between(end, null))
  await butler.close()
  const { rc, stderr } = await build(root, "instrument='HSC' AND exposure=903334 AND detector=4")
  expect(rc).toBe(1)
  expect(stderr).toMatch(
    /flat for \{instrument: 'HSC', detector: 4, physical_filter: 'HSC-R'.*\} ends 2013-06-1\dT00:00:00 \(TAI\), the quantum is at 2013-06-17T/,
  )
  expect(stderr).toMatch(/leave these data out with -d/)
})

test('a graph that wants a calibration which was never certified says so', async () => {
  const { root } = master.copy()
  const butler = await openNodeButler(root, { writeable: true })
  await butler.registry.decertify('HSC/calib', 'dark', Timespan.between(null, null))
  await butler.close()
  const { rc, stderr } = await build(root, "instrument='HSC' AND exposure=903334 AND detector=4")
  expect(rc).toBe(1)
  expect(stderr).toMatch(
    /no dark for \{instrument: 'HSC', detector: 4\} is certified in HSC\/raw\/all, HSC\/calib/,
  )
})
