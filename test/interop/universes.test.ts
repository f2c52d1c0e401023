import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { type Butler, type DimensionRecord, exportRepository, importRepository, packDataId } from '#butler'
import { createNodeButler, openNodeButler } from '#platform/node'
import { python } from '../support/python.ts'
import { tempFolder } from '../support/repository.ts'

vi.setConfig({ testTimeout: 240_000 })

/** Those that differ most; all of them with FIRSTLIGHT_ALL_UNIVERSES. */
const VERSIONS = process.env['FIRSTLIGHT_ALL_UNIVERSES'] === undefined ? [0, 2, 5] : [0, 1, 2, 3, 4, 5, 6, 7]

/** Repositories of every older universe, as the real Butler makes them from the definitions that it ships. */
const MAKE = `
import json, os, sys
import astropy.time
import lsst.daf.butler
from lsst.daf.butler import Butler, DatasetType, DimensionConfig, Timespan
from lsst.sphgeom import Circle, UnitVector3d, Angle
old = os.path.join(os.path.dirname(lsst.daf.butler.__file__), "configs", "old_dimensions")
out = {}
for version in json.loads(sys.argv[2]):
    root = os.path.join(sys.argv[1], str(version))
    Butler.makeRepo(root, dimensionConfig=DimensionConfig(os.path.join(old, f"daf_butler_universe{version}.yaml")))
    b = Butler.from_config(root, run="run", writeable=True)
    u = b.dimensions
    def add(element, **row):
        fields = u[element].RecordClass.fields.names
        b.registry.insertDimensionData(element, {k: v for k, v in row.items() if k in fields})
    t = [astropy.time.Time(x, scale="tai", format="isot") for x in ("2024-02-01T01:00:00", "2024-02-01T01:00:30")]
    span, region = Timespan(*t), Circle(UnitVector3d(1, 0, 0), Angle(0.01))
    add("instrument", name="C", detector_max=10, visit_max=100, exposure_max=100, class_name="x", visit_system=0)
    add("physical_filter", instrument="C", name="C-R", band="r")
    for i in (1, 2):
        add("detector", instrument="C", id=i, full_name=f"d{i}")
    if "group" in u.dimensions.names:
        add("group", instrument="C", name="g")
        add("day_obs", instrument="C", id=20240201, timespan=Timespan.from_day_obs(20240201))
    add("visit_system", instrument="C", id=0, name="one")
    row = dict(instrument="C", id=7, name="v7", obs_id="e7", physical_filter="C-R", day_obs=20240201, seq_num=1, exposure_time=30.0,
               timespan=span, region=region, group="g", group_name="g", group_id=1, visit_system=0, observation_type="science", target_name="t")
    add("exposure", **row)
    add("visit", **row)
    add("visit_definition", instrument="C", visit=7, exposure=7, visit_system=0)
    ty = DatasetType("note", ["instrument", "visit", "detector"], "StructuredDataDict", universe=u)
    b.registry.registerDatasetType(ty)
    for i in (1, 2):
        b.put({"v": version, "d": i}, ty, instrument="C", visit=7, detector=i)
    out[version] = [
        sorted(u.dimensions.names) if hasattr(u.dimensions, "names") else [],
        [str(r) for r in b.query_dimension_records("visit", instrument="C")[0].toDict()],
        u.commonSkyPix.name,
        len(b.query_data_ids(["visit", "detector"], where="instrument='C' AND visit.timespan OVERLAPS (T'2024-02-01', T'2024-02-02')")),
    ]
print(json.dumps(out))
`

/** What the real Butler makes of our exports in a repository of its newest universe. */
const IMPORT = `
import json, os, sys, warnings
from lsst.daf.butler import Butler
warnings.simplefilter("ignore")
out = {}
for version in json.loads(sys.argv[2]):
    root = os.path.join(sys.argv[1], version + "-there")
    Butler.makeRepo(root)
    b = Butler.from_config(root, writeable=True)
    source = os.path.join(sys.argv[1], version)
    b.import_(directory=source, filename=os.path.join(source, "export.yaml"), transfer="copy")
    assert [b.get("note", instrument="C", visit=7, detector=d, collections="run")["d"] for d in (1, 2)] == [1, 2]
    def fields(r):
        return {k: v for k, v in r.toDict().items() if k not in ("region", "timespan")}
    out[version] = [fields(b.query_dimension_records("visit", instrument="C")[0]), [fields(r) for r in b.query_dimension_records("day_obs", explain=False)]]
print(json.dumps(out))
`

