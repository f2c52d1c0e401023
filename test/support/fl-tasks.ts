import {
  choiceField,
  configurableField,
  defineConfig,
  dictField,
  field,
  FieldValidationError,
  listField,
  rangeField,
} from '#config'
import {
  AlgorithmError,
  definePipelineTask,
  defineTask,
  initInput,
  initOutput,
  input,
  NoWorkFound,
  output,
  prerequisiteInput,
  TaskRegistry,
  UnprocessableDataError,
  valueType,
} from '#pipeline'
import { Catalog, type ColumnSpec } from '#table'

// Twins of the plain-data tasks in the recorded answers' fl_tasks.py: same class names, connections and configs.

type Plain = Readonly<Record<string, unknown>>
const plainTable = valueType<Catalog>()
const sources: readonly ColumnSpec[] = [
  { name: 'id', type: 'i64' },
  { name: 'flux', type: 'f64' },
]
const positions: readonly ColumnSpec[] = [
  { name: 'ra', type: 'f64' },
  { name: 'dec', type: 'f64' },
]
const ied = ['instrument', 'exposure', 'detector']
const ivd = ['instrument', 'visit', 'detector']
const id = ['instrument', 'detector']
const dict = { storageClass: 'StructuredDataDict', value: valueType<Plain>() }

const IsrConfig = defineConfig({
  name: 'fl_tasks.IsrConfig',
  fields: {
    doBias: field('bool', { doc: 'Subtract the bias?', default: true }),
    doDark: field('bool', { doc: 'Subtract the dark?', default: true }),
    doFlat: field('bool', { doc: 'Divide by the flat?', default: true }),
    gain: rangeField('float', { doc: 'Gain', default: 1.5, min: 0, max: 10 }),
    badPlanes: listField('str', { doc: 'Mask planes called bad', default: ['SAT', 'BAD'] }),
    failOn: dictField('int', 'str', { doc: 'detector -> reason; raise for these', default: {} }),
    overscan: choiceField('str', {
      doc: 'Fit type',
      default: 'MEDIAN',
      allowed: { MEDIAN: 'median', POLY: 'polynomial' },
    }),
  },
})

export const IsrTask = definePipelineTask({
  className: 'fl_tasks.IsrTask',
  defaultName: 'isr',
  dimensions: ied,
  config: IsrConfig,
  connections: {
    ccdExposure: input({ ...dict, doc: 'raw', name: 'raw', dimensions: ied }),
    camera: prerequisiteInput({
      ...dict,
      doc: 'camera',
      name: 'camera',
      dimensions: ['instrument'],
      isCalibration: true,
    }),
    bias: prerequisiteInput({
      ...dict,
      doc: 'bias',
      name: 'bias',
      dimensions: id,
      isCalibration: true,
      optional: true,
    }),
    dark: prerequisiteInput({
      ...dict,
      doc: 'dark',
      name: 'dark',
      dimensions: id,
      isCalibration: true,
      optional: true,
    }),
    flat: prerequisiteInput({
      ...dict,
      doc: 'flat',
      name: 'flat',
      dimensions: ['instrument', 'physical_filter', 'detector'],
      isCalibration: true,
      optional: true,
    }),
    defects: prerequisiteInput({
      doc: 'defects',
      name: 'defects',
      storageClass: 'ArrowAstropy',
      value: valueType<{ readonly numRows: number }>(),
      dimensions: id,
      isCalibration: true,
      minimum: 0,
    }),
    outputExposure: output({ ...dict, doc: 'out', name: 'postISRCCD', dimensions: ied }),
  },
  adjustConnections(config, edit) {
    if (!config.doBias) edit.remove('bias')
    if (!config.doDark) edit.remove('dark')
    if (!config.doFlat) edit.remove('flat')
  },
  run({ ccdExposure, bias, dark, flat, defects }, { config, log, dataId }) {
    const detector = Number(dataId['detector'])
    const why = config.failOn.get(detector)
    if (why === 'raise') throw new Error(`asked to fail on detector ${detector}`)
    if (why === 'nowork') throw new NoWorkFound('nothing to do here')
    if (why === 'unprocessable')
      throw new UnprocessableDataError(`detector ${detector} cannot be processed`, { why: 'requested' })
    if (why === 'algorithm')
      throw new AlgorithmError(`the algorithm gave up on detector ${detector}`, { why: 'requested' })
    log.info(`Removing signature of detector ${detector}.`)
    const used = Object.entries({ bias, dark, flat }).filter(([, value]) => value !== undefined)
    const steps = used.map(([name]) => name)
    return { outputExposure: { ...ccdExposure, steps, gain: config.gain, nDefects: defects?.numRows ?? 0 } }
  },
})

const MeasureConfig = defineConfig({
  name: 'fl_tasks.MeasureConfig',
  fields: {
    threshold: field('float', { doc: 'Sigma', default: 5 }),
    plugins: listField('str', { doc: 'Plugins', default: ['base_PsfFlux'] }),
  },
})

