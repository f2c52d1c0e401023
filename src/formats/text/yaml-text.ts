import {
  type CreateNodeOptions,
  type DocumentOptions,
  parseDocument,
  type ScalarTag,
  stringify,
  type Tags,
  type ToStringOptions,
} from 'yaml'
import { PYYAML_REFUSED, PYYAML_SCALARS } from '#butler'
import { formatError } from '../errors.ts'
import { quickMapping, quickYaml } from './quick-yaml.ts'

type Tag = Exclude<Tags[number], string>

const SCALAR_TYPES = /:(?:null|bool|int|float|timestamp)$/

/** PyYAML's scalars in place of the library's; its collections, binary and merge keys stay. */
const pyYamlTags = (tags: readonly (Tag | string)[]): (Tag | string)[] => [
  ...PYYAML_SCALARS,
  ...tags.filter((t) => typeof t === 'string' || !SCALAR_TYPES.test(t.tag)),
]

/**
 * YAML 1.1 as PyYAML speaks it: `yes` and `1:30` are not strings there, `090000` and `1e3` are. Unknown tags are dropped, whole
 * numbers beyond 2^53 are bigint.
 */
export const parseYaml = (text: string, name = 'YAML'): unknown =>
  quickMapping(text) ?? parseCarefully(text, name)

/** By the library, whatever the text. */
export function parseCarefully(text: string, name = 'YAML'): unknown {
  const document = parseDocument(text, {
    version: '1.1',
    customTags: (tags) => pyYamlTags(tags as (Tag | string)[]) as never,
    logLevel: 'silent',
    uniqueKeys: true,
  })
  const error = document.errors[0]
  if (error !== undefined)
    throw formatError('bad-file', `${name} is not YAML: ${error.message}`, { cause: error })
  return settle(document.toJS())
}

/** Whole numbers that fit become numbers. */
function settle(value: unknown): unknown {
  if (typeof value === 'bigint') {
    const n = Number(value)
    return Number.isSafeInteger(n) ? n : value
  }
  if (Array.isArray(value)) return value.map(settle)
  if (value instanceof Date) return value.toISOString()
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, settle(v)]))
  return value
}

/** A float that PyYAML takes for one: it wants a point before an exponent. */
const FLOAT: ScalarTag = {
  tag: 'tag:yaml.org,2002:float',
  default: true,
  identify: (value) => typeof value === 'number' && !Number.isSafeInteger(value),
  test: /^[-+]?(?:[0-9][0-9_]*)?\.[0-9_]*(?:[eE][-+]?[0-9]+)?$/,
  resolve: (text) => Number(text.replace(/_/g, '')),
  stringify: ({ value }) => floatText(Number(value)),
}

function floatText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? '.nan' : value > 0 ? '.inf' : '-.inf'
  const [mantissa = '', exponent] = String(value).split('e')
  if (exponent === undefined) return mantissa.includes('.') ? mantissa : `${mantissa}.0`
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}e${exponent.startsWith('-') ? '' : '+'}${exponent.replace('+', '')}`
}

/** Characters that PyYAML refuses bare, or takes for the end of a line; the library leaves them as they are. */
const SPECIAL = /[\t\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]|\p{Surrogate}/u

const ESCAPED_TEXT: ScalarTag = {
  tag: 'tag:yaml.org,2002:str',
  default: true,
  identify: (value) => typeof value === 'string' && SPECIAL.test(value),
  test: /(?!)/,
  resolve: (text) => text,
  stringify: ({ value }) =>
    JSON.stringify(value).replace(
      /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
      (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
}

const OPTIONS: DocumentOptions &
  CreateNodeOptions &
  ToStringOptions & { customTags: (tags: unknown[]) => never } = {
  version: '1.1',
  aliasDuplicateObjects: false,
  lineWidth: 0,
  // The library writes the text '<<' bare, as a merge key.
  customTags: (tags) =>
    [
      FLOAT,
      ESCAPED_TEXT,
      ...PYYAML_SCALARS,
      PYYAML_REFUSED,
      ...(tags as Tag[]).filter((t) => !/:merge$/.test(t.tag)),
    ] as never,
}

/** The inverse of `parseYaml`; a `tag` stands before the document, as `!<lsst.utils.packages.Packages>`. */
export function stringifyYaml(value: unknown, tag?: string): string {
  const text = quickYaml(value, floatText) ?? carefulYaml(value)
  return tag === undefined ? text : `!<${tag}>\n${text}`
}

/** By the library, whatever the value. */
export const carefulYaml = (value: unknown): string => stringify(plain(value), OPTIONS)

/** Typed arrays as lists; undefined members left out. */
function plain(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<number | bigint>)
  if (Array.isArray(value)) return value.map(plain)
  if (value === null || typeof value !== 'object') return value
  if ('toJSON' in value && typeof value.toJSON === 'function') return plain((value.toJSON as () => unknown)())
  const members = Object.entries(value).filter(([, v]) => v !== undefined)
  return Object.fromEntries(members.map(([k, v]) => [k, plain(v)]))
}
