import { messageOf } from './errors.ts'

/** Severities in rising order, named as the Rubin stack prints them (VERBOSE is its extra level between DEBUG and INFO). */
export const LOG_LEVELS = ['TRACE', 'DEBUG', 'VERBOSE', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export interface LogRecord {
  /** Milliseconds since 1970-01-01 UTC. */
  readonly time: number
  readonly level: LogLevel
  /** Dotted task path, e.g. `isr.crosstalk`. */
  readonly name: string
  readonly message: string
  /** Data ID or other labels of the work the record belongs to. */
  readonly labels?: Readonly<Record<string, string>>
}

/** Records as they are stored; a log may say more of its work in `extra`, e.g. the error that ended it. */
export interface LogRecords extends ReadonlyArray<LogRecord> {
  readonly extra?: Readonly<Record<string, unknown>>
  /** Of the attempt before, whose dataset these records replace: written with them. */
  readonly previous?: LogRecords
}

export type LogSink = (record: LogRecord) => void

export interface Logger {
  readonly name: string
  child(name: string): Logger
  /** Values take the places of `%s`, `%d`, `%f` … in the message; those that are left over stand behind it. */
  log(level: LogLevel, message: string, ...values: readonly unknown[]): void
  trace(message: string, ...values: readonly unknown[]): void
  debug(message: string, ...values: readonly unknown[]): void
  verbose(message: string, ...values: readonly unknown[]): void
  info(message: string, ...values: readonly unknown[]): void
  warn(message: string, ...values: readonly unknown[]): void
  error(message: string, ...values: readonly unknown[]): void
  critical(message: string, ...values: readonly unknown[]): void
}

export interface LoggerOptions {
  readonly labels?: Readonly<Record<string, string>>
  readonly now?: () => number
}

/** A logger that hands its records to `sink`; filtering by level is the sink's business. */
export function makeLogger(name: string, sink: LogSink, options: LoggerOptions = {}): Logger {
  const now = options.now ?? Date.now
  const log = (level: LogLevel, said: string, ...values: readonly unknown[]) => {
    const message = fillIn(textOf(said), values)
    sink({ time: now(), level, name, message, ...(options.labels && { labels: options.labels }) })
  }
  return {
    name,
    log,
    child: (sub) => makeLogger(name === '' ? sub : `${name}.${sub}`, sink, options),
    trace: (m, ...values) => log('TRACE', m, ...values),
    debug: (m, ...values) => log('DEBUG', m, ...values),
    verbose: (m, ...values) => log('VERBOSE', m, ...values),
    info: (m, ...values) => log('INFO', m, ...values),
    warn: (m, ...values) => log('WARNING', m, ...values),
    error: (m, ...values) => log('ERROR', m, ...values),
    critical: (m, ...values) => log('CRITICAL', m, ...values),
  }
}

/** Tasks in plain JavaScript log what they like; records are kept as text. */
function textOf(said: unknown): string {
  if (typeof said === 'string') return said
  if (typeof said !== 'object' || said === null || said instanceof Error) return messageOf(said)
  try {
    return JSON.stringify(said)
  } catch {
    return messageOf(said)
  }
}

/** As the console's methods do; without values the message stays as it is. */
function fillIn(message: string, values: readonly unknown[]): string {
  if (values.length === 0) return message
  let used = 0
  const filled = message.replace(/%[sdifjoO%]/g, (mark) => {
    if (mark === '%%') return '%'
    return used < values.length ? shown(mark, values[used++]) : mark
  })
  return [filled, ...values.slice(used).map(textOf)].join(' ')
}

function shown(mark: string, value: unknown): string {
  if (mark === '%i') return String(Math.trunc(Number(value)))
  return mark === '%d' || mark === '%f'
    ? String(typeof value === 'bigint' ? value : Number(value))
    : textOf(value)
}

export const silentLog: Logger = makeLogger('', () => {})

/** The seeds' form: `isr INFO: Applying bias correction.` (WARNING prints as WARN, as there). */
export const formatShort = ({ name, level, message }: LogRecord): string =>
  `${name} ${SHORT[level] ?? level}: ${message}`

/** `--long-log`: level, UTC time, labels, name, message. */
export function formatLong({ level, time, name, message, labels }: LogRecord): string {
  const where =
    labels === undefined
      ? ''
      : ` (${Object.entries(labels)
          .map(([k, v]) => `${k}:${v}`)
          .join(', ')})`
  return `${level} ${new Date(time).toISOString()} ${name}${where} - ${message}`
}

const SHORT: Partial<Record<LogLevel, string>> = { WARNING: 'WARN', CRITICAL: 'FATAL' }
