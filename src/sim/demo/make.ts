import { type Butler, DatasetRef } from '#butler'
import { type Context, defaultContext } from '#core'
import {
  type CuratedCalibration,
  calibCollection,
  defineVisits,
  getInstrument,
  ingestRaws,
  RAW_TYPE,
  REFCATS,
  rawRun,
  registerInstrument,
  writeCuratedCalibrations,
} from '#obs'
import { Instant, Timespan } from '#time'
import { BF_HALF, brighterFatterKernel } from '../brighter-fatter.ts'
import type { SimJob } from '../jobs.ts'
import { GAIA, makeRefcat, PS1, type RefSurvey, refcatShards } from '../refcat.ts'
import { defectsAt, makeSensor } from '../sensor.ts'
import { Sky } from '../sky.ts'
import { externalRun, gen2Run, makeCollections } from './collections.ts'
import type { DemoEnvironment, DemoOptions, DemoSummary } from './options.ts'
import { type DemoPlan, type PlannedCalib, type PlannedRaw, planCamera, planDemo } from './plan.ts'
import { registerDemoSkyMap } from './skymap.ts'
import { BF_KERNEL_TYPE, CALIB_TYPES, DEFECTS_TYPE, refcatType, TRUTH_TYPE } from './types.ts'

/** Master frames hold for the whole life of the simulated cameras. */
const CALIB_VALIDITY = Timespan.between(
  Instant.fromIso('2012-01-01T00:00:00'),
  Instant.fromIso('2017-01-01T00:00:00'),
)

/**
 * Make the demo repository, or what is missing of it: an interrupted or a smaller run goes on where it stopped. Every dataset goes in
 * by its own transaction, from a finished file, so that nothing is ever half there.
 */
export async function makeDemo(
  env: DemoEnvironment,
  options: DemoOptions = {},
  ctx: Context = defaultContext(),
): Promise<DemoSummary> {
  const plan = planDemo(options)
  const { butler, files } = env
  const instrument = getInstrument(plan.instrument)
  await registerInstrument(butler, instrument)
  await makeCollections(butler, plan.instrument, plan.curatedDates, plan.calibNights)
  await writeCuratedCalibrations(butler, instrument, curatedCalibrations(plan))
  const refcatShards = await writeRefcats(butler, plan)
  await registerDemoSkyMap(butler, plan)
  for (const type of [RAW_TYPE, ...Object.values(CALIB_TYPES), TRUTH_TYPE])
    await butler.registry.registerDatasetType(type)

  await files.makeDirectory(env.staging)
  const raws = await missing(plan.raws, (raw) => findRaw(butler, plan, raw))
  const calibs = await missing(plan.calibs, (calib) => findCalib(butler, plan, calib))
  const bar = ctx.progress.start('Simulating', raws.length + calibs.length, 'frames')
  const done = (what: string) => bar.advance(1, what)
  const tasks = [
    ...calibs.map(
      (calib) => () =>
        addCalib(env, plan, calib).then(() => done(`${calib.kind} of detector ${calib.detector}`)),
    ),
    ...raws.map(
      (raw) => () =>
        addRaw(env, plan, raw).then(() => done(`visit ${raw.visit.id}, detector ${raw.detector}`)),
    ),
  ]
  try {
    await inParallel(tasks, env.workers, ctx.signal)
    bar.end()
  } catch (error) {
    bar.end('failed')
    throw error
  }
  await defineVisits(butler, instrument, {}, { ...ctx, progress: ctx.progress })
  await files.remove(env.staging, { recursive: true })
  return {
    raws: raws.length,
    calibs: calibs.length,
    refcatShards,
    kept: plan.raws.length + plan.calibs.length - raws.length - calibs.length,
  }
}

async function missing<T>(
  items: readonly T[],
  find: (item: T) => Promise<DatasetRef | undefined>,
): Promise<T[]> {
  const out: T[] = []
  for (const item of items) if ((await find(item)) === undefined) out.push(item)
  return out
}

/** Run tasks, `limit` at once, in order; the first failure (or an abort) lets no further one start. */
async function inParallel(
  tasks: readonly (() => Promise<void>)[],
  limit: number,
  signal: AbortSignal,
): Promise<void> {
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < tasks.length) {
      signal.throwIfAborted()
      const task = tasks[next++]!
      try {
        await task()
      } catch (error) {
        next = tasks.length
        throw error
      }
    }
  }
  const lanes = await Promise.allSettled(Array.from({ length: Math.max(1, limit) }, lane))
  const failed = lanes.find((result) => result.status === 'rejected')
  if (failed?.status === 'rejected') throw failed.reason
}

const rawId = (plan: DemoPlan, { visit, detector }: PlannedRaw) => ({
  instrument: plan.instrument,
  exposure: visit.id,
  detector,
})

const findRaw = async (butler: Butler, plan: DemoPlan, raw: PlannedRaw): Promise<DatasetRef | undefined> => {
  const [exposure] = await butler.queryDimensionRecords('exposure', {
    where: `instrument = '${plan.instrument}' AND exposure = ${raw.visit.id}`,
    explain: false,
  })
  if (exposure === undefined) return undefined
  const types = await butler.registry.queryDatasetTypes('raw')
  if (types.length === 0) return undefined
  return butler.findDataset('raw', rawId(plan, raw), { collections: rawRun(plan.instrument) })
}

