import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openNodeButler } from '#platform/node'
import { python } from '../support/python.ts'
import { tempFolder } from '../support/repository.ts'

/** Names of runs and of detectors. */
const NAMES = [
  'u/some__one',
  'a#b',
  'a%41b',
  'a%2541',
  'a%zz%',
  'a%3Fb',
  '%FFx',
  'é%C3%A9 e\u0301/😀',
  'x/../y',
  './q//r/',
  '/abs',
  '..a/b.c',
  'p%2F..%2Fq',
  't?q:*"<|>\\',
  'semi;colon&a=b+c,d@e~f',
  'new\nline\ttab',
  "[x]{y}'",
]
/** The real one cannot put these, or reads another file: names that only ours has. */
const OURS = ['z%23b', 'a#b%41/c', '~/t', '$HOME/q', 'a$HOME', '$X_DIR/foo', '%24HOME']

const MAKE = `
import json, sys
from lsst.daf.butler import Butler, DatasetType
root, names = sys.argv[1], json.loads(sys.argv[2])
Butler.makeRepo(root)
b = Butler.from_config(root, writeable=True)
b.registry.insertDimensionData("instrument", dict(name="C", detector_max=999, visit_max=9, exposure_max=9, class_name="x"))
for i, name in enumerate(["d1", "d2", *names]):
    b.registry.insertDimensionData("detector", dict(instrument="C", id=i, full_name=name))
b.registry.registerDatasetType(DatasetType("note", ["instrument", "detector"], "StructuredDataDict", universe=b.dimensions))
paths = {}
def put(run, detector):
    b.collections.register(run)
    ref = b.put({"n": 1}, "note", instrument="C", detector=detector, run=run)
    return [str(ref.id), next(iter(b._datastore._table.fetch(dataset_id=ref.id)))["path"]]
for i, name in enumerate(names):
    paths[name] = [put(name, 0), put(f"real{i}", i + 2)]
print(json.dumps(paths))
`

const READ = `
import json, sys, uuid
from lsst.daf.butler import Butler
b = Butler.from_config(sys.argv[1])
print(json.dumps([b.get(b.get_dataset(uuid.UUID(id)))["n"] for id in json.loads(sys.argv[2])]))
`

test('files have the names that the real Butler gives them, whatever is in a name; either reads what the other wrote', async () => {
  const root = join(tempFolder(), 'repo')
  const made = JSON.parse(python(MAKE, root, JSON.stringify(NAMES))) as Record<
    string,
    readonly (readonly [string, string])[]
  >
  const butler = await openNodeButler(root, { writeable: true })
  const [store] = butler.repository.datastore.fileStores
  const put = async (run: string, detector: number, n: string) => {
    await butler.collections.register(run)
    const ref = await butler.put({ n }, 'note', { instrument: 'C', detector }, { run })
    return [ref.id, (await store!.records.of(ref.id))[0]!.path] as const
  }
  const written: (readonly [name: string, id: string])[] = []
  for (const [i, name] of NAMES.entries()) {
    const [inRun, ofDetector] = made[name]!
    for (const [id] of [inRun!, ofDetector!])
      expect(await butler.get((await butler.getDataset(id))!), name).toEqual({ n: 1 })
    const [id, path] = await put(name, 1, name)
    expect(path, name).toBe(inRun![1].replace('_d1_', '_d2_'))
    const [other, itsPath] = await put(`ours${i}`, i + 2, name)
    expect(itsPath, name).toBe(ofDetector![1].replaceAll(`real${i}`, `ours${i}`))
    written.push([name, id], [name, other])
  }
  for (const name of OURS) written.push([name, (await put(name, 1, name))[0]])
  for (const [name, id] of written)
    expect(await butler.get((await butler.getDataset(id))!), name).toEqual({ n: name })
  await butler.close()
  expect(JSON.parse(python(READ, root, JSON.stringify(written.map(([, id]) => id))))).toEqual(
    written.map(([name]) => name),
  )
})
