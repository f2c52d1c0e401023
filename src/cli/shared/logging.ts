import { writeFileSync } from 'node:fs'
import { usageError } from './report.ts'
import { formatLong, formatShort, LOG_LEVELS, type LogLevel, type LogRecord, type LogSink } from '#core'
import type { CommandIo } from './io.ts'

/** The options before the subcommand. */
export interface LogOptions {
  readonly logLevel: readonly string[]
  readonly longLog: boolean
  readonly logFile: readonly string[]
  readonly logTty: boolean
  readonly logLabel: readonly string[]
}

const RANK = new Map(LOG_LEVELS.map((level, i) => [level, i]))

/** @throws FirstlightError `cli/usage` */
export const checkLogLevels = ({ logLevel }: Pick<LogOptions, 'logLevel'>): readonly LevelRule[] =>
  logLevel.flatMap((text) => text.split(',')).map(parseLevel)

/** A sink that filters by `--log-level`, writes to the terminal and to `--log-file`. */
export function makeSink(options: LogOptions, io: CommandIo): LogSink {
  const levels = checkLogLevels(options)
  const files = options.logFile.map(openLogFile)
  const labels = Object.fromEntries(options.logLabel.flatMap((t) => t.split(',')).map(splitLabel))
  const format = options.longLog ? formatLong : formatShort
  return (record) => {
    if ((RANK.get(record.level) ?? 0) < (RANK.get(thresholdOf(record.name, levels)) ?? 0)) return
    const labelled = {
      ...record,
      ...((record.labels || options.logLabel.length > 0) && { labels: { ...labels, ...record.labels } }),
    }
    if (options.logTty) io.err(`${format(labelled)}\n`)
    for (const write of files) write(labelled)
  }
}

interface LevelRule {
  readonly name: string
  readonly level: LogLevel
}

function parseLevel(text: string): LevelRule {
  const [name, word] = text.includes('=') ? (text.split('=') as [string, string]) : ['', text]
  const level = LOG_LEVELS.find((l) => l === word.toUpperCase() || l.startsWith(word.toUpperCase()))
  if (level !== undefined && word !== '') return { name: name === '.' ? '' : name, level }
  throw usageError(`'${word}' is no log level.`, {
    hint: `Known are ${LOG_LEVELS.join(', ')}; write LEVEL or name=LEVEL.`,
  })
}

/** The longest rule whose name is the logger's or above it; INFO without one. */
function thresholdOf(name: string, rules: readonly LevelRule[]): LogLevel {
  let best: LevelRule = { name: '', level: 'INFO' }
  for (const rule of rules)
    if (
      (rule.name === '' || name === rule.name || name.startsWith(`${rule.name}.`)) &&
      rule.name.length >= best.name.length
    )
      best = rule
  return best.level
}

function openLogFile(path: string): LogSink {
  writeFileSync(path, '', { flag: 'a' })
  const asJson = path.endsWith('.json')
  const line = (record: LogRecord): string =>
    asJson ? JSON.stringify({ ...record, time: new Date(record.time).toISOString() }) : formatLong(record)
  return (record) => writeFileSync(path, `${line(record)}\n`, { flag: 'a' })
}

function splitLabel(text: string): [string, string] {
  const at = text.indexOf('=')
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)]
  throw usageError(`Cannot read the label '${text}'.`, {
    hint: 'Write --log-label key=value.',
  })
}