async function addRaw(env: DemoEnvironment, plan: DemoPlan, raw: PlannedRaw): Promise<void> {
  const { visit, detector } = raw
  const stem = `${env.staging}/${plan.instrument}-${visit.id}-${detector}`
  const job: SimJob = {
    kind: 'raw',
    instrument: plan.instrument,
    seed: plan.seed,
    visit: visit.id,
    detector,
    path: `${stem}.fits`,
    truthPath: `${stem}-truth.parq`,
  }
  await env.run(job)
  const instrument = getInstrument(plan.instrument)
  await exclusively(env, () =>
    env.butler.transaction(async (inside) => {
      await ingestRaws(inside, env.files, [job.path], { instrument, transfer: 'move' })
      const run = externalRun(plan.instrument)
      await ingestFile(inside, TRUTH_TYPE.name, rawId(plan, raw), run, job.truthPath)
    }),
  )
}

const calibId = (plan: DemoPlan, { detector, filter }: PlannedCalib) => ({
  instrument: plan.instrument,
  detector,
  ...(filter !== undefined && { physical_filter: filter }),
})

const findCalib = (butler: Butler, plan: DemoPlan, calib: PlannedCalib): Promise<DatasetRef | undefined> =>
  butler.findDataset(calib.kind, calibId(plan, calib), {
    collections: gen2Run(plan.instrument, calib.night),
  })

async function addCalib(env: DemoEnvironment, plan: DemoPlan, calib: PlannedCalib): Promise<void> {
  const { kind, detector, night, filter } = calib
  const path = `${env.staging}/${plan.instrument}-${kind}-${filter ?? 'NONE'}-${detector}.fits`
  const { instrument, seed } = plan
  await env.run({
    kind,
    instrument,
    seed,
    detector,
    date: night,
    path,
    ...(filter !== undefined && { filter }),
  })
  await exclusively(env, () =>
    env.butler.transaction(async (inside) => {
      const ref = await ingestFile(inside, kind, calibId(plan, calib), gen2Run(instrument, night), path)
      await inside.registry.certify(calibCollection(instrument), [ref], CALIB_VALIDITY)
    }),
  )
}

async function ingestFile(
  butler: Butler,
  type: string,
  dataId: Readonly<Record<string, string | number>>,
  run: string,
  path: string,
): Promise<DatasetRef> {
  const [ref] = await butler.registry.makeRefs(type, [dataId], { run })
  await butler.ingest([{ path, refs: [ref!] }], { transfer: 'move' })
  return ref!
}

const queues = new WeakMap<Butler, Promise<unknown>>()

/** One writer at a time: a transaction of a butler is not to be joined by another task's. */
function exclusively<T>({ butler }: DemoEnvironment, work: () => Promise<T>): Promise<T> {
  const turn = (queues.get(butler) ?? Promise.resolve()).then(work)
  queues.set(
    butler,
    turn.catch(() => undefined),
  )
  return turn
}

/** Brighter-fatter kernel for always, and each chip's defects from every date on. */
function curatedCalibrations(plan: DemoPlan): readonly CuratedCalibration[] {
  const camera = planCamera(plan)
  const side = 2 * BF_HALF + 1
  const kernel: CuratedCalibration = {
    type: BF_KERNEL_TYPE,
    dataId: { instrument: plan.instrument },
    from: undefined,
    value: { shape: [side, side], data: brighterFatterKernel(camera.brighterFatter) },
  }
  const defects = plan.detectors.flatMap((detector) => {
    const sensor = makeSensor(camera, detector, plan.seed)
    return plan.curatedDates.map(
      (from): CuratedCalibration => ({
        type: DEFECTS_TYPE,
        dataId: { instrument: plan.instrument, detector },
        from,
        value: { boxes: defectsAt(sensor, from.slice(0, 10)).map((defect) => defect.box) },
      }),
    )
  })
  return [kernel, ...defects]
}

async function writeRefcats(butler: Butler, plan: DemoPlan): Promise<number> {
  let written = 0
  for (const survey of [PS1, GAIA]) written += await writeRefcat(butler, plan, survey)
  return written
}

/** The shards that are not there yet. A repository that has them all costs only the look. */
async function writeRefcat(butler: Butler, plan: DemoPlan, survey: RefSurvey): Promise<number> {
  await butler.registry.registerDatasetType(refcatType(survey.name))
  const { centre, radius } = plan.field
  const wanted = await missing(refcatShards(centre, radius), (htm7) =>
    butler.findDataset(survey.name, { htm7 }, { collections: REFCATS }),
  )
  if (wanted.length === 0) return 0
  const sky = new Sky(plan.seed, planCamera(plan).density)
  const shards = makeRefcat(survey, sky, centre, radius, plan.seed)
  let written = 0
  for (const htm7 of wanted) {
    const catalog = shards.get(htm7)
    if (catalog === undefined) continue
    await butler.put(catalog, survey.name, { htm7 }, { run: REFCATS })
    written++
  }
  return written
}
