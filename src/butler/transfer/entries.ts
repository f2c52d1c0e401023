import { Timespan } from '#time'
import { ImportError } from '../errors.ts'

/** One entry of an export file, of the shape that its type has. */
export interface Entry {
  readonly type: string
  readonly [key: string]: unknown
}

/** Throws `butler/import`, naming the file and the entry, when one lacks what its type needs: files are cut off, or edited. */
export function requireEntries(data: readonly unknown[], file: string): readonly Entry[] {
  for (const [i, entry] of data.entries()) {
    const refuse: Refuse = (what) =>
      new ImportError(`Entry ${i + 1} of '${file}'${titleOf(entry)} ${what}.`, {
        hint: 'Is the file cut off? Nothing was imported.',
      })
    if (!isMap(entry)) throw refuse('is not a map')
    requireText(entry, 'type', refuse)
    SHAPES[String(entry['type'])]?.(entry, refuse)
  }
  return data as readonly Entry[]
}

type Members = Readonly<Record<string, unknown>>
type Refuse = (what: string) => ImportError

const isMap = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isText = (value: unknown): value is string => typeof value === 'string'

/** What the entry is about, for messages: ` (dimension visit)`. */
function titleOf(entry: unknown): string {
  if (!isMap(entry) || !isText(entry['type'])) return ''
  const name = ['element', 'dataset_type', 'collection', 'name'].map((key) => entry[key]).find(isText)
  return ` (${entry['type']}${name === undefined ? '' : ` ${name}`})`
}

function requireText(entry: Members, key: string, refuse: Refuse): void {
  if (!['string', 'number'].includes(typeof entry[key])) throw refuse(`has no '${key}'`)
}

function requireList(
  entry: Members,
  key: string,
  refuse: Refuse,
  fits: (item: unknown) => boolean = isText,
): readonly unknown[] {
  const list = entry[key]
  if (!Array.isArray(list)) throw refuse(`has no list '${key}'`)
  const wrong = list.findIndex((item) => !fits(item))
  if (wrong >= 0) throw refuse(`has an empty or unreadable item ${wrong + 1} in '${key}'`)
  return list
}

const SHAPES: Readonly<Record<string, (entry: Members, refuse: Refuse) => void>> = {
  dimension(entry, refuse) {
    requireText(entry, 'element', refuse)
    requireList(entry, 'records', refuse, isMap)
  },
  run: (entry, refuse) => requireText(entry, 'name', refuse),
  collection(entry, refuse) {
    for (const key of ['collection_type', 'name']) requireText(entry, key, refuse)
    if (entry['collection_type'] === 'CHAINED') requireList(entry, 'children', refuse)
  },
  dataset_type(entry, refuse) {
    for (const key of ['name', 'storage_class']) requireText(entry, key, refuse)
    requireList(entry, 'dimensions', refuse)
  },
  dataset(entry, refuse) {
    for (const key of ['dataset_type', 'run']) requireText(entry, key, refuse)
    for (const [i, record] of requireList(entry, 'records', refuse, isMap).entries()) {
      const of: Refuse = (what) => refuse(`${what} in record ${i + 1}`)
      const ids = requireList(record as Members, 'dataset_id', of)
      const dataIds = requireList(record as Members, 'data_id', of, isMap)
      if (ids.length !== dataIds.length) throw of(`has ${ids.length} ids for ${dataIds.length} data IDs`)
    }
  },
  associations(entry, refuse) {
    for (const key of ['collection', 'collection_type']) requireText(entry, key, refuse)
    if (entry['collection_type'] === 'TAGGED') requireList(entry, 'dataset_ids', refuse)
    else
      for (const range of requireList(entry, 'validity_ranges', refuse, isMap) as readonly Members[]) {
        if (!(range['timespan'] instanceof Timespan)) throw refuse("has no 'timespan' in 'validity_ranges'")
        requireList(range, 'dataset_ids', refuse)
      }
  },
}
