import type { Butler, DataCoordinate, DatasetType } from '#butler'
import type { Timespan } from '#time'

/**
 * Why no calibration of a type is valid for a quantum, in words: `flat for {…} ends 2013-11-02T00:00:00, the quantum is at
 * 2013-11-03T…`. Undefined when the type has no validity or the quantum no time.
 */
export async function whyNotValid(
  butler: Butler,
  type: DatasetType,
  quantum: DataCoordinate,
  collections: readonly string[],
): Promise<string | undefined> {
  const { timespan } = quantum
  if (!type.isCalibration || timespan === undefined) return undefined
  const wanted = quantum.subset(type.dimensions)
  const all = await butler.registry.queryDatasetAssociations(type.name, {
    collections,
    types: ['CALIBRATION'],
  })
  const spans = all
    .filter(({ ref }) => ref.coordinate.key === wanted.key)
    .flatMap((a) => (a.timespan === undefined ? [] : [a.timespan]))
  const when = `the quantum is at ${at(timespan, 0)}`
  if (spans.length === 0)
    return `no ${type.name} for ${wanted} is certified in ${collections.join(', ')} for any time`
  const before = spans.filter((s) => s.isBefore(timespan)).sort((a, b) => (a.nsec[1] < b.nsec[1] ? 1 : -1))
  const after = spans.filter((s) => s.isAfter(timespan)).sort((a, b) => (a.nsec[0] < b.nsec[0] ? -1 : 1))
  const said = [
    before[0] === undefined ? '' : `ends ${at(before[0], 1)}`,
    after[0] === undefined ? '' : `${before[0] === undefined ? 'begins' : 'begins again'} ${at(after[0], 0)}`,
  ].filter((text) => text !== '')
  return said.length === 0 ? undefined : `${type.name} for ${wanted} ${said.join(' and ')} (TAI), ${when}`
}

/** Begin or end of a timespan as a date and time. */
const at = ({ begin, end }: Timespan, side: 0 | 1): string =>
  (side === 0 ? begin : end)?.toIso('tai').slice(0, 19) ?? 'the end of time'
