import { beforeAll, describe, expect, test } from 'vitest'
import type { RepositoryData } from '../../kernel/protocol/repository-data.ts'
import { collectData } from '../../kernel/data/collect.ts'
import { dataCompletions } from '../../kernel/data/complete.ts'
import { declarationsOf } from '../../kernel/data/declarations.ts'
import { dataInspect } from '../../kernel/data/inspect.ts'
import { Catalog } from '#table'
import { Instant, Timespan } from '#time'
import { aRepository } from '../support/repository.ts'

let data: RepositoryData
beforeAll(async () => {
  const butler = await aRepository()
  await butler.registry.registerDatasetType({
    name: 'src',
    dimensions: ['instrument', 'visit', 'detector'],
    storageClass: 'ArrowAstropy',
  })
  const flux = { name: 'flux', type: 'f64', unit: 'nJy', doc: 'PSF flux */' } as const
  const catalog = Catalog.fromColumns([{ name: 'id', type: 'i64' }, flux], { id: [1n], flux: [2] })
  await butler.put(catalog, 'src', { instrument: 'Cam', visit: 1, detector: 2 }, { run: 'run/a' })
  data = await collectData(await butler.clone({ collections: ['run/a'] }))
})

test('a calibration with several validity ranges hinders nothing', async () => {
  const butler = await aRepository()
  await butler.registry.registerDatasetType({
    name: 'defects',
    dimensions: ['instrument', 'detector'],
    storageClass: 'ArrowAstropy',
    isCalibration: true,
  })
  await butler.collections.register('calib', 'CALIBRATION')
  const catalog = Catalog.fromColumns([{ name: 'x0', type: 'i64' }], { x0: [1n] })
  for (const [i, run] of ['run/a', 'run/b'].entries()) {
    const ref = await butler.put(catalog, 'defects', { instrument: 'Cam', detector: 1 }, { run })
    const [begin, end] = [2012, 2013, 2014].slice(i).map((year) => Instant.fromIso(`${year}-01-01`, 'tai'))
    await butler.registry.certify('calib', [ref], Timespan.between(begin!, end!))
  }
  const { tables } = await collectData(await butler.clone({ collections: ['calib'] }))
  expect(tables.find(({ name }) => name === 'defects')?.columns.map(({ name }) => name)).toContain('x0')
})

/** Texts offered where the bar stands. */
const offered = (code: string): readonly string[] | undefined => {
  const cursor = [...code].indexOf('|')
  return dataCompletions(data, code.replace('|', ''), cursor)?.matches.map(({ text }) => text)
}
const inspected = (code: string): string | undefined => {
  const cursor = [...code].indexOf('|')
  const result = dataInspect(data, { code: code.replace('|', ''), cursor, detail: 0 })
  return result?.data['text/plain'] as string | undefined
}

describe('in calls of the butler', () => {
  test.each([
    ["butler.get('|", ['bias', 'note', 'src']],
    ["await butler.get( 's|'", ['src']],
    ["butler.get('src.ro|", ['src.rowcount']],
    ["butler.queryDatasets('src.|", []],
    ["butler.put(value, 'no|", ['note']],
    ["butler.get('src', { |", ['instrument', 'detector', 'visit']],
    ["butler.get('src', { instrument: 'Cam', vi|", ['visit']],
    ["butler.get('src', { visit: |", ['1', '2']],
    ["butler.get('src', { visit: 2|", ['2']],
    ["butler.get('src', { instrument: |", ["'Cam'"]],
    ["butler.get('src', { instrument: '|", ['Cam']],
    ["butler.get('bias', { detector: 1, ex|", ['exposure']],
    ['const id = { detector: 3|', ['3']],
  ])('%s', (code, wanted) => {
    const found = offered(code) ?? []
    expect(wanted.length === 0 ? found : found.slice(0, wanted.length)).toEqual(wanted)
  })

  test('nothing is offered elsewhere', () => {
    expect(offered("other.get('|")).toBeUndefined()
    expect(offered('const sqlText = `SELECT |`')).toBeUndefined()
    expect(offered('sql`SELECT ${va|lue}`')).toBeUndefined()
  })
})

describe('in SQL', () => {
  test.each([
    ['sql`SELECT * FROM s|`', ['src', 'skymap', 'subfilter']],
    ['sql`SELECT fl| FROM src`', ['flux', 'floor']],
    [
      'sql`SELECT a.| FROM src AS a`',
      ['instrument', 'detector', 'visit', 'band', 'day_obs', 'physical_filter', 'id', 'flux'],
    ],
    ['%%sql bright\nSELECT v.exposure_t| FROM src JOIN visit v USING (visit)', ['exposure_time']],
    ['const 𝛼 = await sql`SELECT * FROM src WHERE det|`', ['detector', 'detector']],
    [
      '%sql SELECT * FROM vis|',
      ['visit', 'visit_definition', 'visit_detector_region', 'visit_system', 'visit_system_membership'],
    ],
  ])('%s', (code, wanted) => {
    expect([...(offered(code) ?? [])].sort()).toEqual([...wanted].sort())
  })

  test('columns show unit, type and doc; the cursor may stand behind astral letters', () => {
    expect(inspected('const 𝛼 = await sql`SELECT fl|ux FROM src`')).toBe('src.flux: f64 [nJy]\n\nPSF flux */')
    expect(inspected('%%sql\nSELECT * FROM s|rc')).toMatch(
      /^src: dataset type by instrument, detector, visit .*\n {2}instrument/s,
    )
    expect(inspected('sql`SELECT nothing| FROM src`')).toBeUndefined()
  })
})

test('declarations hold values, parts and data IDs, and no doc ends its comment', () => {
  const text = declarationsOf(data)
  expect(text).toContain('"src": { readonly value: Catalog; readonly id: DataIdOf_instrument_detector_visit')
  expect(text).toContain('"src.rowcount": { readonly value: number')
  expect(text).toMatch(/readonly "visit"\?: 1 \| 2 \| /)
  expect(text).toContain("import type { Catalog, Schema } from '#table'")
  expect(text.match(/\/\*\*/g)).toHaveLength(text.match(/\*\/$/gm)?.length ?? 0)
})
