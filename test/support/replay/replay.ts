import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { rawSqlite } from '../raw-sqlite.ts'
import type { Butler } from '#butler'
import { Catalog } from '#table'
import { openNodeButler } from '#platform/node'
import { unpackArchive } from './archive.ts'
import { runCommand } from './commands.ts'
import { compareAnswer, compareError, Marks, type RecordedError } from './compare.ts'
import { isMap, type Json, writeValue } from './notation.ts'
import { runOperation, type Spec, UnknownOperation } from './operations.ts'

interface Case {
  readonly id: string
  readonly sequence?: string
  /** What a sequence of pipeline commands is called. */
  readonly scenario?: string
  readonly spec?: Spec
  readonly result?: Json
  readonly error?: RecordedError
  readonly ordered?: boolean
  readonly cmd?: readonly string[]
  readonly stdout?: string
  readonly stderr?: string
  readonly rc?: number
}

export interface CaseResult {
  readonly file: string
  readonly id: string
  readonly what: string
  /** What differs; undefined when right. */
  readonly difference: string | undefined
}

/** Makes another form of a repository, which it takes away; gives its folder. */
type Move = (root: string) => Promise<string>

/**
 * Replay the cases of files on fresh copies of an archived repository, or on what `move` makes of a copy: one for all questions and
 * reading commands, one for each sequence of changes.
 */
export async function replay(
  archive: string,
  files: readonly string[],
  move?: Move,
): Promise<readonly CaseResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'firstlight-replay-'))
  try {
    const master = unpackArchive(archive, join(folder, 'master'))
    prepareOut(join(folder, 'out'))
    const results: CaseResult[] = []
    const moved = move === undefined ? undefined : await Place.moved(master, folder, move)
    for (const file of files) results.push(...(await replayFile(file, master, folder, moved, move)))
    await moved?.close()
    return results
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** `<OUT>` is one folder for all files of a recording; the recorder put these there between two of them. */
function prepareOut(out: string): void {
  mkdirSync(out, { recursive: true })
  for (const name of ['x1.json', 'x2.json']) writeFileSync(join(out, name), JSON.stringify({ file: name }))
  writeFileSync(join(out, 'table.csv'), INGEST_TABLE)
}

const INGEST_TABLE = `file,instrument,visit,detector
x1.json,HSC,903334,5
x2.json,HSC,903334,10
`

/** What `--data-id-table` of the recorded graphs reads. */
const DATA_ID_TABLE = 'instrument,visit,detector\nHSC,903334,5\nHSC,903336,10\n'

async function replayFile(
  file: string,
  master: string,
  folder: string,
  moved: Place | undefined,
  move: Move | undefined,
): Promise<readonly CaseResult[]> {
  const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: readonly Case[] }
  const results: CaseResult[] = []
  let sequence: string | undefined
  let place = moved
  for (const item of cases) {
    const own = item.sequence ?? item.scenario
    if (place === undefined || own !== sequence) {
      if (place !== moved) await place?.close()
      const isChanged = own !== undefined
      if (!isChanged && moved !== undefined) place = moved
      else if (move !== undefined) place = await Place.moved(master, folder, move, isChanged)
      else place = new Place(master, mkdtempSync(join(folder, 'case-')), isChanged)
      sequence = own
    }
    const difference = await runCase(item, place)
    results.push({ file: basename(file, '.json'), id: item.id, what: describe(item), difference })
  }
  if (place !== moved) await place?.close()
  return results
}

const OUTSIDE = 'file:///data/outside'

/** A copy of the repository that a file's (or a sequence's) cases run in. */
export class Place {
  readonly folder: string
  repository: string
  readonly marks = new Marks()
  /** Run time stamps by first sight. */
  readonly stamps = new Map<string, string>()
  /** In another database than the recording's. */
  isMoved = false
  private readonly writeable: boolean
  private butler: Promise<Butler> | undefined

