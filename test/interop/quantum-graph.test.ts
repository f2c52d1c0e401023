import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Butler, DataCoordinate } from '#butler'
import { type Config, defineConfig } from '#config'
import { defaultContext } from '#core'
import {
  buildPipelineGraph,
  type Connections,
  definePipelineTask,
  input,
  NoWorkFound,
  output,
  parsePipeline,
  type PipelineTask,
  type PipelineTaskDefinition,
  prepareRun,
  prerequisiteInput,
  type QuantaAdjuster,
  TaskRegistry,
} from '#pipeline'
import { openNodeButler } from '#platform/node'
import { Instant, Timespan } from '#time'
import { type RepositoryMaster, unpackRepository } from '../support/fl-repository.ts'
import { python } from '../support/python.ts'

// Hooks that few tasks use, by ours and by the real builder; twins of these tasks are in quantum-graph/real-graphs.py.

const IE = ['instrument', 'exposure']
const IED = [...IE, 'detector']
const IVD = ['instrument', 'visit', 'detector']
const plain = { doc: '-', storageClass: 'StructuredDataDict' }
const seen: Record<string, unknown> = {}

const raw = input({ ...plain, name: 'raw', dimensions: IED, multiple: true })
const refs = prerequisiteInput({
  doc: '-',
  storageClass: 'ArrowAstropy',
  name: 'ps1_pv3_3pi',
  dimensions: ['skypix'],
  multiple: true,
  minimum: 0,
})
const night = prerequisiteInput({
  ...plain,
  name: 'night_cal',
  dimensions: ['instrument'],
  isCalibration: true,
})
const bias = { ...plain, name: 'bias', dimensions: ['instrument', 'detector'], isCalibration: true } as const
const camera = prerequisiteInput({
  ...plain,
  name: 'camera',
  dimensions: ['instrument'],
  isCalibration: true,
})
const colors = input({ ...plain, name: 'colors', dimensions: IVD, multiple: true, minimum: 0 })
const FILTER = ['instrument', 'physical_filter']
const ID = ['instrument', 'detector']
const made = (name: string, dimensions: readonly string[]) =>
  output({ ...plain, name, dimensions, multiple: true })

type Hooks = Pick<
  PipelineTaskDefinition<Connections, Config>,
  'spatialBounds' | 'temporalBounds' | 'adjustAllQuanta' | 'adjustQuantum'
>
const task = (
  label: string,
  dimensions: readonly string[],
  connections: Connections,
  hooks: Hooks = {},
): PipelineTask =>
  definePipelineTask({
    className: `twins.${label}`,
    defaultName: label,
    dimensions,
    connections,
    config: defineConfig({ name: `twins.${label}Config`, fields: {} }),
    run: () => ({}),
    ...hooks,
  })

const byDetector = (a: DataCoordinate, b: DataCoordinate): number =>
  Number(a.get('detector')) - Number(b.get('detector'))

/** Take out quanta without a bias, which would be an error afterwards. */
function withPrerequisites({ dataIds, prerequisites, remove }: QuantaAdjuster): void {
  const biases = (quantum: DataCoordinate): number => prerequisites(quantum)['bias']?.length ?? 0
  seen['quanta'] = dataIds().length
  seen['prerequisites'] = dataIds().map(biases).sort()
  for (const quantum of dataIds()) if (biases(quantum) === 0) remove(quantum)
}

function shared(quanta: QuantaAdjuster): void {
  const [first, second, third] = quanta.dataIds().toSorted(byDetector)
  quanta.remove(third!)
  quanta.addInput(first!, 'raw', quanta.inputs(second!)['raw']![0]!)
  quanta.addPrerequisite(first!, 'bias', quanta.prerequisites(second!)['bias']![0]!)
  quanta.moveOutput(first!, 'made', quanta.outputs(second!)['made']![0]!)
}

