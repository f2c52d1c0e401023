import { randomUUID } from 'node:crypto'
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { butlerTables, DataCoordinate, DatasetRef, type FileDataset, ingestZip, retrieveZip } from '#butler'
import { openCatalogSession } from '#platform/node'
import { sqlOver } from '#sql'
import { Catalog, writeParquet } from '#table'
import { Instant, Timespan } from '#time'
import { aRepository, tempFolder } from '../support/repository.ts'

const fluxes = (...values: readonly number[]): Catalog =>
  Catalog.fromColumns([{ name: 'flux', type: 'f64', unit: 'nJy' }], { flux: Float64Array.from(values) })

test('a dataset type is a table: files found first in the collections, data-ID dimensions as columns', async () => {
  const butler = await aRepository()
  await butler.registry.registerDatasetType({
    name: 'src',
    dimensions: ['instrument', 'visit', 'detector'],
    storageClass: 'ArrowAstropy',
  })
  const put = (run: string, visit: number, ...values: readonly number[]) =>
    butler.put(fluxes(...values), 'src', { instrument: 'Cam', visit, detector: 1 }, { run })
  await put('run/a', 1, 1, 2, 3)
  await put('run/a', 2, 4)
  await put('run/b', 1, 10)
  const session = sqlOver(await openCatalogSession(), butlerTables(butler, ['run/b', 'run/a']))
  const result = await session.query(
    'SELECT visit, band, sum(flux) AS total FROM src GROUP BY ALL ORDER BY visit',
  )
  expect(
    Array.from({ length: result.numRows }, (_, i) => [
      Number(result.get('visit', i)),
      result.get('band', i),
      result.get('total', i),
    ]),
  ).toEqual([
    [1, 'r', 10],
    [2, 'r', 4],
  ])
  await expect(session.query('SELECT * FROM srcs')).rejects.toMatchObject({ code: 'sql/no-such-table' })
  await session.close()
})

test('members of an archive are files of a table', async () => {
  const butler = await aRepository()
  const dimensions = ['instrument', 'visit', 'detector']
  await butler.registry.registerDatasetType({ name: 'src', dimensions, storageClass: 'ArrowAstropy' })
  const ref = await butler.put(
    fluxes(1, 2),
    'src',
    { instrument: 'Cam', visit: 1, detector: 1 },
    { run: 'run/a' },
  )
  const zip = await retrieveZip(butler.repository, [ref], tempFolder())
  await butler.pruneDatasets([ref], { unstore: true, purge: true, disassociate: true })
  await ingestZip(butler.repository, zip, { transfer: 'copy' })
  const session = sqlOver(await openCatalogSession(), butlerTables(butler, ['run/a']))
  const result = await session.query('SELECT sum(flux) AS total FROM src WHERE visit = 1')
  expect(result.get('total', 0)).toBe(3)
  await session.close()
})

/** Visits 3 to 100 of `Cam` with exposure times 10, 20 … 50 s, and an `src` of two rows for each of their 10 detectors. */
async function aSurvey() {
  const butler = await aRepository()
  const { registry } = butler
  const instrument = 'Cam'
  const visits = Array.from({ length: 100 }, (_, i) => i + 3)
  await registry.insertDimensionData(
    'detector',
    [4, 5, 6, 7, 8, 9, 10].map((id) => ({
      instrument,
      id,
      full_name: `D${id}`,
      purpose: id > 8 ? 'GUIDER' : 'SCIENCE',
    })),
  )
  const begin = Instant.fromIso('2024-02-01T05:00:00')
  await registry.insertDimensionData(
    'visit',
    visits.map((id) => ({
      instrument,
      id,
      name: `V${id}`,
      day_obs: 20240201,
      physical_filter: 'Cam-R',
      exposure_time: 10 * (1 + (id % 5)),
      timespan: Timespan.between(begin.plusSeconds(60 * id), begin.plusSeconds(60 * id + 30)),
    })),
  )
  await registry.registerDatasetType({
    name: 'src',
    dimensions: ['instrument', 'visit', 'detector'],
    storageClass: 'ArrowAstropy',
  })
  const rows: { visit: number; detector: number; flux: number }[] = []
  const type = await butler.getDatasetType('src')
  const folder = tempFolder()
  const files: FileDataset[] = []
  for (const visit of visits)
    for (let detector = 1; detector <= 10; detector++) {
      const values = [visit + detector / 100, visit - detector / 100]
      const path = join(folder, `${visit}_${detector}.parq`)
      writeFileSync(path, writeParquet(fluxes(...values)))
      const id = new DataCoordinate(type.dimensions, { instrument, visit, detector }, false)
      files.push({ path, refs: [new DatasetRef(type, id, 'run/a', randomUUID())] })
      rows.push(...values.map((flux) => ({ visit, detector, flux })))
    }
  await butler.ingest(files, { transfer: 'direct' })
  return { butler, rows }
}