  constructor(master: string, folder: string, writeable: boolean) {
    this.folder = folder
    this.repository = join(folder, basename(master))
    this.writeable = writeable
    cpSync(master, this.repository, { recursive: true })
    this.placeOutsideFile()
    writeFileSync(join(folder, 'ids.csv'), DATA_ID_TABLE)
  }

  /** A copy in another form. */
  static async moved(master: string, folder: string, move: Move, writeable = false): Promise<Place> {
    const place = new Place(master, mkdtempSync(join(folder, 'moved-')), writeable)
    place.repository = await move(place.repository)
    place.isMoved = true
    return place
  }

  /** One dataset was ingested `direct` from a file outside, which is not in the archive: make it where we may write. */
  private placeOutsideFile(): void {
    const outside = join(this.folder, 'outside')
    mkdirSync(outside, { recursive: true })
    writeFileSync(join(outside, 'direct.json'), '{"ingested": "direct"}')
    const database = rawSqlite(join(this.repository, 'gen3.sqlite3'))
    database
      .prepare('UPDATE file_datastore_records SET path = replace(path, ?, ?) WHERE path LIKE ?')
      .run(OUTSIDE, `file://${outside}`, `${OUTSIDE}/%`)
    database.close()
  }

  /** Paths of this copy as the recording writes them. */
  marked(text: string): string {
    return text
      .replaceAll(this.repository, '<REPO>')
      .replaceAll(join(this.folder, 'outside'), '/data/outside')
  }

  open(): Promise<Butler> {
    this.butler ??= openNodeButler(this.repository, { writeable: this.writeable })
    return this.butler
  }

  async close(): Promise<void> {
    await (await this.butler)?.close()
  }
}

async function runCase(item: Case, place: Place): Promise<string | undefined> {
  if (item.cmd !== undefined) return await runCommand({ ...item, cmd: item.cmd }, place)
  if (item.spec === undefined) throw new UnknownOperation(`case ${item.id} without spec or cmd`)
  let answer: Json = null
  let thrown: unknown
  try {
    const value = await runOperation(await place.open(), item.spec)
    answer = fill(writeValue(plainTables(value)), place)
  } catch (error) {
    if (error instanceof UnknownOperation) throw error
    thrown = error
  }
  if (item.error !== undefined) return compareError(item.error, thrown)
  if (thrown !== undefined)
    return `threw ${(thrown as Error).name}: ${(thrown as Error).message}${process.env['REPLAY_STACK'] ? `\n${(thrown as Error).stack}` : ''}`
  const isOrdered = item.ordered === true && !(place.isMoved && isOrderOfDatabase(item.spec))
  return compareAnswer(item.result ?? null, answer, isOrdered, place.marks)
}

const ROWS = /^(?:query_(?:datasets|all_datasets|data_ids|dimension_records)|query|associations)$/

/** Rows that were asked for in no order: the recording has them in that of SQLite. */
function isOrderOfDatabase(spec: Spec): boolean {
  const kind = spec['do'] ?? spec['op']
  const asks = /"order_by":(?!\[\]|""|null)/.test(JSON.stringify(spec))
  return typeof kind === 'string' && ROWS.test(kind) && !asks
}

/** Catalogs as columns; task metadata as the recorder saw it, the names at its top. */
function plainTables(value: unknown): unknown {
  if (isMap(value) && isMap(value['scalars']) && isMap(value['arrays']) && isMap(value['metadata']))
    return Object.keys({ ...value['scalars'], ...value['arrays'], ...value['metadata'] })
  if (!(value instanceof Catalog)) return value
  return {
    table: 'catalog',
    columns: Object.fromEntries(
      value.schema.columns.map((c: { name: string }) => [
        c.name,
        Array.from({ length: value.numRows }, (_, row) => value.get(c.name, row)),
      ]),
    ),
  }
}

const fill = (value: Json, place: Place): Json =>
  typeof value === 'string'
    ? place.marked(value)
    : Array.isArray(value)
      ? value.map((v) => fill(v, place))
      : isMap(value)
        ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, fill(v, place)]))
        : value

const describe = (item: Case): string => (item.cmd?.join(' ') ?? JSON.stringify(item.spec)).slice(0, 300)