const sky = { raw, refs }
const twins = new TaskRegistry()
for (const one of [
  task('sky', IE, { ...sky, made: made('sky_made', IED) }),
  task('made', IE, { ...sky, made: made('made_made', IVD) }, { spatialBounds: ['made'] }),
  task(
    'patches',
    IVD,
    { ...sky, made: made('patches_made', ['instrument', 'skymap', 'tract', 'patch', 'visit']) },
    { spatialBounds: ['made'] },
  ),
  task(
    'tens',
    IVD,
    { raw, made: made('tens_made', IVD) },
    {
      adjustQuantum: (_inputs, _outputs, { dataId }) => {
        if (dataId['detector'] === 10) throw new NoWorkFound('not this one')
      },
    },
  ),
  task(
    'read',
    IE,
    {
      image: input({ ...plain, name: 'tens_made', dimensions: IVD, multiple: true }),
      refs,
      made: made('read_made', IE),
    },
    { spatialBounds: ['image'] },
  ),
  task(
    'day',
    IE,
    { raw, night, made: made('day_made', ['instrument', 'day_obs']) },
    { spatialBounds: ['made'], temporalBounds: ['made'] },
  ),
  task('hour', IE, { raw, night, made: made('hour_made', ['instrument', 'day_obs']) }),
  task('optional', IED, { raw, colors, made: made('optional_made', IED) }),
  task('undated', FILTER, { raw, camera, made: made('undated_made', FILTER) }),
  task('uncertain', ID, {
    raw,
    bias: prerequisiteInput({ ...bias, multiple: true }),
    made: made('uncertain_made', ID),
  }),
  task(
    'removing',
    IED,
    { raw, bias: prerequisiteInput(bias), made: made('removing_made', IED) },
    { adjustAllQuanta: withPrerequisites },
  ),
  task(
    'shared',
    IED,
    { raw, bias: prerequisiteInput({ ...bias, multiple: true }), made: made('shared_made', IED) },
    { adjustAllQuanta: shared },
  ),
])
  twins.add(one)

let master: RepositoryMaster
let butler: Butler
beforeAll(async () => {
  master = unpackRepository()
  butler = await openNodeButler(master.root, { writeable: true })
  const { registry, collections } = butler
  await registry.registerDatasetType({
    name: 'night_cal',
    dimensions: ['instrument'],
    storageClass: 'StructuredDataDict',
    isCalibration: true,
  })
  await collections.register('night/run', 'RUN')
  await collections.register('night/calib', 'CALIBRATION')
  const certified = await registry.insertDatasets('night_cal', [{ instrument: 'HSC' }], { run: 'night/run' })
  // Over before the exposures of that day begin.
  const evening = Timespan.between(null, Instant.fromIso('2013-06-17T12:00:00', 'tai'))
  await registry.certify('night/calib', certified, evening)
  await registry.decertify('HSC/calib', 'bias', Timespan.all, {
    dataIds: [{ instrument: 'HSC', detector: 10 }],
  })
})
afterAll(async () => {
  await butler.close()
  master.remove()
})

const inputs = ['night/calib', 'HSC/defaults']
const where = (detectors: string): string =>
  `instrument='HSC' AND visit=903334 AND detector IN (${detectors})`
const NAMED = ['raw', 'ps1_pv3_3pi', 'night_cal', 'bias', 'camera']

