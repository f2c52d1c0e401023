import type { Random } from '#math'

/** One connection, by the names of both programs' declarations. */
export interface ConnectionSpec {
  readonly kind: 'input' | 'prerequisite' | 'output'
  readonly name: string
  readonly storageClass: string
  readonly dimensions: readonly string[]
  readonly multiple?: boolean
  readonly minimum?: number
  readonly deferLoad?: boolean
  readonly deferGraphConstraint?: boolean
  readonly isCalibration?: boolean
}

export interface TaskSpec {
  readonly label: string
  readonly dimensions: readonly string[]
  readonly templates: Readonly<Record<string, string>>
  /** Of its `connections`. */
  readonly config: Readonly<Record<string, string>>
  readonly connections: Readonly<Record<string, ConnectionSpec>>
}

export interface PipelineSpec {
  readonly tasks: readonly TaskSpec[]
  readonly where: string
  readonly inputs: readonly string[]
  readonly skip: readonly string[]
  readonly constraint: string
}

interface Kept {
  readonly name: string
  readonly dimensions: readonly string[]
  readonly storageClass: string
}

const I = 'instrument'
const IED = [I, 'exposure', 'detector']
const IVD = [I, 'visit', 'detector']
const PATCH = ['skymap', 'tract', 'patch']
const GROUPS: readonly (readonly string[])[] = [
  IED,
  IVD,
  [I, 'exposure'],
  [I, 'visit'],
  [I, 'detector'],
  [I, 'physical_filter'],
  [I, 'physical_filter', 'detector'],
  [I, 'day_obs'],
  [I, 'group'],
  [I, 'exposure', 'visit'],
  [I, 'exposure', 'visit', 'detector'],
  PATCH,
  [...PATCH, 'band'],
  [...PATCH, I, 'visit'],
  [...PATCH, I, 'visit', 'detector'],
  [...PATCH, I, 'physical_filter'],
  ['skymap', 'tract', I, 'visit'],
  ['skymap', 'tract', 'band'],
  ['skymap'],
  ['band'],
  [I],
]

// Of the reference repository.
const STORED: readonly Kept[] = [
  { name: 'raw', dimensions: IED, storageClass: 'StructuredDataDict' },
  { name: 'raw', dimensions: IED, storageClass: 'StructuredDataDict' },
  { name: 'postISRCCD', dimensions: IED, storageClass: 'StructuredDataDict' },
  { name: 'calexp', dimensions: IVD, storageClass: 'StructuredDataDict' },
  { name: 'src', dimensions: IVD, storageClass: 'ArrowAstropy' },
  { name: 'visitSummary', dimensions: [I, 'visit'], storageClass: 'ArrowTable' },
  { name: 'deepCoadd', dimensions: [...PATCH, 'band'], storageClass: 'StructuredDataDict' },
  { name: 'skyMap', dimensions: ['skymap'], storageClass: 'StructuredDataDict' },
  { name: 'unusedType', dimensions: [I, 'visit'], storageClass: 'StructuredDataDict' },
]

const CALIBRATIONS: readonly Kept[] = [
  { name: 'bias', dimensions: [I, 'detector'], storageClass: 'StructuredDataDict' },
  { name: 'dark', dimensions: [I, 'detector'], storageClass: 'StructuredDataDict' },
  { name: 'defects', dimensions: [I, 'detector'], storageClass: 'ArrowAstropy' },
  { name: 'camera', dimensions: [I], storageClass: 'StructuredDataDict' },
  { name: 'flat', dimensions: [I, 'physical_filter', 'detector'], storageClass: 'StructuredDataDict' },
]

const OTHERS: readonly Kept[] = [
  { name: 'brightObjectMask', dimensions: [...PATCH, 'band'], storageClass: 'StructuredDataDict' },
  { name: 'astroColors', dimensions: [I], storageClass: 'StructuredDataDict' },
]