export const MeasureTask = defineTask({
  className: 'fl_tasks.MeasureTask',
  defaultName: 'measure',
  config: MeasureConfig,
  make: (ctx) => ({
    run(n: number): Catalog {
      ctx.log.info(`Measuring ${n} sources.`)
      const id = Array.from({ length: n }, (_, i) => BigInt(i))
      const flux = id.map((i) => Math.exp(5 + Number(i) / n))
      return Catalog.fromColumns(sources, { id: BigInt64Array.from(id), flux: Float64Array.from(flux) })
    },
  }),
})

const CharConfig = defineConfig({
  name: 'fl_tasks.CharConfig',
  fields: {
    measurement: configurableField(MeasureTask, { doc: 'measurement subtask' }),
    nIter: field('int', { doc: 'Iterations', default: 2 }),
    psfIterations: field('int', { doc: 'PSF iterations', default: null, optional: true }),
  },
  setDefaults(config) {
    config.measurement.value.threshold = 50
  },
  validate(config) {
    if (config.nIter < 1) throw new FieldValidationError('nIter', 'nIter must be positive')
  },
})

export const CharTask = definePipelineTask({
  className: 'fl_tasks.CharTask',
  defaultName: 'characterizeImage',
  dimensions: ivd,
  config: CharConfig,
  connections: {
    exposure: input({ ...dict, doc: 'in', name: 'postISRCCD', dimensions: ied }),
    characterized: output({ ...dict, doc: 'out', name: 'icExp', dimensions: ivd }),
    sourceCat: output({
      doc: 'sources',
      name: 'icSrc',
      storageClass: 'ArrowAstropy',
      value: plainTable,
      dimensions: ivd,
    }),
    outputSchema: initOutput({ ...dict, doc: 'schema', name: 'icSrc_schema' }),
  },
  init: () => ({ outputSchema: { columns: ['id', 'flux'] } }),
  run({ exposure }, ctx) {
    ctx.log.warn('Source catalog measured with placeholder PSF')
    const sourceCat = ctx.subtask('measurement').run(4)
    ctx.metadata.set('nSources', 4)
    return { characterized: { ...exposure, char: true }, sourceCat }
  },
})

const CalibrateConfig = defineConfig({
  name: 'fl_tasks.CalibrateConfig',
  fields: {
    doAstrometry: field('bool', { doc: 'Fit a WCS?', default: true }),
    minMatches: field('int', { doc: 'Fewest matches', default: 3 }),
    photoBands: dictField('str', 'float', { doc: 'band -> zero point', default: { r: 27.0 } }),
  },
})

export const CalibrateTask = definePipelineTask({
  className: 'fl_tasks.CalibrateTask',
  defaultName: 'calibrate',
  dimensions: ivd,
  defaultTemplates: { fakes: '' },
  config: CalibrateConfig,
  connections: {
    icSourceSchema: initInput({ ...dict, doc: 'schema', name: 'icSrc_schema' }),
    exposure: input({ ...dict, doc: 'in', name: 'icExp', dimensions: ivd }),
    icSourceCat: input({ doc: 'in', name: 'icSrc', storageClass: 'ArrowAstropy', dimensions: ivd }),
    astromRefCat: prerequisiteInput({
      doc: 'reference',
      name: 'ps1_pv3_3pi',
      storageClass: 'ArrowAstropy',
      value: valueType<{ readonly numRows: number }>(),
      dimensions: ['skypix'],
      deferLoad: true,
      multiple: true,
    }),
    outputExposure: output({ ...dict, doc: 'out', name: '{fakes}calexp', dimensions: ivd }),
    outputCat: output({
      doc: 'out',
      name: '{fakes}src',
      storageClass: 'ArrowAstropy',
      value: plainTable,
      dimensions: ivd,
    }),
    outputSchema: initOutput({ ...dict, doc: 'schema', name: '{fakes}src_schema' }),
  },
  init: () => ({ outputSchema: { columns: ['id', 'flux', 'ra', 'dec'] } }),
  async run({ exposure, astromRefCat }, { log }) {
    let nRef = 0
    for (const shard of astromRefCat) nRef += (await shard.get()).numRows
    log.info(`Matched against ${nRef} reference objects in ${astromRefCat.length} shards.`)
    const outputCat = Catalog.fromColumns([...sources, ...positions], {
      id: BigInt64Array.of(0n, 1n, 2n, 3n),
      flux: Float64Array.of(1, 2, 3, 4),
      ra: new Float64Array(4).fill(320),
      dec: new Float64Array(4).fill(-0.25),
    })
    return { outputExposure: { ...exposure, nRef }, outputCat }
  },
})

const WarpConfig = defineConfig({
  name: 'fl_tasks.WarpConfig',
  fields: { minDetectors: field('int', { doc: 'Fewest detectors for a warp', default: 1 }) },
})