test('of 1000 files a query opens those its WHERE and its joins with dimension records admit', async () => {
  const { butler, rows } = await aSurvey()
  const session = sqlOver(await openCatalogSession(), butlerTables(butler, ['run/a']))
  const plain = await openCatalogSession()
  await plain.registerCatalog(
    'src',
    Catalog.fromColumns(
      [
        { name: 'visit', type: 'i64' },
        { name: 'detector', type: 'i64' },
        { name: 'flux', type: 'f64' },
      ],
      {
        visit: rows.map((r) => r.visit),
        detector: rows.map((r) => r.detector),
        flux: rows.map((r) => r.flux),
      },
    ),
  )
  const refs = await butler.queryDatasets('src', { collections: 'run/a', limit: null })
  const first = { visit: Number(refs[0]!.dataId['visit']), detector: Number(refs[0]!.dataId['detector']) }
  await session.query('CREATE VIEW bright AS SELECT * FROM src WHERE flux > 20')
  const sums = 'SELECT count(*) AS n, sum(flux) AS total'
  const cases: readonly (readonly [string, string, (visit: number, detector: number) => boolean, number])[] =
    [
      [
        `${sums} FROM src WHERE visit = 44 AND detector IN (2, 3)`,
        `${sums} FROM src WHERE visit = 44 AND detector IN (2, 3)`,
        (v, d) => v === 44 && (d === 2 || d === 3),
        2,
      ],
      [
        `${sums} FROM src JOIN visit USING (instrument, visit) WHERE exposure_time > 45 AND flux > 20`,
        `${sums} FROM src WHERE visit % 5 = 4 AND flux > 20`,
        (v) => v % 5 === 4,
        200,
      ],
      [
        `${sums} FROM src s JOIN visit v USING (visit) JOIN detector d ON d.detector = s.detector
        WHERE d.purpose = 'GUIDER' AND v.timespan_begin < TIMESTAMP '2024-02-01 05:05:00'`,
        `${sums} FROM src WHERE visit < 5 AND detector > 8`,
        (v, d) => v < 5 && d > 8,
        4,
      ],
      [
        `WITH q AS (SELECT * FROM src) ${sums} FROM q WHERE visit = 44`,
        `${sums} FROM src WHERE visit = 44`,
        (v) => v === 44,
        10,
      ],
      [
        `WITH q AS (SELECT * FROM src JOIN visit USING (instrument, visit)) ${sums} FROM q WHERE exposure_time > 45`,
        `${sums} FROM src WHERE visit % 5 = 4`,
        // The first file tells the columns, of which one could be named exposure_time.
        (v, d) => v % 5 === 4 || (v === first.visit && d === first.detector),
        200,
      ],
      [
        `${sums} FROM bright WHERE visit IN (SELECT visit FROM visit WHERE exposure_time > 45) AND detector IN (1, 7)`,
        `${sums} FROM src WHERE visit % 5 = 4 AND detector IN (1, 7) AND flux > 20`,
        (v, d) => v % 5 === 4 && (d === 1 || d === 7),
        40,
      ],
      [`${sums} FROM src`, `${sums} FROM src`, () => true, 1000],
    ]
  for (const [sql, same, admits, count] of cases) {
    const gone = refs.filter(({ dataId }) => !admits(Number(dataId['visit']), Number(dataId['detector'])))
    const paths = await Promise.all(gone.map(async (ref) => new URL(await butler.getUri(ref))))
    for (const path of paths) renameSync(path, new URL(`${path.href}.away`))
    const told: number[] = []
    const found = await session.query(sql, [], { onTable: (_, { admitted }) => told.push(admitted) })
    for (const path of paths) renameSync(new URL(`${path.href}.away`), path)
    const wanted = await plain.query(same)
    expect([told, found.get('n', 0)]).toEqual([[count], wanted.get('n', 0)])
    // Sums of 2000 numbers below 103 in another order: rounding stays below 2000 × 2^-53 × 1e5.
    expect(Math.abs(Number(found.get('total', 0)) - Number(wanted.get('total', 0)))).toBeLessThan(1e-7)
  }
  await session.close()
  await plain.close()
})

