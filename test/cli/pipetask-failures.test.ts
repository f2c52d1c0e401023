import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RepositoryMaster, unpackRepository } from '../support/fl-repository.ts'
import { pipetask } from '../support/pipetask.ts'

// Each way a quantum can end leads to its line of the report and its exit code. Detector 4 fails in the first of three tasks;
// detector 5 is left alone.
let master: RepositoryMaster
beforeAll(() => {
  master = unpackRepository()
})
afterAll(() => master.remove())

const REAL = 'raw,camera,bias,dark,flat,defects,ps1_pv3_3pi'
const base = 'lsst.pipe.base.'

/** Successful, caveats, blocked, failed of isr, characterizeImage, calibrate. */
const ENDINGS: readonly {
  readonly exception: string
  readonly rc: number
  readonly isr: string
  readonly after: string
  readonly more?: readonly string[]
}[] = [
  { exception: `${base}NoWorkFound`, rc: 0, isr: '2 *N(1) 0 0', after: '2 *A(1) 0 0' },
  { exception: `${base}UpstreamFailureNoWorkFound`, rc: 0, isr: '2 *U(1) 0 0', after: '2 *A(1) 0 0' },
  { exception: `${base}UnprocessableDataError`, rc: 0, isr: '2 *D(1) 0 0', after: '2 *A(1) 0 0' },
  { exception: `${base}AlgorithmError`, rc: 1, isr: '1  0 1', after: '1  1 0' },
  { exception: `${base}AnnotatedPartialOutputsError`, rc: 1, isr: '1  0 1', after: '1  1 0' },
  {
    exception: `${base}AnnotatedPartialOutputsError`,
    rc: 0,
    isr: '2 *P(1) 0 0',
    after: '2 *A(1) 0 0',
    more: ['--no-raise-on-partial-outputs'],
  },
  { exception: `${base}RepeatableQuantumError`, rc: 20, isr: '1  0 1', after: '1  1 0' },
  { exception: '', rc: 1, isr: '1  0 1', after: '1  1 0' },
]

for (const { exception, rc, isr, after, more = [] } of ENDINGS)
  test(`${exception === '' ? 'any other error' : exception} ${more.join(' ')}: exit code ${rc}`, async () => {
    const { root, work } = master.copy()
    const graph = join(work, 'mock.fgraph')
    const run = await pipetask(
      `pipetask run -b ${root} -p <PIPELINES>/02-single-frame.yaml -i HSC/defaults -o u/mock --register-dataset-types --mock -q ${graph}`
        .split(' ')
        .concat('--unmocked-dataset-types', REAL, '--mock-failure', `isr:${exception}:detector=4`)
        .concat('-d', "instrument='HSC' AND visit=903334 AND detector IN (4, 5)", ...more),
    )
    expect(run.rc, run.stderr).toBe(rc)
    const { stdout } = await pipetask(['pipetask', 'report', root, graph])
    expect(rowOf(stdout, '_mock_isr')).toBe(isr)
    expect(rowOf(stdout, '_mock_characterizeImage')).toBe(after)
    expect(rowOf(stdout, '_mock_calibrate')).toBe(after)
    if (rc !== 0) expect(stdout).toMatch(/FAILED HSC +4 +903334 .*Simulated failure of task '_mock_isr'/)
  })

test('a broken quantum stops the whole run', async () => {
  const { root } = master.copy()
  const run = await pipetask(
    `pipetask run -b ${root} -p <PIPELINES>/02-single-frame.yaml -i HSC/defaults -o u/mock --register-dataset-types --mock`
      .split(' ')
      .concat('--unmocked-dataset-types', REAL, '--mock-failure', `isr:${base}InvalidQuantumError:detector=4`)
      .concat('-d', "instrument='HSC' AND visit=903334 AND detector IN (4, 5)"),
  )
  expect(run.rc).toBe(21)
  expect(run.stderr).toMatch(/failed; the run stops/)
  expect(run.stderr).toMatch(/Executed 0 quanta successfully, 3 failed and 3 remain/)
})

test('a failure that needs more memory than a quantum has is simulated only then', async () => {
  const { root } = master.copy()
  const command = (memory: string, chain: string) =>
    pipetask(
      `pipetask run -b ${root} -p <PIPELINES>/01-single-task.yaml -i HSC/defaults -o ${chain} --register-dataset-types --mock --profile ${join(root, '../p.cpuprofile')}`
        .split(' ')
        .concat('--unmocked-dataset-types', REAL, '--mock-failure', 'isr::detector=5:2GB')
        .concat('--memory-per-quantum', memory, '-d', "instrument='HSC' AND exposure=903334 AND detector=5"),
    )
  expect((await command('1GB', 'u/small')).rc).toBe(1)
  expect((await command('4GB', 'u/large')).rc).toBe(0)
})

/** Successful, caveats, blocked and failed of one row. */
function rowOf(table: string, label: string): string {
  const cells = table.split('\n').find((line) => line.trim().startsWith(`${label} `)) ?? ''
  const [, , successful = '', ...rest] = cells.trim().split(/ +/)
  const caveat = rest.length === 6 ? rest.shift() : ''
  return `${successful} ${caveat} ${rest[0]} ${rest[1]}`
}
