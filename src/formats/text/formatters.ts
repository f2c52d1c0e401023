import type { LogRecords } from '#core'
import type { Formatter } from '#butler'
import { Instant, Timespan } from '#time'
import { badValue, formatError, noComponent } from '../errors.ts'
import { parseJson, stringifyJson } from './json-text.ts'
import { readLogRecords, writeLogRecords } from './log-records.ts'
import { requirePlain } from './plain-data.ts'
import { readText } from './read-text.ts'
import { storedMetadata } from './task-metadata.ts'
import { parseYaml, stringifyYaml } from './yaml-text.ts'

/** Numbers, TaskMetadata, and any other value that is plain data. */
export const jsonFormatter: Formatter = {
  name: 'lsst.daf.butler.formatters.json.JsonFormatter',
  extension: '.json',
  async read(source, { component, storageClass }) {
    const value = parseJson(await readText(source), source.name)
    if (component !== undefined) return member(value, component, storageClass)
    return storageClass === 'Timespan' ? timespanOf(value, source.name) : value
  },
  write: (value, storageClass) => stringifyJson(jsonValue(value, storageClass)),
}

/** Structured data. */
export const yamlFormatter: Formatter = {
  name: 'lsst.daf.butler.formatters.yaml.YamlFormatter',
  extension: '.yaml',
  alsoReads: ['.yml'],
  async read(source, { component, storageClass }) {
    const value = parseYaml(await readText(source), source.name)
    if (component !== undefined) return member(value, component, storageClass)
    return storageClass === 'Timespan' ? timespanOf(value, source.name) : value
  },
  write: (value, storageClass) => {
    if (value instanceof Timespan) return yamlTimespan(value)
    requirePlain(value, storageClass)
    return stringifyYaml(value)
  },
}

function jsonValue(value: unknown, storageClass: string): unknown {
  if (value instanceof Timespan) return [...value.nsec]
  if (storageClass === 'TaskMetadata') return storedMetadata(value)
  requirePlain(value, storageClass)
  return value
}

function member(value: unknown, component: string, storageClass: string): unknown {
  const members = typeof value === 'object' && value !== null ? Object.entries(value) : []
  const found = members.find(([key]) => key === component)
  if (found === undefined)
    throw noComponent(
      storageClass,
      component,
      members.map(([key]) => key),
    )
  return found[1]
}

/** `[begin, end]` in ns of TAI, or the bounds as texts. */
function timespanOf(value: unknown, name: string): Timespan {
  if (Array.isArray(value) && value.length === 2)
    return Timespan.fromNsec(BigInt(value[0] as number), BigInt(value[1] as number))
  if (typeof value === 'object' && value !== null && 'begin' in value && 'end' in value) {
    const bound = (text: unknown): Instant | null =>
      typeof text === 'string' ? Instant.fromIso(text, 'tai') : null
    return Timespan.between(bound(value.begin), bound(value.end), { padInstant: false })
  }
  throw formatError('bad-file', `${name} holds no timespan.`)
}

function yamlTimespan(span: Timespan): string {
  const bound = (t: Instant | null | undefined): string =>
    t ? `!butler_time/tai/iso '${t.toIso('tai', 9).replace('T', ' ')}'` : 'null'
  return `!lsst.daf.butler.Timespan\nbegin: ${bound(span.begin)}\nend: ${bound(span.end)}\n`
}

/** Version numbers by package name. */
export const packagesFormatter: Formatter = {
  name: 'lsst.daf.butler.formatters.packages.PackagesFormatter',
  extension: '.yaml',
  alsoReads: ['.json'],
  async read(source) {
    const text = await readText(source)
    const value = source.name.endsWith('.json') ? parseJson(text, source.name) : parseYaml(text, source.name)
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw formatError('bad-file', `${source.name} holds no package versions.`)
    return Object.fromEntries(Object.entries(value).map(([name, version]) => [name, String(version)]))
  },
  write: (value) => {
    if (typeof value !== 'object' || value === null) throw badValue('packages', 'names with versions', value)
    return stringifyYaml(value, 'lsst.utils.packages.Packages')
  },
}

/** Log records of a quantum. */
export const logFormatter: Formatter = {
  name: 'lsst.daf.butler.formatters.logs.ButlerLogRecordsFormatter',
  extension: '.json',
  alsoReads: ['.log'],
  async read(source) {
    return readLogRecords(await readText(source), source.name)
  },
  write: (value) => {
    if (!Array.isArray(value)) throw badValue('log', 'a list of log records', value)
    return writeLogRecords(value as LogRecords)
  },
}

/** The save text of a config. It is never executed: reading gives the text, which the config module parses. */
export const configFormatter: Formatter = {
  name: 'lsst.pipe.base.formatters.pexConfig.PexConfigFormatter',
  extension: '.py',
  read: (source) => readText(source),
  write: (value) => {
    if (typeof value !== 'string') throw badValue('config', 'the save text of a config', value)
    return value
  },
}
