import type { CustomTypesConfig } from 'pg'
import type { SqlValue } from '#sql'

const BOOL = 16
const INT8 = 20
const INT2 = 21
const INT4 = 23
const FLOAT4 = 700
const FLOAT8 = 701
const NUMERIC = 1700
const UUID = 2950

/** Numbers while they are exact, bigints above. */
const integer = (text: string): SqlValue => {
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : BigInt(text)
}

const PARSERS: Readonly<Record<number, (text: string) => SqlValue>> = {
  [BOOL]: (text) => (text === 't' ? 1 : 0),
  [INT8]: integer,
  [INT2]: Number,
  [INT4]: Number,
  [FLOAT4]: Number,
  [FLOAT8]: Number,
  [NUMERIC]: Number,
  [UUID]: (text) => text.replaceAll('-', ''),
}

/** Values as SQLite's tables have them: booleans 0 and 1, UUIDs 32 hexadecimal digits, all else text. */
export const valueParsers: CustomTypesConfig = {
  getTypeParser: (oid: number) => PARSERS[oid] ?? ((text: string) => text),
}
