import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { concatBytes, type FileWrite } from '#core'
import { defaultFormatters } from '#formats'
import { Instant, Timespan } from '#time'
import { afterAll, expect, test } from 'vitest'
import { python } from '../support/python.ts'

const folder = mkdtempSync(join(tmpdir(), 'firstlight-side-files-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function write(storageClass: string, value: unknown): Promise<string> {
  const formatter = defaultFormatters().forKeys([storageClass])!
  const content: FileWrite = await formatter.write(value, storageClass)
  const path = join(folder, `${storageClass}${formatter.extension}`)
  writeFileSync(
    path,
    typeof content === 'string' || content instanceof Uint8Array ? content : concatBytes(content),
  )
  return path
}

/** The stack's own readers on our files. */
const READ = `
import json, sys
import numpy, yaml
from lsst.daf.butler import Timespan
from lsst.daf.butler.logging import ButlerLogRecords
paths = json.loads(sys.argv[1])
records = ButlerLogRecords.from_file(paths['ButlerLogRecords'])
span = Timespan.model_validate_json(open(paths['Timespan']).read())
array = numpy.load(paths['NumpyArray'])
lines = open(paths['Packages']).read().split('\\n', 1)
print(json.dumps({
    'records': [[r.name, r.levelname, r.levelno, r.message, r.asctime.isoformat(), r.MDC] for r in records],
    'timespan': list(span.nsec),
    'data': yaml.safe_load(open(paths['StructuredDataDict'])),
    'metadata': json.load(open(paths['TaskMetadata'])),
    'array': [str(array.dtype), list(array.shape), array.ravel().tolist()],
    'packages': [lines[0], yaml.safe_load(lines[1])],
}))
`

test('logs, timespans, structured data, metadata, packages and arrays are read by the stack’s own readers', async () => {
  const data = {
    tiny: 1e-7,
    huge: 1e21,
    half: 0.5,
    big: 9007199254740993n,
    yes: 'yes',
    time: '1:30',
    empty: '',
    list: [1, null, true],
    deep: { a: 'x: y' },
  }
  const span = Timespan.between(Instant.fromIso('2013-06-17T13:34:45.775'), null)
  const time = Date.UTC(2020, 9, 11, 20, 13, 1, 250)
  const values: Readonly<Record<string, unknown>> = {
    ButlerLogRecords: [
      { time, level: 'VERBOSE', name: 'isr.crosstalk', message: 'größer', labels: { LABEL: 'isr' } },
      { time, level: 'WARNING', name: 'isr', message: 'two\nlines' },
    ],
    Timespan: span,
    StructuredDataDict: data,
    TaskMetadata: { scalars: { npix: 1024, sigma: 1.5 }, arrays: { flags: ['A'] }, metadata: {} },
    NumpyArray: { shape: [2, 3], data: new Float32Array([1, 2, 3, 4, 5, 6.5]) },
    Packages: { numpy: '2.1.0', firstlight: '0.1' },
  }
  const paths: Record<string, string> = {}
  for (const [storageClass, value] of Object.entries(values))
    paths[storageClass] = await write(storageClass, value)
  const seen = JSON.parse(python(READ, JSON.stringify(paths))) as Record<string, unknown>
  expect(seen).toMatchObject({
    records: [
      ['isr.crosstalk', 'VERBOSE', 15, 'größer', '2020-10-11T20:13:01.250000+00:00', { LABEL: 'isr' }],
      ['isr', 'WARNING', 30, 'two\nlines', '2020-10-11T20:13:01.250000+00:00', {}],
    ],
    metadata: values['TaskMetadata'],
    array: ['float32', [2, 3], [1, 2, 3, 4, 5, 6.5]],
    packages: ['!<lsst.utils.packages.Packages>', { numpy: '2.1.0', firstlight: '0.1' }],
  })
  // JSON here has no 64-bit integers: compare what a double keeps.
  expect(seen['timespan']).toEqual(span.nsec.map(Number))
  expect(seen['data']).toEqual({ ...data, big: 9007199254740992 })
})
