import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { checkRepository, mendable, unmendable } from '#butler'
import { openNodeButler } from '#platform/node'
import { python } from '../support/python.ts'
import { tempFolder } from '../support/repository.ts'

vi.setConfig({ testTimeout: 120_000 })

const CONFIG = `
storageClasses:
  PlainDict: {pytype: dict}
  PlainList: {pytype: list}
  Metrics:
    pytype: lsst.daf.butler.tests.MetricsExample
    delegate: lsst.daf.butler.tests.MetricsDelegate
    components: {summary: PlainDict, output: PlainDict, data: PlainList}
datastore:
  cls: lsst.daf.butler.datastores.chainedDatastore.ChainedDatastore
  datastore_constraints:
  - constraints: {accept: [nothing_of_this_name]}
  - constraints: {accept: [all]}
  - constraints: {reject: [secret]}
  datastores:
  - cls: lsst.daf.butler.datastores.inMemoryDatastore.InMemoryDatastore
  - datastore:
      cls: lsst.daf.butler.datastores.fileDatastore.FileDatastore
      records: {table: whole_records}
      formatters: {Metrics: lsst.daf.butler.formatters.json.JsonFormatter}
      constraints: {reject: [metrics]}
  - datastore:
      cls: lsst.daf.butler.datastores.fileDatastore.FileDatastore
      records: {table: part_records}
      formatters:
        PlainDict: lsst.daf.butler.formatters.yaml.YamlFormatter
        PlainList: lsst.daf.butler.formatters.json.JsonFormatter
      composites: {disassembled: {Metrics: true}}
`

const MAKE = `
import sys
from lsst.daf.butler import Butler, Config, DatasetType
from lsst.daf.butler.tests import MetricsExample
root, config = sys.argv[1:]
Butler.makeRepo(root, config=Config.fromYaml(config))
b = Butler.from_config(root, run="real", writeable=True)
b.registry.insertDimensionData("instrument", dict(name="C", detector_max=9, visit_max=9, exposure_max=9, class_name="x"))
for i in range(4):
    b.registry.insertDimensionData("detector", dict(instrument="C", id=i, full_name=f"d{i}"))
for name, cls in (("note", "StructuredDataDict"), ("secret", "StructuredDataDict"), ("metrics", "Metrics")):
    b.registry.registerDatasetType(DatasetType(name, ["instrument", "detector"], cls, universe=b.dimensions))
for i in (1, 2):
    b.put({"real": i}, "note", instrument="C", detector=i)
b.put({"hidden": 1}, "secret", instrument="C", detector=1)
b.put(MetricsExample({"a": 1}, {"b": {"c": 2.5}}, [1, 2, 3]), "metrics", instrument="C", detector=1)
`

const READ = `
import json, sys
from lsst.daf.butler import Butler
b = Butler.from_config(sys.argv[1], collections=["ours"])
at = dict(instrument="C", detector=3)
m = b.get("metrics", **at)
first, second = [d for d in b._datastore.datastores if hasattr(d, "root")]
refs = {t: b.find_dataset(t, **at) for t in ("note", "secret", "metrics")}
print(json.dumps({
    "metrics": [m.summary, m.output, m.data],
    "parts": [b.get("metrics.summary", **at), b.get("metrics.data", **at)],
    "where": {t: [d.exists(r) for d in (first, second)] for t, r in refs.items()},
    "files": sorted(uri.basename() for uri in b.getURIs("metrics", **at).componentURIs.values()),
    "notes": [b.get("note", **at), b.get("secret", **at)],
    "pruned": b.exists("note", instrument="C", detector=1, collections="real").value,
}))
`

test('a chain of the real Butler, one member with datasets in parts, is read and written by us and read by it again', async () => {
  const root = join(tempFolder(), 'repo')
  python(MAKE, root, CONFIG)
  const butler = await openNodeButler(root, { writeable: true, collections: ['real'] })
  const at = (detector: number) => ({ instrument: 'C', detector })
  expect(await butler.get('note', at(2))).toEqual({ real: 2 })
  expect(await butler.get('secret', at(1))).toEqual({ hidden: 1 })
  const metrics = { summary: { a: 1 }, output: { b: { c: 2.5 } }, data: [1, 2, 3] }
  expect(await butler.get('metrics', at(1))).toEqual(metrics)
  expect(await butler.get('metrics.output', at(1))).toEqual({ b: { c: 2.5 } })
  expect((await butler.getUri('metrics.data', at(1))).replace(/^.*\//, '')).toBe(
    'metrics_data_C_d1_real.json',
  )
  await butler.collections.register('ours')
  const run = { run: 'ours' }
  await butler.put({ ours: 1 }, 'note', at(3), run)
  await butler.put({ ours: 2 }, 'secret', at(3), run)
  await butler.put({ ...metrics, data: [4] }, 'metrics', at(3), run)
  const [first] = await butler.queryDatasets('note', { where: "instrument = 'C' AND detector = 1" })
  await butler.pruneDatasets([first!], { disassociate: false, unstore: true })
  const report = await checkRepository(butler.repository)
  expect([report.datasets, mendable(report) + unmendable(report)]).toEqual([6, 0])
  await butler.close()
  expect(JSON.parse(python(READ, root))).toEqual({
    metrics: [{ a: 1 }, { b: { c: 2.5 } }, [4]],
    parts: [{ a: 1 }, [4]],
    where: { note: [true, true], secret: [true, false], metrics: [false, true] },
    files: ['metrics_data_C_d3_ours.json', 'metrics_output_C_d3_ours.yaml', 'metrics_summary_C_d3_ours.yaml'],
    notes: [{ ours: 1 }, { ours: 2 }],
    pruned: 1,
  })
})

test('a chain made by us is opened and written by the real Butler', async () => {
  const root = join(tempFolder(), 'repo')
  const { createNodeButler } = await import('#platform/node')
  const { parse } = await import('yaml')
  const made = await createNodeButler(root, { seed: parse(CONFIG) as never })
  await made.registry.insertDimensionData('instrument', [
    { name: 'C', detector_max: 9, visit_max: 9, exposure_max: 9 },
  ])
  await made.registry.insertDimensionData('detector', [{ instrument: 'C', id: 3, full_name: 'd3' }])
  const dimensions = ['instrument', 'detector']
  for (const [name, storageClass] of [
    ['note', 'StructuredDataDict'],
    ['secret', 'StructuredDataDict'],
    ['metrics', 'Metrics'],
  ] as const)
    await made.registry.registerDatasetType({ name, dimensions, storageClass })
  python(WRITE, root)
  const found = { collections: 'theirs' }
  const id = { instrument: 'C', detector: 3 }
  expect(await made.get('metrics', id, found)).toEqual({ summary: { s: 1 }, output: { o: 2 }, data: [7, 8] })
  expect(await made.get('note', id, found)).toEqual({ theirs: 1 })
  const stored = await made.queryDatasets('note', found)
  const both = await Promise.all(
    made.repository.datastore.fileStores.map(async (s) => (await s.records.of(stored[0]!.id)).length),
  )
  expect(both).toEqual([1, 1])
  await made.close()
})

const WRITE = `
import sys
from lsst.daf.butler import Butler
from lsst.daf.butler.tests import MetricsExample
b = Butler.from_config(sys.argv[1], run="theirs", writeable=True)
at = dict(instrument="C", detector=3)
b.put({"theirs": 1}, "note", **at)
b.put(MetricsExample({"s": 1}, {"o": 2}, [7, 8]), "metrics", **at)
`
