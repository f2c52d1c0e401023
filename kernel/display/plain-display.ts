import type { LogRecord } from '#core'
import type { DisplayData } from '../protocol/threads.ts'
import { showDefects, showDetector, showNdArray, showVisitInfo } from './instrument-display.ts'
import { showMetadata } from './metadata-display.ts'
import { plainText } from './plain-text.ts'
import { isArray, isDefects, isDetector, isLogRecord, isStoredMetadata, isVisitInfo } from './plain-shapes.ts'
import { recordData, treeOf } from './record.ts'
import { htmlTable, textTable } from './text.ts'

const MOST_RECORDS = 200

/**
 * Values without a class of their own, told by their members: detectors, visits, defects, arrays, logs; nested records as
 * a folding tree (its text stays what Node prints). Small flat records are left to Node.
 */
export function showPlain(value: unknown): Promise<DisplayData> | undefined {
  const shown = display(value)
  return shown === undefined ? undefined : Promise.resolve(shown)
}

function display(value: unknown): DisplayData | undefined {
  if (Array.isArray(value))
    return value.length > 0 && value.every(isLogRecord) ? logDisplay(value) : undefined
  if (isArray(value)) return showNdArray(value)
  if (isDetector(value)) return showDetector(value)
  if (isDefects(value)) return showDefects(value)
  if (isVisitInfo(value)) return showVisitInfo(value)
  if (isStoredMetadata(value)) return showMetadata(value)
  return treeDisplay(value as Readonly<Record<string, unknown>>)
}

function treeDisplay(value: Readonly<Record<string, unknown>>): DisplayData {
  const keys = Object.keys(value).length
  const made = recordData({
    title: 'Record',
    subtitle: `${keys} ${keys === 1 ? 'key' : 'keys'}`,
    facts: [],
    tree: treeOf(value),
  })
  return { data: { ...made.data, 'text/plain': plainText(value) }, metadata: made.metadata }
}

/** Log records as a terminal prints them, in a table where there is room. */
function logDisplay(records: readonly LogRecord[]): DisplayData {
  const heads = ['time', 'level', 'logger', 'message']
  const shown = records.slice(0, MOST_RECORDS)
  const rows = shown.map(({ time, level, name, message }) => [
    new Date(time).toISOString().slice(11, 23),
    level,
    name,
    message,
  ])
  const levels = new Map<string, number>()
  for (const { level } of records) levels.set(level, (levels.get(level) ?? 0) + 1)
  const counts = [...levels].map(([level, n]) => `${n} ${level}`).join(', ')
  const foot = `${records.length} log records: ${counts}${records.length > shown.length ? `, the first ${shown.length} shown` : ''}`
  const data = {
    'text/plain': `${textTable(heads, rows, { width: 160 })}\n${foot}`,
    'text/html': `${htmlTable(heads, rows)}<p>${foot}</p>`,
  }
  return { data, metadata: {} }
}