test('dimension records are tables with units and docs; the error for a wrong name knows the near one', async () => {
  const butler = await aRepository()
  const session = sqlOver(await openCatalogSession(), butlerTables(butler, ['run/a']))
  const visits = await session.query(
    'SELECT visit, exposure_time, timespan_begin, region FROM visit ORDER BY visit',
  )
  expect(visits.numRows).toBe(2)
  expect(visits.schema.get('exposure_time')).toMatchObject({
    type: 'f64',
    unit: 's',
    doc: expect.stringContaining('total exposure time') as string,
  })
  expect(visits.get('timespan_begin', 0)).toBe(Instant.fromIso('2024-02-01T01:00:00').ns)
  expect(visits.get('region', 0)).toMatch(/^CIRCLE 9\.(?:8|79)/)
  const patches = await session.query(
    'SELECT skymap, tract, patch, cell_x FROM patch JOIN tract USING (skymap, tract) WHERE cell_y = 1 ORDER BY patch',
  )
  expect([...patches.rows()].map((row) => row['patch'])).toEqual([2n, 3n])
  const bands = await session.query(
    'SELECT band, physical_filter FROM band JOIN physical_filter USING (band)',
  )
  expect([...bands.rows()]).toEqual([{ band: 'r', physical_filter: 'Cam-R' }])
  await expect(session.query('SELECT exposure_tim FROM visit')).rejects.toMatchObject({
    code: 'sql/no-such-column',
    message: expect.stringContaining("Did you mean 'exposure_time'?") as string,
  })
  await expect(session.query('SELECT 1 FROM visits')).rejects.toThrow("Did you mean 'visit'?")
  await expect(session.query('SELECT 1 FROM note')).rejects.toMatchObject({
    code: 'sql/not-a-table',
    message: "The dataset type 'note' is no table: it holds StructuredDataDict.",
    hint: "Read one with butler.get('note', { instrument: …, detector: …, visit: … }).",
  })
  await session.close()
})

test('a calibration has a row for each time over which a search finds it, and joins with exposures on time', async () => {
  const butler = await aRepository()
  const { registry, collections } = butler
  await registry.registerDatasetType({
    name: 'lut',
    dimensions: ['instrument', 'detector'],
    storageClass: 'ArrowAstropy',
    isCalibration: true,
  })
  await collections.register('run/c')
  await collections.register('calib', 'CALIBRATION')
  const put = (run: string, gain: number) =>
    butler.put(fluxes(gain), 'lut', { instrument: 'Cam', detector: 1 }, { run })
  const [early, late] = [await put('run/a', 1), await put('run/b', 2)]
  await put('run/c', 3)
  const at = (time: string) => Instant.fromIso(`2024-02-01T${time}`)
  await butler.registry.certify('calib', [early], Timespan.between(null, at('01:30:00')))
  await butler.registry.certify('calib', [late], Timespan.between(at('01:30:00'), null))
  // Of the second one two times are left.
  await butler.registry.decertify('calib', 'lut', Timespan.between(at('03:00:00'), at('04:00:00')))
  const session = sqlOver(await openCatalogSession(), butlerTables(butler, ['calib', 'run/c']))
  const rows = await session.query(
    'SELECT flux, validity_begin, validity_end FROM lut ORDER BY validity_begin',
  )
  expect([...rows.rows()].map((row) => Object.values(row))).toEqual([
    [1, 0n, at('01:30:00').ns],
    [2, at('01:30:00').ns, at('03:00:00').ns],
    [3, at('03:00:00').ns, at('04:00:00').ns],
    [2, at('04:00:00').ns, Timespan.all.nsec[1]],
  ])
  const told: number[] = []
  const joined = await session.query(
    `SELECT exposure, flux FROM lut l JOIN exposure e USING (instrument)
     WHERE e.timespan_begin >= l.validity_begin AND e.timespan_begin < l.validity_end AND exposure = 1`,
    [],
    { onTable: (_, { admitted }) => told.push(admitted) },
  )
  expect([told, [...joined.rows()]]).toEqual([[1], [{ exposure: 1n, flux: 1 }]])
  const pruned = await session.query(
    "SELECT flux FROM lut WHERE validity_begin = TIMESTAMP '2024-02-01 03:00:00'",
  )
  expect([...pruned.rows()]).toEqual([{ flux: 3 }])
  await session.close()
})
