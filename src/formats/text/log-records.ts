import { LOG_LEVELS, type LogLevel, type LogRecord, type LogRecords } from '#core'
import { formatError } from '../errors.ts'
import { parseJson, stringifyJson } from './json-text.ts'

/** Python's numbers of the levels. */
const LEVEL_NUMBERS: Readonly<Record<LogLevel, number>> = {
  TRACE: 5,
  DEBUG: 10,
  VERBOSE: 15,
  INFO: 20,
  WARNING: 30,
  ERROR: 40,
  CRITICAL: 50,
}

/** Ends the records of the streamed form; the rest of the file is one JSON value. */
const EXTRA_MARK = '###EXTRA###'

/** The JSON of lsst.daf.butler's ButlerLogRecords. Source lines are not known here: they are written as 0. */
export function writeLogRecords(records: LogRecords): string {
  const { extra, previous } = records
  return stringifyJson({
    extended: true,
    version: 2,
    records: records.map(toFile),
    ...extra,
    ...(previous && { previous_attempts: attempts(previous) }),
  })
}

/** All attempts so far, oldest first, as lsst.pipe.base keeps them: one list, each with its records. */
function attempts(last: LogRecords): readonly unknown[] {
  const { previous_attempts: earlier, ...extra } = last.extra ?? {}
  return [...(Array.isArray(earlier) ? (earlier as unknown[]) : []), { ...extra, logs: last.map(toFile) }]
}

const toFile = (record: LogRecord) => ({
  name: record.name,
  asctime: new Date(record.time).toISOString().replace('.000Z', 'Z'),
  message: record.message,
  levelno: LEVEL_NUMBERS[record.level],
  levelname: record.level,
  filename: '',
  pathname: '',
  lineno: 0,
  funcName: '',
  process: 0,
  processName: 'MainProcess',
  MDC: record.labels ?? {},
})

/** Either form: one JSON object or list with all records, or a record a line and the rest after a mark. */
export function readLogRecords(text: string, name: string): LogRecords {
  if (text.trim() === '') return []
  if (text.startsWith('[')) return list(parseJson(text, name), name)
  if (text.startsWith('{"extended":true')) {
    const whole = parseJson(text, name)
    const { extended, version, records, ...extra } = isRecord(whole) ? whole : {}
    return withExtra(list(records, name), extra)
  }
  const lines = text.split('\n')
  const end = lines.findIndex((line) => line.startsWith(EXTRA_MARK))
  const kept = (end < 0 ? lines : lines.slice(0, end)).filter((line) => line.trim() !== '')
  const records = list(
    kept.map((line, i) => parseJson(line, `${name}, line ${i + 1}`)),
    name,
  )
  const rest = end < 0 ? '' : lines.slice(end).join('\n').slice(EXTRA_MARK.length)
  const extra = rest.trim() === '' ? undefined : parseJson(rest, `${name}, after ${EXTRA_MARK}`)
  return withExtra(records, isRecord(extra) ? extra : {})
}

const withExtra = (records: LogRecord[], extra: Readonly<Record<string, unknown>>): LogRecords =>
  Object.keys(extra).length === 0 ? records : Object.assign(records, { extra })

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

function list(value: unknown, name: string): LogRecord[] {
  if (!Array.isArray(value)) throw formatError('bad-file', `${name} holds no list of log records.`)
  return value.map((record: unknown, i) => fromFile(record, `${name}, record ${i + 1}`))
}

function fromFile(value: unknown, where: string): LogRecord {
  const time = isRecord(value) ? Date.parse(String(value['asctime'])) : Number.NaN
  if (!isRecord(value) || Number.isNaN(time) || typeof value['message'] !== 'string')
    throw formatError('bad-file', `${where} is no log record: it needs asctime, name, levelname and message.`)
  const labels = isRecord(value['MDC'])
    ? Object.entries(value['MDC']).map(([k, v]) => [k, String(v)] as const)
    : []
  return {
    time,
    level: levelOf(String(value['levelname']), Number(value['levelno'])),
    name: String(value['name']),
    message: value['message'],
    ...(labels.length > 0 && { labels: Object.fromEntries(labels) }),
  }
}

function levelOf(name: string, number: number): LogLevel {
  const known = LOG_LEVELS.find((level) => level === name)
  return known ?? LOG_LEVELS.findLast((level) => LEVEL_NUMBERS[level] <= number) ?? 'INFO'
}
