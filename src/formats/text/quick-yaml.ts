/**
 * YAML of ordinary data (maps, lists of scalars, numbers, words), as the library writes it and some fifty times faster; undefined
 * for anything that may need quotes, tags or care: then the library must write it.
 */
export function quickYaml(value: unknown, float: (value: number) => string): string | undefined {
  const lines: string[] = []
  return isMap(value) && hasMembers(value) && writeMap(value, '', lines, float) ? lines.join('') : undefined
}

type Float = (value: number) => string

function writeMap(map: Readonly<Record<string, unknown>>, indent: string, lines: string[], float: Float) {
  for (const key of Object.keys(map)) {
    const value = map[key]
    if (value === undefined) continue
    if (!isWord(key) || key.length > MOST_KEY) return false
    const scalar = scalarText(value, float)
    if (scalar !== undefined) lines.push(`${indent}${key}: ${scalar}\n`)
    else if (Array.isArray(value)) {
      if (!writeList(value, `${indent}${key}:`, `${indent}  - `, lines, float)) return false
    } else if (isMap(value) && hasMembers(value)) {
      lines.push(`${indent}${key}:\n`)
      if (!writeMap(value, `${indent}  `, lines, float)) return false
    } else return false
  }
  return true
}

function writeList(items: readonly unknown[], head: string, dash: string, lines: string[], float: Float) {
  if (items.length === 0) return false
  lines.push(`${head}\n`)
  for (const item of items) {
    const scalar = scalarText(item, float)
    if (scalar === undefined) return false
    lines.push(`${dash}${scalar}\n`)
  }
  return true
}

/** Longer keys are written with a question mark. */
const MOST_KEY = 100

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype

const hasMembers = (map: Readonly<Record<string, unknown>>): boolean =>
  Object.values(map).some((v) => v !== undefined)

const isWord = (text: string): boolean => WORD.test(text) && !RESERVED.test(text)
const WORD = /^[A-Za-z_][\w./-]*(?: [\w./]+)*$/
/** What some YAML takes for something else than text. */
const RESERVED = /^(?:y|n|yes|no|on|off|true|false|null|[e_][\d_]*)$/i

function scalarText(value: unknown, float: Float): string | undefined {
  switch (typeof value) {
    case 'number':
      return Object.is(value, -0) ? undefined : Number.isSafeInteger(value) ? String(value) : float(value)
    case 'boolean':
      return String(value)
    case 'string':
      return isWord(value) ? value : undefined
    default:
      return value === null ? 'null' : undefined
  }
}

const LINE = /^([A-Za-z][A-Za-z0-9_]*): (0|-?[1-9][0-9]{0,14}|-?(?:0|[1-9][0-9]{0,14})\.[0-9]+)$/
/** Keys that are no strings. */
const OTHER_KEY = /^(?:null|true|false|yes|no|on|off)$/i

/** A mapping of names to decimal numbers, one a line, which needs no parser; undefined for any other text. */
export function quickMapping(text: string): Record<string, number> | undefined {
  if (text.length > MOST_QUICK || !text.endsWith('\n')) return undefined
  const read: Record<string, number> = {}
  for (const line of text.slice(0, -1).split('\n')) {
    const [, key, number] = LINE.exec(line) ?? []
    if (key === undefined || OTHER_KEY.test(key) || Object.hasOwn(read, key)) return undefined
    read[key] = Number(number)
  }
  return read
}

/** Characters: longer texts are seldom that simple, and would be looked at twice. */
const MOST_QUICK = 10_000
