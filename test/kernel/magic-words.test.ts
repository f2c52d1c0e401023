import { beforeAll, describe, expect, test } from 'vitest'
import { collectData } from '../../kernel/data/collect.ts'
import { dataCompletions } from '../../kernel/data/complete.ts'
import { dataInspect } from '../../kernel/data/inspect.ts'
import type { RepositoryData } from '../../kernel/protocol/repository-data.ts'
import { aRepository } from '../support/repository.ts'

let data: RepositoryData
beforeAll(async () => {
  const butler = await aRepository()
  data = await collectData(await butler.clone({ collections: ['run/a'] }))
})

const completed = (code: string, repository: RepositoryData | undefined = data) => {
  const cursor = [...code].indexOf('|')
  return dataCompletions(repository, code.replace('|', ''), cursor)
}
/** Texts offered where the bar stands. */
const offered = (code: string) => completed(code)?.matches.map(({ text }) => text)
const inspected = (code: string): string | undefined => {
  const cursor = [...code].indexOf('|')
  const result = dataInspect(data, { code: code.replace('|', ''), cursor, detail: 0 })
  return result?.data['text/plain'] as string | undefined
}

const ISR = `%%pipeline -o u/me
description: one task
tasks:
  isr:
    class: lsst.ip.isr.IsrTask
    config:
`

describe('in %%pipeline', () => {
  test.each([
    [
      '%%pipeline\n|',
      [
        'description:',
        'instrument:',
        'parameters:',
        'imports:',
        'tasks:',
        'subsets:',
        'steps:',
        'contracts:',
      ],
    ],
    ['%%pipeline\nta|', ['tasks:']],
    ['%%pipeline\ninstrument: lsst|', ['lsst.obs.subaru.HyperSuprimeCam']],
    ['%%pipeline\ntasks:\n  char|', ['characterizeImage:']],
    ['%%pipeline\ntasks:\n  isr: lsst.ip.isr.I|', ['lsst.ip.isr.IsrTask', 'lsst.ip.isr.isrTask.IsrTask']],
    ['%%pipeline\ntasks:\n  isr:\n    |', ['class:', 'config:']],
    [
      '%%pipeline\ntasks:\n  isr:\n    class: lsst.pipe.tasks.cal|',
      ['lsst.pipe.tasks.calibrate.CalibrateTask'],
    ],
    [`${ISR}      doBi|`, ['doBias: ']],
    [`${ISR}      connections.ccd|`, ['connections.ccdExposure: ']],
    [`${ISR}      doBias: |`, ['true', 'false']],
    [`${ISR}      doBias: f|`, ['false']],
    [`${ISR}      connections.ccdExposure: b|`, ['bias']],
    [`${ISR}      doBias: true\n      doDa|`, ['doDark: ']],
    [`${ISR}    - doBi|`, ['doBias: ']],
    [`${ISR}      doBias: true\nsubsets:\n  all:\n    subset:\n      - |`, ['isr']],
    [`${ISR}      doBias: true\nsubsets:\n  all:\n    subset: [is|`, ['isr']],
    [`${ISR}      doBias: true\nsubsets:\n  all:\n    |`, ['subset:', 'description:']],
    ['%%pipeline\nimports:\n  - lo|', ['location:']],
    ['%%pipeline\nimports:\n  - location: a.yaml\n    include: [isr, cal|', ['calibrate']],
    [`${ISR}      doBias: true\ncontracts:\n  - contract: isr.doFla|`, ['isr.doFlat']],
  ])('%j', (code, wanted) => expect(offered(code)).toEqual(wanted))

  test('fields come with type, default and documentation, connections with what they read', () => {
    const field = completed(`${ISR}      doDark|`)?.matches[0]
    expect(field).toMatchObject({ signature: 'bool = True', documentation: 'Subtract the dark frame?' })
    const connection = completed(`${ISR}      connections.ccdE|`)?.matches[0]
    expect(connection?.documentation).toBe(
      'Input exposure to process. (input, Exposure by instrument, exposure, detector)',
    )
  })

  test('the words replaced are those before the cursor, in code points', () => {
    const found = completed(`%%pipeline\n# 🔭\ntasks:\n  isr: lsst.ip|`)
    expect(found).toMatchObject({ start: 29, end: 36 })
  })

  test('without a repository the tasks are known too', () => {
    expect(dataCompletions(undefined, '%%pipeline\ntasks:\n  i', 21)?.matches[0]?.text).toBe('isr:')
  })

  test.each([
    ['%%pipeline\nta|sks:\n', 'Labels, each with a task class'],
    [`${ISR}      doB|ias: true`, 'doBias: bool = True\n\nSubtract the bias frame?'],
    [
      '%%pipeline\ntasks:\n  isr: lsst.ip.isr.Isr|Task',
      'By instrument, exposure, detector; 52 config fields.',
    ],
    [`${ISR.replace('isr:', 'is|r:')}`, 'ccdExposure'],
    [`${ISR}      connections.ccdExposure: bi|as`, 'bias: '],
  ])('documentation of %j', (code, wanted) => expect(inspected(code)).toContain(wanted))
})

describe('on command lines', () => {
  test.each([
    ['%butler query-c|', ['query-collections']],
    ['%butler query-datasets --find|', ['--find-first']],
    ['%butler query-datasets --collections run|', ['run/a', 'run/b']],
    ['%butler query-datasets --collections run/b,run/a|', ['run/a']],
    ['%butler query-datasets bi|', ['bias']],
    ['%butler query-datasets bias --where "inst|', ['instrument']],
    ['%butler query-datasets bias --where "instrument = |', ["'Cam'"]],
    ['%butler query-datasets bias --where="detector IN (1, |', ['1', '2']],
    ['%pipetask qg|', ['qgraph']],
    ['%%pipetask run\n  -p x.yaml \\\n  --skip-ex|', ['--skip-existing', '--skip-existing-in']],
    ['%%pipeline --extend|', ['--extend-run']],
    ['%%pipeline -i run|', ['run/a', 'run/b']],
    ["%%pipeline -d \"instrument='Cam' AND dete|", ['detector']],
    ['const x = 1\n%butler query-coll|', ['query-collections']],
  ])('%j', (code, wanted) => {
    const found = offered(code)
    for (const word of wanted) expect(found).toContain(word)
    expect(found?.length).toBeLessThanOrEqual(wanted.length + 3)
  })

  test('options and sub-commands have documentation', () => {
    expect(inspected('%butler query-coll|ections')).toContain('list collections')
    expect(inspected('%butler query-datasets --find-|first')).toContain('--find-first')
    expect(inspected('%%pipeline --extend-r|un\ntasks:')).toContain('--extend-run')
  })
})