/** As the Python side prints it: inputs by id, outputs by data ID. */
async function graph(
  labels: readonly string[],
  detectors: string,
  condition = where(detectors),
): Promise<unknown> {
  const text = `description: twins\ntasks:\n${labels.map((label) => `  ${label}: twins.${label}\n`).join('')}`
  const host = {
    env: () => undefined,
    exists: () => Promise.resolve(false),
    readText: () => Promise.reject(new Error('no files')),
  }
  const pipeline = await buildPipelineGraph(await parsePipeline(text, { host }), {
    tasks: twins,
    host,
    universe: butler.dimensions,
  })
  const options = { input: inputs, outputRun: 'u/bounds', where: condition }
  const found = (await prepareRun(butler, pipeline, options, defaultContext())).graph
  const key = ({ group, values }: DataCoordinate): string =>
    JSON.stringify(Object.fromEntries(group.required.toSorted().map((name) => [name, values[name]])))
  const ids = (byConnection: typeof found extends Iterable<infer Q> ? Q[keyof Q & 'inputs'] : never) =>
    Object.fromEntries(
      Object.values(byConnection).flatMap((list) =>
        list.length === 0
          ? []
          : [
              [
                list[0]!.datasetType.name,
                list
                  .map((ref) => (NAMED.includes(ref.datasetType.name) ? ref.id : key(ref.coordinate)))
                  .sort(),
              ],
            ],
      ),
    )
  return Object.fromEntries(
    [...found].map((q) => [`${q.label} ${key(q.coordinate)}`, [ids(q.inputs), ids(q.outputs)]]),
  )
}

test('bounds by other connections, and hooks over all quanta, give the graphs of the real builder', {
  timeout: 120_000,
}, async () => {
  const pipelines = ['made', 'patches', 'tens+read', 'day', 'removing', 'shared', 'optional', 'undated']
  const alone = 'visit=903342 OR detector=5'
  const script = join(import.meta.dirname, 'quantum-graph/real-graphs.py')
  const theirs = (...args: readonly string[]) =>
    JSON.parse(python(`import runpy; runpy.run_path(${JSON.stringify(script)})`, ...args)) as [
      Record<string, unknown>,
      unknown,
    ]
  const [real, told] = theirs(
    master.root,
    where('4, 5, 10'),
    inputs.join(),
    ...pipelines,
    'hour',
    'uncertain',
    `tens:${alone}`,
  )
  for (const labels of pipelines)
    expect({ labels, graph: await graph(labels.split('+'), '4, 5, 10') }).toEqual({
      labels,
      graph: real[labels],
    })
  expect(seen).toEqual(told)
  // The instrument is that of the input collections.
  expect(await graph(['tens'], '', alone)).toEqual(real[`tens:${alone}`])
  expect(real['uncertain']).toBe('CalibrationLookupError')
  await expect(graph(['uncertain'], '4')).rejects.toMatchObject({ code: 'butler/calibration-lookup' })
  expect(real['hour']).toBe('FileNotFoundError')
  await expect(graph(['hour'], '4')).rejects.toMatchObject({ code: 'pipeline/missing-prerequisite' })
})

// The real builder gives the same, by a query that names all 131,072 pixels: ten seconds.
test('a task that has no place and no bounds is given the reference catalogs of the whole sky', async () => {
  const shards = await butler.queryDatasets('ps1_pv3_3pi', { collections: inputs, limit: null })
  const found = Object.values((await graph(['sky'], '4')) as object)
  expect(found).toMatchObject([[{ ps1_pv3_3pi: shards.map((ref) => ref.id).sort() }, {}]])
})

test('adjustQuantum may leave out, not bring in; a quantum that would make nothing is left out', async () => {
  const adjusted = (label: string, adjustQuantum: Hooks['adjustQuantum']): void => {
    twins.add(
      task(
        label,
        IED,
        { raw, made: made(`${label}_made`, IED) },
        { ...(adjustQuantum && { adjustQuantum }) },
      ),
    )
  }
  adjusted('nothing', (_inputs, _outputs, { dataId }) =>
    dataId['detector'] === 4 ? { outputs: { made: [] } } : {},
  )
  adjusted('starving', () => ({ inputs: { raw: [] } }))
  adjusted('greedy', (_inputs, outputs) => ({ inputs: { raw: outputs['made']! } }))
  expect(Object.keys((await graph(['nothing'], '4, 5')) as object)).toEqual([
    'nothing {"detector":5,"exposure":903334,"instrument":"HSC"}',
  ])
  for (const label of ['starving', 'greedy'])
    await expect(graph([label], '4'), label).rejects.toMatchObject({ code: 'pipeline/bad-adjustment' })
})
