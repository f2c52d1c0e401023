import type { DimensionUniverse } from '../dimensions/universe.ts'
import { recordFields } from '../dimensions/element.ts'
import { Instant, Timespan } from '#time'
import type { Entry } from './entries.ts'

type Row = Readonly<Record<string, unknown>>

/** Keys of a row that are no fields of a record: its place on the sky and in time, as files of all ages write them. */
export const TIMES = ['datetime_begin', 'datetime_end', 'timespan_begin', 'timespan_end']

/**
 * The entries of an export from an older dimension universe in the form of the repository's: observing days and groups, which were
 * columns of exposures and visits, become records; a visit's system becomes a membership; columns that are gone are left out.
 * @see lsst.daf.butler.transfers.YamlRepoImportBackend
 */
export function inNewUniverse(
  entries: readonly Entry[],
  version: number,
  universe: DimensionUniverse,
): readonly Entry[] {
  if (version >= universe.version) return entries
  const implies = (element: string, dimension: string) =>
    universe.find(element)?.implied.includes(dimension) === true
  const hasMembership = universe.find('visit_system_membership') !== undefined
  const out: Entry[] = []
  const days = new Map<string, Row>()
  const groups = new Map<string, Row>()
  for (const entry of entries) {
    if (entry.type === 'dataset_type' && version < 2 && hasMembership) out.push(withoutVisitSystem(entry))
    else if (entry.type !== 'dimension') out.push(entry)
    else {
      const element = String(entry['element'])
      const rows = (entry['records'] as readonly Row[]).map((row) => {
        const renamed = element === 'exposure' && implies('exposure', 'group') ? withGroup(row, groups) : row
        return implies(element, 'day_obs') ? withDay(renamed, days) : renamed
      })
      out.push({ ...entry, records: rows.map((row) => onlyKnown(row, element, universe)) })
      if (element === 'visit' && version < 2 && hasMembership) out.push(memberships(rows))
    }
  }
  // Exposures and visits refer to them.
  const first = out.findIndex((e) => e['element'] === 'exposure' || e['element'] === 'visit')
  const added = [records('day_obs', days), records('group', groups)].filter(({ size }) => size > 0)
  if (first >= 0) out.splice(first, 0, ...added.map(({ entry }) => entry))
  return out
}

const records = (element: string, rows: ReadonlyMap<string, Row>) => ({
  size: rows.size,
  entry: { type: 'dimension', element, records: [...rows.values()] } as Entry,
})

function withGroup({ group_name: name, ...row }: Row, groups: Map<string, Row>): Row {
  if (name === undefined) return row
  groups.set(JSON.stringify([row['instrument'], name]), { instrument: row['instrument'], name })
  return { ...row, group: name }
}

/** Which part of TAI days an observing day is, only the instrument's class knows: the records have no time. */
function withDay(row: Row, days: Map<string, Row>): Row {
  const { instrument, timespan } = row
  const begin =
    timespan instanceof Timespan ? timespan.begin : (row['datetime_begin'] ?? row['timespan_begin'])
  const id = row['day_obs'] ?? (begin instanceof Instant ? dayOf(begin) : undefined)
  if (id === undefined) return row
  days.set(JSON.stringify([instrument, id]), { instrument, id })
  return { ...row, day_obs: id }
}

const dayOf = (time: Instant): number => Number(time.toIso('tai').slice(0, 10).replaceAll('-', ''))

const memberships = (visits: readonly Row[]): Entry =>
  ({
    type: 'dimension',
    element: 'visit_system_membership',
    records: visits
      .filter((visit) => visit['visit_system'] !== undefined)
      .map(({ instrument, visit_system, id }) => ({ instrument, visit_system, visit: id })),
  }) as Entry

function onlyKnown(row: Row, name: string, universe: DimensionUniverse): Row {
  const element = universe.find(name)
  if (element === undefined) return row
  const known = new Set([...recordFields(element), name, 'region', 'timespan', ...TIMES])
  return Object.fromEntries(Object.entries(row).filter(([key]) => known.has(key)))
}

function withoutVisitSystem(entry: Entry): Entry {
  const dimensions = entry['dimensions'] as readonly string[]
  if (!dimensions.includes('visit')) return entry
  return { ...entry, dimensions: dimensions.filter((name) => name !== 'visit_system') }
}
