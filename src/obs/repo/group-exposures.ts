import type { DimensionRecord } from '#butler'
import { FirstlightError } from '#core'

/** Visit systems by the anchor's numbers. @see lsst.obs.base.VisitSystem */
export const ONE_TO_ONE = { id: 0, name: 'one-to-one' } as const
export const BY_GROUP_METADATA = { id: 1, name: 'by-group-metadata' } as const
export const BY_SEQ_START_END = { id: 2, name: 'by-seq-start-end' } as const

export type VisitSystem = typeof ONE_TO_ONE | typeof BY_GROUP_METADATA | typeof BY_SEQ_START_END

/** Exposures that are to be one visit. */
export interface VisitDefinition {
  readonly id: number
  readonly name: string
  readonly systems: readonly VisitSystem[]
  readonly exposures: readonly [DimensionRecord, ...DimensionRecord[]]
}

/** How exposures become visits. @see lsst.obs.base.GroupExposuresTask */
export type Grouping = 'one-to-one' | 'one-to-one-and-by-counter' | 'by-group-metadata'

export const GROUPINGS: Readonly<
  Record<Grouping, (exposures: readonly DimensionRecord[]) => readonly VisitDefinition[]>
> = {
  'one-to-one': (exposures) => exposures.map((exposure) => single(exposure, [ONE_TO_ONE])),
  'one-to-one-and-by-counter': (exposures) =>
    grouped(exposures, (e) =>
      ['day_obs', 'seq_start', 'seq_end'].map((f) => String(e.get(f))).join(),
    ).flatMap(byCounter),
  'by-group-metadata': (exposures) =>
    grouped(exposures, (e) => String(e.get('group'))).map((members) => {
      const name = String(members[0].get('group'))
      return { id: groupNumber(name), name, systems: [BY_GROUP_METADATA], exposures: members }
    }),
}

type Group = VisitDefinition['exposures']

function grouped(
  exposures: readonly DimensionRecord[],
  keyOf: (e: DimensionRecord) => string,
): readonly Group[] {
  const groups = new Map<string, [DimensionRecord, ...DimensionRecord[]]>()
  for (const exposure of exposures) {
    const key = keyOf(exposure)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [exposure])
    else group.push(exposure)
  }
  return [...groups.values()]
}

const single = (
  exposure: DimensionRecord,
  systems: readonly VisitSystem[],
  name = String(exposure.get('obs_id')),
  id = Number(exposure.id),
): VisitDefinition => ({ id, name, systems, exposures: [exposure] })

/** A visit of each exposure, and one of all in a sequence, which takes the number and name of the first from it. */
function byCounter(group: Group): readonly VisitDefinition[] {
  const number = (e: DimensionRecord): number => Number(e.get('seq_num'))
  const first = group.reduce((a, b) => (number(b) < number(a) ? b : a))
  if (first.get('seq_start') === first.get('seq_end'))
    return group.map((exposure) => single(exposure, [ONE_TO_ONE, BY_SEQ_START_END]))
  // Without its first exposure a sequence has no number yet.
  if (number(first) !== Number(first.get('seq_start')))
    return group.map((exposure) => single(exposure, [ONE_TO_ONE]))
  const { id, name } = single(first, [])
  return [
    ...group.map((exposure) =>
      exposure === first
        ? single(first, [ONE_TO_ONE], `${name}_first`, Number(`9${id}`))
        : single(exposure, [ONE_TO_ONE]),
    ),
    { id, name, systems: [BY_SEQ_START_END], exposures: group },
  ]
}

/** The digits of the group's name. @see lsst.pipe.base.Instrument.group_name_to_group_id */
function groupNumber(name: string): number {
  const id = Number(name.replaceAll(/\D/g, '') || Number.NaN)
  if (Number.isSafeInteger(id)) return id
  throw new FirstlightError('obs/no-group', `The group '${name}' gives no number for a visit: ${id}.`, {
    hint: 'Define the visits one-to-one.',
  })
}
