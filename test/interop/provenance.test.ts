import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { defineConfig } from '#config'
import { Box2I } from '#geom'
import { Exposure, MaskedImage } from '#image'
import { definePipelineTask, input, output, TaskRegistry } from '#pipeline'
import { openNodeButler } from '#platform/node'
import { Catalog } from '#table'
import { type RepositoryMaster, unpackRepository } from '../support/fl-repository.ts'
import { pipetask } from '../support/pipetask.ts'
import { python } from '../support/python.ts'

const IED = ['instrument', 'exposure', 'detector']

/** Reads two frames and writes a catalog after the first, an exposure after both. */
const Tracing = definePipelineTask({
  className: 'twins.Tracing',
  defaultName: 'tracing',
  dimensions: ['instrument', 'exposure'],
  config: defineConfig({ name: 'twins.TracingConfig', fields: {} }),
  connections: {
    frames: input({
      doc: '-',
      storageClass: 'StructuredDataDict',
      name: 'raw',
      dimensions: IED,
      multiple: true,
    }),
    sources: output({
      doc: '-',
      storageClass: 'ArrowAstropy',
      name: 'traced_src',
      dimensions: ['instrument', 'exposure'],
    }),
    image: output({
      doc: '-',
      storageClass: 'ExposureF',
      name: 'traced',
      dimensions: ['instrument', 'exposure'],
    }),
  },
  run: () => {
    throw new Error('runQuantum does it')
  },
  async runQuantum(io, context) {
    const [first, second] = io.inputs['frames']!
    expect(() => context.addProvenance(first!, { weight: 0.5 })).toThrow(/has not been read/)
    await io.get(first!)
    context.addProvenance(first!, { weight: 0.5, good: true })
    expect(() => context.addProvenance(first!, { RUN: 'x' })).toThrow(/RUN/)
    await io.put(
      Catalog.fromColumns([{ name: 'id', type: 'i64' }], { id: BigInt64Array.of(1n) }),
      io.outputs['sources']![0]!,
    )
    await io.get(second!)
    await io.put(new Exposure(MaskedImage.ofBox(new Box2I(0, 0, 4, 3))), io.outputs['image']![0]!)
  },
})

const READ = `
import json, sys
from astropy.io import fits
from lsst.daf.butler import Butler, DatasetProvenance
with Butler.from_config(sys.argv[1], collections="u/traced") as butler:
    told = []
    image = fits.getheader(butler.getURI("traced", instrument="HSC", exposure=903334).ospath)
    keep = {"strip_astropy_meta_yaml": False}
    table = butler.get("traced_src", instrument="HSC", exposure=903334, parameters=keep)
    for flat in (table.meta, dict(image)):
        found, ref = DatasetProvenance.from_flat_dict(flat, butler)
        told.append([str(ref.id), str(found.quantum_id), [str(i.id) for i in found.inputs],
                     [{k.lower(): v for k, v in found.extras.get(i.id, {}).items()} for i in found.inputs]])
    print(json.dumps(told))
`

let master: RepositoryMaster
beforeAll(() => {
  master = unpackRepository()
})
afterAll(() => master.remove())

test('the real DatasetProvenance reads from our files what they were made of', {
  timeout: 60_000,
}, async () => {
  const { root, work } = master.copy()
  const pipeline = join(work, 'traced.yaml')
  writeFileSync(pipeline, 'description: traced\ntasks:\n  tracing: twins.Tracing\n')
  const where = "instrument='HSC' AND exposure=903334 AND detector IN (4, 5)"
  const run = await pipetask(
    [
      'pipetask',
      'run',
      '-b',
      root,
      '-p',
      pipeline,
      '-i',
      'HSC/defaults',
      '-o',
      'u/traced',
      '-d',
      where,
    ].concat('--register-dataset-types'),
    {},
    new TaskRegistry().add(Tracing),
  )
  expect(run.rc, run.stderr).toBe(0)
  const butler = await openNodeButler(root)
  const refs = await butler.queryDatasets('raw', { collections: 'HSC/raw/all', where, limit: null })
  const [first, second] = refs.toSorted((a, b) => Number(a.dataId['detector']) - Number(b.dataId['detector']))
  const made = { collections: 'u/traced' }
  const about = { instrument: 'HSC', exposure: 903334 }
  const [catalog, image] = [
    await butler.findDataset('traced_src', about, made),
    await butler.findDataset('traced', about, made),
  ]
  await butler.close()
  const [sources, frame] = JSON.parse(python(READ, root)) as readonly (readonly [
    string,
    string,
    unknown,
    unknown,
  ])[]
  const extra = { weight: 0.5, good: true }
  expect(sources).toEqual([catalog!.id, expect.stringMatching(/^[0-9a-f-]{36}$/), [first!.id], [extra]])
  expect(frame).toEqual([image!.id, sources![1], [first!.id, second!.id], [extra, {}]])
})