export const WarpTask = definePipelineTask({
  className: 'fl_tasks.WarpTask',
  defaultName: 'makeWarp',
  dimensions: ['tract', 'patch', 'skymap', 'instrument', 'visit'],
  defaultTemplates: { coaddName: 'deep' },
  config: WarpConfig,
  connections: {
    calExpList: input({
      ...dict,
      doc: 'in',
      name: 'calexp',
      dimensions: ivd,
      multiple: true,
      deferLoad: true,
    }),
    skyMap: input({ ...dict, doc: 'sky map', name: 'skyMap', dimensions: ['skymap'] }),
    direct: output({
      ...dict,
      doc: 'out',
      name: '{coaddName}Coadd_directWarp',
      dimensions: ['tract', 'patch', 'skymap', 'visit', 'instrument'],
    }),
  },
  run({ calExpList, skyMap }, { config }) {
    if (calExpList.length < config.minDetectors) throw new NoWorkFound(`only ${calExpList.length} detectors`)
    const detectors = calExpList.map((h) => Number(h.dataId['detector'])).sort((a, b) => a - b)
    return { direct: { detectors, skyMap: skyMap['kind'] } }
  },
})

const CoaddConfig = defineConfig({
  name: 'fl_tasks.CoaddConfig',
  fields: {
    doNImage: field('bool', { doc: 'Write the count image?', default: false }),
    statistic: field('str', { doc: 'Statistic', default: 'MEANCLIP' }),
  },
})
const tpb = ['tract', 'patch', 'skymap', 'band']

export const CoaddTask = definePipelineTask({
  className: 'fl_tasks.CoaddTask',
  defaultName: 'assembleCoadd',
  dimensions: ['tract', 'patch', 'band', 'skymap'],
  defaultTemplates: { coaddName: 'deep' },
  config: CoaddConfig,
  connections: {
    inputWarps: input({
      ...dict,
      doc: 'in',
      name: '{coaddName}Coadd_directWarp',
      dimensions: ['tract', 'patch', 'skymap', 'visit', 'instrument'],
      multiple: true,
      deferLoad: true,
    }),
    skyMap: input({ ...dict, doc: 'sky map', name: 'skyMap', dimensions: ['skymap'] }),
    brightObjectMask: prerequisiteInput({
      ...dict,
      doc: 'mask',
      name: 'brightObjectMask',
      dimensions: tpb,
      minimum: 0,
    }),
    coadd: output({ ...dict, doc: 'out', name: '{coaddName}Coadd', dimensions: tpb }),
    nImage: output({
      ...dict,
      doc: 'counts',
      name: '{coaddName}Coadd_nImage',
      dimensions: tpb,
      optional: true,
    }),
  },
  adjustConnections(config, edit) {
    if (!config.doNImage) edit.remove('nImage')
  },
  run({ inputWarps, brightObjectMask }) {
    const visits = inputWarps.map((h) => Number(h.dataId['visit'])).sort((a, b) => a - b)
    const stars = (brightObjectMask?.['stars'] ?? []) as readonly unknown[]
    return { coadd: { visits, masked: stars.length }, nImage: { n: visits.length } }
  },
})

export const SummaryTask = definePipelineTask({
  className: 'fl_tasks.SummaryTask',
  defaultName: 'consolidateVisitSummary',
  dimensions: ['instrument', 'visit'],
  config: defineConfig({ name: 'fl_tasks.SummaryConfig', fields: {} }),
  connections: {
    calexp: input({ ...dict, doc: 'in', name: 'calexp', dimensions: ivd, multiple: true, deferLoad: true }),
    visitSummary: output({
      doc: 'out',
      name: 'visitSummary',
      storageClass: 'ArrowTable',
      value: plainTable,
      dimensions: ['instrument', 'visit'],
    }),
  },
  run: ({ calexp }) => {
    const detector = calexp.map((h) => Number(h.dataId['detector'])).sort((a, b) => a - b)
    const columns = { detector: Int32Array.from(detector) }
    return { visitSummary: Catalog.fromColumns([{ name: 'detector', type: 'i32' }], columns) }
  },
})

export const CountTask = definePipelineTask({
  className: 'fl_tasks.CountTask',
  defaultName: 'countSources',
  dimensions: ivd,
  config: defineConfig({
    name: 'fl_tasks.CountConfig',
    fields: { scale: field('int', { doc: 'Multiplier', default: 1 }) },
  }),
  connections: {
    rows: input({ doc: 'row count', name: 'src.rowcount', storageClass: 'int', dimensions: ivd }),
    n: output({ ...dict, doc: 'out', name: 'srcCount', dimensions: ivd }),
  },
  run: ({ rows }, { config }) => ({ n: { rows: rows * config.scale } }),
})

/** The twins under their recorded class names. */
export const tasks = new TaskRegistry()
for (const task of [IsrTask, CharTask, CalibrateTask, WarpTask, CoaddTask, SummaryTask, CountTask])
  tasks.add(task)
tasks.addTarget(MeasureTask)