/** Fields that every universe has. */
const kept = ({ fields }: DimensionRecord) => ({
  id: fields['id'],
  name: fields['name'],
  seq_num: fields['seq_num'] ?? null,
})

async function describe(butler: Butler) {
  const [visit] = await butler.queryDimensionRecords('visit', { where: "instrument='C'" })
  const members = await butler.queryDimensionRecords('visit_system_membership', { explain: false })
  const notes = await butler.queryDatasets('note', { collections: 'run', orderBy: 'detector' })
  return {
    visit: { ...kept(visit!), region: visit!.region!.encode(), day_obs: visit!.fields['day_obs'] },
    memberships: members.map((record) => record.fields),
    notes: await Promise.all(notes.map((ref) => butler.get(ref))),
  }
}

test('repositories of older universes are read, and exported into one of the newest', async () => {
  const folder = join(tempFolder(), 'universes')
  mkdirSync(folder)
  const made = JSON.parse(python(MAKE, folder, JSON.stringify(VERSIONS))) as Record<
    string,
    [string[], string[], string, number]
  >
  const exports: (readonly [version: string, text: string])[] = []
  for (const [version, [dimensions, fields, skypix, count]] of Object.entries(made)) {
    const root = join(folder, version)
    const butler = await openNodeButler(root, { collections: 'run' })
    expect(butler.dimensions.version).toBe(Number(version))
    for (const name of dimensions)
      expect(butler.dimensions.isDimension(name), `${version} ${name}`).toBe(true)
    const [visit] = await butler.queryDimensionRecords('visit', { where: "instrument='C'" })
    expect(new Set([...Object.keys(visit!.fields), 'region', 'timespan'])).toEqual(new Set(fields))
    expect(visit!.timespan!.toString()).toBe('[2024-02-01T01:00:00, 2024-02-01T01:00:30)')
    const found = await butler.queryDatasets('note', {
      where: "instrument='C' AND visit.timespan OVERLAPS (T'2024-02-01', T'2024-02-02') AND band='r'",
      orderBy: 'detector',
      withDimensionRecords: true,
    })
    expect(found).toHaveLength(count)
    expect(await Promise.all(found.map((ref) => butler.get(ref)))).toEqual(
      [1, 2].map((d) => ({ v: Number(version), d })),
    )
    expect(butler.dimensions.commonSkypix).toBe(skypix)
    const packed = packDataId('visit_detector', found[1]!.coordinate)
    expect([packed.packed, packed.bits]).toEqual([72, 10])
    const files = { directory: root, transfer: 'copy' as const }
    const text = await exportRepository(butler.repository, { datasets: found, collections: ['run'] })
    const newest = await createNodeButler(join(folder, `${version}-in-8`))
    await importRepository(newest.repository, text, 'export.yaml', files)
    expect(await describe(newest), version).toEqual({
      visit: { ...kept(visit!), region: visit!.region!.encode(), day_obs: 20240201 },
      // Until universe 2 a column of the visit.
      memberships: Number(version) < 2 ? [{ instrument: 'C', visit: 7, visit_system: 0 }] : [],
      notes: [1, 2].map((d) => ({ v: Number(version), d })),
    })
    exports.push([version, text])
    await newest.close()
    await butler.close()
  }
  for (const [version, text] of exports) writeFileSync(join(folder, version, 'export.yaml'), text)
  const theirs = JSON.parse(
    python(IMPORT, folder, JSON.stringify(exports.map(([v]) => v)))
      .split('\n')
      .at(-2)!,
  )
  for (const [version] of exports) {
    const ours = await openNodeButler(join(folder, `${version}-in-8`))
    const [visit] = await ours.queryDimensionRecords('visit', { where: "instrument='C'" })
    const days = await ours.queryDimensionRecords('day_obs', { explain: false })
    expect([visit!.fields, days.map((day) => day.fields)], version).toEqual(
      (theirs as Readonly<Record<string, unknown>>)[version],
    )
    await ours.close()
  }
})