const WHERES = [
  "instrument='HSC' AND visit=903334 AND detector IN (4, 5)",
  "instrument='HSC' AND exposure IN (903334, 903336) AND detector IN (4, 5, 10)",
  "instrument='HSC' AND visit IN (903334, 903342, 904014) AND detector < 18",
  "instrument='HSC' AND detector=5",
  "instrument='HSC' AND day_obs=20131103 AND detector IN (4, 16)",
  "instrument='HSC' AND physical_filter='HSC-R' AND detector IN (10, 22)",
  "instrument='HSC' AND band='i' AND detector IN (4, 16) AND skymap='discrete/ci_hsc'",
  "skymap='discrete/ci_hsc' AND tract=0 AND patch IN (1, 2) AND detector=5",
  "instrument='HSC' AND skymap='discrete/ci_hsc' AND tract=0 AND visit=903342 AND detector=16",
  "instrument='HSC' AND visit > 904000 AND detector=4 AND skymap='discrete/ci_hsc'",
  "instrument='HSC' AND (visit=903334 OR visit=903986) AND detector IN (1, 4) AND skymap='hsc_rings_v1'",
  "instrument='HSC' AND NOT (physical_filter='HSC-R') AND detector=17 AND skymap='discrete/ci_hsc'",
  "instrument='HSC' AND exposure.exposure_time > 20 AND detector=11 AND skymap='discrete/ci_hsc'",
  "instrument='HSC' AND visit.timespan OVERLAPS (T'2013-11-01', T'2013-11-04') AND detector=5 AND skymap='discrete/ci_hsc'",
]
const INPUTS = [
  ['shared/ci_hsc_output'],
  ['shared/ci_hsc_output'],
  ['HSC/defaults'],
  ['shared/ci_hsc_output/20201011T201255Z', 'HSC/calib', 'HSC/raw/all', 'refcats', 'skymaps'],
  ['shared/ci_hsc_output/20201012T090000Z', 'HSC/defaults'],
]

const plain = { storageClass: 'StructuredDataDict' }
const read = (name: string, dimensions: readonly string[], more: Partial<ConnectionSpec> = {}) =>
  ({ kind: 'input', name, dimensions, multiple: true, ...plain, ...more }) as const
const make = (name: string, dimensions: readonly string[], multiple = false) =>
  ({ kind: 'output', name, dimensions, ...(multiple && { multiple }), ...plain }) as const
const task = (
  label: string,
  dimensions: readonly string[],
  connections: Readonly<Record<string, ConnectionSpec>>,
): TaskSpec => ({ label, dimensions, templates: {}, config: {}, connections })
const FILTER = [I, 'physical_filter']
const pipeline = (where: string, ...tasks: readonly TaskSpec[]): PipelineSpec => ({
  tasks,
  where,
  inputs: ['shared/ci_hsc_output'],
  skip: [],
  constraint: 'all',
})

/** Pipelines that random ones have shown to be told apart. */
export const FIXED: readonly PipelineSpec[] = [
  // Tasks that have only stored inputs in common do not limit each other's data.
  pipeline(
    "instrument='HSC' AND visit IN (903334, 904014) AND detector < 18",
    task('few', IVD, { raw: read('raw', IED), calexp: read('calexp', IVD), out: make('few_out', IVD) }),
    task('all', IED, { raw: read('raw', IED), out: make('all_out', IED) }),
  ),
  // What one task reads at will limits no other's data.
  pipeline(
    "instrument='HSC' AND visit IN (903334, 904014) AND detector < 18",
    task('will', IED, {
      raw: read('raw', IED),
      isr: read('postISRCCD', IED, { minimum: 0 }),
      out: make('will_out', IED),
    }),
    task('needs', FILTER, {
      isr: read('postISRCCD', IED),
      out: make('needs_out', [...FILTER, 'detector'], true),
    }),
  ),
  // Two datasets for one quantum, none for another.
  pipeline(
    "instrument='HSC' AND band='i' AND detector IN (4, 16)",
    task('one', [I, 'detector'], {
      raw: read('raw', IED),
      isr: read('postISRCCD', IED, { minimum: 0, multiple: false }),
      out: make('one_out', [I, 'detector']),
    }),
  ),
  pipeline(
    "instrument='HSC' AND visit=903334 AND detector=4",
    task('regular', IED, { raw: read('raw', IED), out: make('regular_out', IED) }),
    task('before', IED, {
      isr: read('postISRCCD', IED),
      raw: { ...read('raw', IED), kind: 'prerequisite' },
      out: make('before_out', IED),
    }),
  ),
  // One visit of each exposure, then an exposure of two visits.
  ...['903334', '904020'].map((exposure) =>
    pipeline(
      `instrument='HSC' AND exposure=${exposure} AND detector=4`,
      task('finer', IED, { raw: read('raw', IED), out: make('finer_out', IVD) }),
    ),
  ),
]

