import { messageOf } from '#core'
import type { FileDatastore } from '../datastore/file-datastore.ts'
import type { FileRecord, StoredRecord } from '../datastore/record-table.ts'
import { isAddress, withoutFragment, zipMember } from '../datastore/uri.ts'
import { readZipDirectory } from '../datastore/zip-reader.ts'
import { eachLimited } from '../datastore/each-limited.ts'
import type { BrokenRecord, OwnerNames } from './report.ts'

interface Judging {
  readonly names: OwnerNames
  readonly brokenLinks: ReadonlySet<string>
  readonly checksums: boolean
}

/** `missing`: gone for certain; other text: what a person has to look at. */
type Verdict = string | undefined

/**
 * Look at the file of each record. A dataset is `missing` only when all its files are gone from the repository's own folders; a file
 * outside, behind a broken link, on a disk that is not mounted or a server that does not answer may come back.
 */
export async function judgeRecords(
  store: FileDatastore,
  records: readonly StoredRecord[],
  { names, brokenLinks, checksums }: Judging,
): Promise<{ readonly missing: readonly BrokenRecord[]; readonly damaged: readonly BrokenRecord[] }> {
  const members = new Map<string, Promise<ReadonlySet<string> | string>>()
  const verdicts = await eachLimited(records, async (record) => {
    const why = await whatIsWrong(store, record, checksums, members)
    return why === 'missing' ? whyMissing(record, brokenLinks) : why
  })
  const own = records.map((record, i) => (isAddress(record.path) ? undefined : (verdicts[i] ?? 'there')))
  const isBare = own.includes('missing') && !own.includes('there')
  const isAway = isBare && (records.length > 1 || !(await hasRoot(store)))
  const whole = new Set(records.filter((_, i) => verdicts[i] !== 'missing').map((r) => r.id))
  const broken = records.flatMap((record, i): readonly BrokenRecord[] => {
    let why = verdicts[i]
    if (why === undefined) return []
    if (why === 'missing' && isAway) why = `missing, as every file of '${store.root}': is its disk mounted?`
    if (why === 'missing' && whole.has(record.id)) why = 'missing, while its other parts are there'
    return [
      {
        id: record.id,
        component: record.component,
        path: record.path,
        datasetType: names.types.get(record.typeId) ?? '?',
        run: names.runs.get(record.runId) ?? '?',
        why,
      },
    ]
  })
  return {
    missing: broken.filter((b) => b.why === 'missing'),
    damaged: broken.filter((b) => b.why !== 'missing'),
  }
}

const hasRoot = async (store: FileDatastore): Promise<boolean> =>
  store.isRemote || (await store.files.stat(store.root)) !== undefined

async function whatIsWrong(
  store: FileDatastore,
  record: FileRecord,
  checksums: boolean,
  members: Map<string, Promise<ReadonlySet<string> | string>>,
): Promise<Verdict> {
  try {
    const stat = await store.files.stat(store.placeOf(record))
    if (stat === undefined) return 'missing'
    if (stat.kind === 'directory') return 'a folder in its place'
    const member = zipMember(record.path)
    if (member !== undefined) return await whatIsWrongInside(store, record, member, members)
    if (record.size >= 0 && stat.size !== record.size) return `${stat.size} bytes instead of ${record.size}`
    if (!checksums || record.checksum === undefined) return undefined
    const sum = await store.checksumOf(record)
    return sum === record.checksum
      ? undefined
      : `checksum ${sum.slice(0, 12)}… instead of ${record.checksum.slice(0, 12)}…`
  } catch (error) {
    return messageOf(error)
  }
}

/** Each archive's directory is read once. */
async function whatIsWrongInside(
  store: FileDatastore,
  record: FileRecord,
  member: string,
  archives: Map<string, Promise<ReadonlySet<string> | string>>,
): Promise<Verdict> {
  const place = store.placeOf(record)
  let names = archives.get(place)
  if (names === undefined) archives.set(place, (names = memberNames(store, place)))
  const known = await names
  if (typeof known === 'string') return known
  return known.has(member) || known.has(decodeURIComponent(member))
    ? undefined
    : 'no such member of the archive'
}

async function memberNames(store: FileDatastore, place: string): Promise<ReadonlySet<string> | string> {
  try {
    const source = await store.files.open(place)
    try {
      return new Set((await readZipDirectory(source)).keys())
    } finally {
      await (source as { close?: () => Promise<void> }).close?.()
    }
  } catch (error) {
    return messageOf(error)
  }
}

function whyMissing({ path }: FileRecord, brokenLinks: ReadonlySet<string>): string {
  if (isAddress(path)) return 'missing, outside the repository'
  for (let at = withoutFragment(path); at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('/'))))
    if (brokenLinks.has(at)) return `missing: the link '${at}' leads nowhere`
  return 'missing'
}
