import { quoteIdentifier, quoteText } from './quote.ts'

/** A column as the engine reads it from a file; `type` is undefined where the file says only that there is nothing. */
export interface FileColumn {
  readonly name: string
  readonly type: string | undefined
}

/** A column of a table over files that differ. */
export interface UnitedColumn {
  readonly name: string
  readonly type: string
}

/** What the engine makes of two nested types or decimals below each other; undefined when nothing. */
type Combine = (a: string, b: string) => Promise<string | undefined>

/**
 * Columns of files that differ, by name in any case, in the order in which they first come. A type is wide enough for every
 * value: unlike the engine's own rule an integer beside a 4-byte float becomes a double, and types of different kinds
 * become text. Only whole numbers of 8 bytes beside a double can fail to have their place there, which ends the query.
 */
export async function uniteColumns(
  shapes: readonly (readonly FileColumn[])[],
  combine: Combine,
): Promise<readonly UnitedColumn[]> {
  const united = new Map<string, { name: string; type: string | undefined }>()
  for (const { name, type } of shapes.flat()) {
    const known = united.get(name.toLowerCase())
    if (known === undefined) united.set(name.toLowerCase(), { name, type })
    else if (known.type === undefined) known.type = type
    else if (type !== undefined && type !== known.type) known.type = await widest(known.type, type, combine)
  }
  return [...united.values()].map(({ name, type }) => ({ name, type: type ?? 'INTEGER' }))
}

/** The united columns of one file, or table, with the alias `t`. */
export const listSql = (columns: readonly UnitedColumn[], own: readonly FileColumn[]): string =>
  columns
    .map((c) =>
      columnSql(
        c,
        own.find(({ name }) => name.toLowerCase() === c.name.toLowerCase()),
        't',
      ),
    )
    .join(', ')

/** SQL for one file's values of a united column: never another value than the file's. */
function columnSql(wanted: UnitedColumn, own: FileColumn | undefined, table: string): string {
  const alias = quoteIdentifier(wanted.name)
  if (own?.type === undefined) return `NULL::${wanted.type} AS ${alias}`
  const column = `${table}.${quoteIdentifier(own.name)}`
  if (own.type === wanted.type) return own.name === wanted.name ? column : `${column} AS ${alias}`
  const cast = `${column}::${wanted.type}`
  if (wanted.type !== 'DOUBLE' || !/^U?(?:BIG|HUGE)INT$/.test(own.type)) return `${cast} AS ${alias}`
  const refusal = `The column '${wanted.name}' has doubles in some files and whole numbers in others, of which no double is `
  const cure = '. Leave out the files with doubles by a condition on the data ID.'
  const refused = `error(${quoteText(refusal)} || ${column} || ${quoteText(cure)})`
  return `CASE WHEN ${column} IS NULL OR TRY_CAST(${cast} AS HUGEINT) = ${column} THEN ${cast} ELSE ${refused} END AS ${alias}`
}

async function widest(a: string, b: string, combine: Combine): Promise<string> {
  if (isNumber(a) && isNumber(b)) return widestNumber(a, b) ?? (await combine(a, b)) ?? 'DOUBLE'
  if (isTime(a) && isTime(b)) return (await combine(a, b)) ?? 'VARCHAR'
  if (isNested(a) && isNested(b)) return (await combine(exactFloats(a), exactFloats(b))) ?? 'VARCHAR'
  return 'VARCHAR'
}

/** Undefined for decimals, which the engine widens itself. */
function widestNumber(a: string, b: string): string | undefined {
  const [first, second] = [INTEGERS[a], INTEGERS[b]]
  if (first !== undefined && second !== undefined) {
    const bits = Math.max(first.bits, second.bits)
    return (
      Object.entries(INTEGERS).find(
        ([, type]) =>
          type.bits >= bits &&
          [first, second].every((own) => (type.signed ? own.signed || own.bits < type.bits : !own.signed)),
      )?.[0] ?? 'DOUBLE'
    )
  }
  if (a === 'DOUBLE' || b === 'DOUBLE') return 'DOUBLE'
  if (a !== 'FLOAT' && b !== 'FLOAT') return undefined
  const other = INTEGERS[a === 'FLOAT' ? b : a]
  return other !== undefined && other.bits <= 16 ? 'FLOAT' : 'DOUBLE'
}

/** Narrow ones first. */
const INTEGERS: Readonly<Record<string, { readonly bits: number; readonly signed: boolean }>> = {
  BOOLEAN: { bits: 1, signed: false },
  UTINYINT: { bits: 8, signed: false },
  TINYINT: { bits: 8, signed: true },
  USMALLINT: { bits: 16, signed: false },
  SMALLINT: { bits: 16, signed: true },
  UINTEGER: { bits: 32, signed: false },
  INTEGER: { bits: 32, signed: true },
  UBIGINT: { bits: 64, signed: false },
  BIGINT: { bits: 64, signed: true },
  UHUGEINT: { bits: 128, signed: false },
  HUGEINT: { bits: 128, signed: true },
}

const isNumber = (type: string): boolean =>
  type in INTEGERS || type === 'FLOAT' || type === 'DOUBLE' || type.startsWith('DECIMAL')

const isTime = (type: string): boolean => /^(?:DATE|TIMESTAMP(?:_S|_MS|_NS| WITH TIME ZONE)?)$/.test(type)

const isNested = (type: string): boolean => type.endsWith(']') || /^(?:STRUCT|MAP)\(/.test(type)

const exactFloats = (type: string): string => type.replace(/\bFLOAT\b/g, 'DOUBLE')