/** Random pipelines of small tasks over the reference repository. */
export class SpecSource {
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  pipeline(): PipelineSpec {
    const known: Kept[] = []
    const count = 1 + this.#below(5)
    const tasks = Array.from({ length: count }, (_, i) => this.#task(`t${i}`, known))
    const types = tasks.flatMap(({ connections }) =>
      Object.values(connections).filter(({ kind }) => kind === 'input'),
    )
    return {
      tasks,
      where: this.#one(WHERES),
      inputs: this.#one(INPUTS),
      skip: this.#chance(0.1) ? ['shared/ci_hsc_output'] : [],
      constraint: this.#chance(0.8)
        ? 'all'
        : this.#chance(0.5)
          ? 'off'
          : (types.find(({ name }) => name === 'raw' || name === 'calexp')?.name ?? 'all'),
    }
  }

  #task(label: string, known: Kept[]): TaskSpec {
    const dimensions = this.#one(GROUPS)
    const connections: Record<string, ConnectionSpec> = {}
    const inputs = 1 + this.#below(3)
    for (let i = 0; i < inputs; i++) {
      const from = known.length > 0 && this.#chance(0.7) ? this.#one(known) : this.#one(STORED)
      connections[`in${i}`] = this.#input(dimensions, from)
    }
    while (this.#chance(0.3))
      connections[`pre${Object.keys(connections).length}`] = this.#prerequisite(dimensions)
    const outputs = 1 + this.#below(2)
    const templates: Record<string, string> = {}
    const config: Record<string, string> = {}
    const made: Kept[] = []
    for (let i = 0; i < outputs; i++) {
      // Every dataset has one maker: what a quantum makes is at least as fine as the quantum.
      const finer = GROUPS.filter((names) => dimensions.every((one) => names.includes(one)))
      const group = this.#chance(0.7) ? dimensions : this.#one(finer)
      const storageClass = this.#one(['StructuredDataDict', 'ArrowAstropy', 'StructuredDataDict'])
      const given = this.#name(`${label}_${i}`, templates, config, `out${i}`)
      connections[`out${i}`] = {
        kind: 'output',
        name: given.declared,
        storageClass,
        dimensions: group,
        ...((group !== dimensions && !this.#chance(0.1)) || this.#chance(0.1) ? { multiple: true } : {}),
      }
      made.push({ name: given.name, dimensions: group, storageClass })
    }
    known.push(...made)
    return { label, dimensions, templates, config, connections }
  }

  /** A name that is plain, has a template, or is given by the config. */
  #name(
    plain: string,
    templates: Record<string, string>,
    config: Record<string, string>,
    connection: string,
  ): { readonly declared: string; readonly name: string } {
    if (this.#chance(0.7)) return { declared: plain, name: plain }
    if (this.#chance(0.3)) {
      config[connection] = `renamed_${plain}`
      return { declared: plain, name: `renamed_${plain}` }
    }
    if (templates['kind'] === undefined) {
      templates['kind'] = 'deep'
      if (this.#chance(0.5)) config['kind'] = 'good'
    }
    return { declared: `{kind}_${plain}`, name: `${config['kind'] ?? 'deep'}_${plain}` }
  }

  #input(task: readonly string[], { name, dimensions, storageClass }: Kept): ConnectionSpec {
    const isInside = dimensions.every((one) => task.includes(one))
    const isComponent = storageClass === 'ArrowAstropy' && this.#chance(0.2)
    const isConverted = storageClass === 'ArrowAstropy' && this.#chance(0.3)
    const multiple = !isInside || this.#chance(0.2)
    return {
      kind: 'input',
      name: isComponent ? `${name}.rowcount` : name,
      storageClass: isComponent ? 'int' : isConverted ? 'ArrowTable' : storageClass,
      dimensions,
      ...(multiple && !this.#chance(0.03) ? { multiple: true } : {}),
      ...(this.#chance(0.2) ? { deferLoad: true } : {}),
      ...(this.#chance(0.15) ? { minimum: 0 } : multiple && this.#chance(0.15) ? { minimum: 2 } : {}),
      ...(this.#chance(0.1) ? { deferGraphConstraint: true } : {}),
    }
  }

  #prerequisite(task: readonly string[]): ConnectionSpec {
    // Of a visit and a patch the real query does not know which is meant.
    const hasPlace = task.includes('visit') !== task.includes('tract')
    if (hasPlace && this.#chance(0.3))
      return {
        kind: 'prerequisite',
        name: 'ps1_pv3_3pi',
        storageClass: 'ArrowAstropy',
        dimensions: ['skypix'],
        multiple: true,
        minimum: this.#below(2),
      }
    // Without a time the real query counts a calibration twice that two rows lead to.
    const isCalibration = ['visit', 'exposure'].some((one) => task.includes(one)) && this.#chance(0.7)
    const { name, dimensions, storageClass } = this.#one(
      isCalibration ? CALIBRATIONS : this.#chance(0.9) ? OTHERS : STORED,
    )
    const isInside = dimensions.every((one) => task.includes(one))
    return {
      kind: 'prerequisite',
      name,
      storageClass,
      dimensions,
      ...(isCalibration ? { isCalibration } : {}),
      ...(isInside && this.#chance(0.8) ? {} : { multiple: true }),
      ...(this.#chance(0.7) ? { minimum: 0 } : {}),
      ...(this.#chance(0.2) ? { deferLoad: true } : {}),
    }
  }

  #below(end: number): number {
    return Math.floor(this.#random.uniform() * end)
  }

  #chance(share: number): boolean {
    return this.#random.uniform() < share
  }

  #one<T>(items: readonly T[]): T {
    return items[this.#below(items.length)]!
  }
}
