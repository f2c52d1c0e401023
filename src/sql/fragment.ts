import type { SqlValue } from './driver.ts'

/** A piece of SQL with its parameters, to be put together with others. */
export interface Sql {
  readonly text: string
  readonly values: readonly SqlValue[]
}

/** `sql\`a = ${1} AND ${other}\``: values become parameters, pieces are put in place. */
export function sql(strings: TemplateStringsArray, ...parts: readonly (SqlValue | Sql)[]): Sql {
  let text = strings[0]!
  const values: SqlValue[] = []
  for (const [i, part] of parts.entries()) {
    if (isSql(part)) {
      text += part.text
      values.push(...part.values)
    } else {
      text += '?'
      values.push(part)
    }
    text += strings[i + 1]!
  }
  return { text, values }
}

const isSql = (part: SqlValue | Sql): part is Sql =>
  typeof part === 'object' && part !== null && 'text' in part && 'values' in part

/** SQL text without parameters; never from user input. */
export const raw = (text: string): Sql => ({ text, values: [] })

/** A quoted name. */
export const name = (identifier: string): Sql => raw(quoteName(identifier))

/** `"visit"`; names come from the schema, a quote inside is doubled all the same. */
export const quoteName = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`

export function join(parts: readonly Sql[], separator: string): Sql {
  return { text: parts.map((p) => p.text).join(separator), values: parts.flatMap((p) => p.values) }
}

/** `(?, ?, ?)` with the values; `(NULL)` for none, which no value is IN. */
export const valueList = (values: readonly SqlValue[]): Sql =>
  values.length === 0 ? raw('(NULL)') : { text: `(${values.map(() => '?').join(', ')})`, values }

/** SQLite takes expressions a thousand levels deep, and of a chain of ANDs each is a level. */
const MOST_IN_CHAIN = 200

export const and = (parts: readonly Sql[]): Sql => (parts.length === 0 ? raw('1 = 1') : chain(parts, ' AND '))

export const or = (parts: readonly Sql[]): Sql => (parts.length === 0 ? raw('1 = 0') : chain(parts, ' OR '))

function chain(parts: readonly Sql[], separator: string): Sql {
  if (parts.length === 1) return parts[0]!
  if (parts.length <= MOST_IN_CHAIN) return sql`(${join(parts, separator)})`
  const groups: Sql[] = []
  for (let i = 0; i < parts.length; i += MOST_IN_CHAIN)
    groups.push(chain(parts.slice(i, i + MOST_IN_CHAIN), separator))
  return chain(groups, separator)
}
