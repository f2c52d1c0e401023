import { isObject, type JsonObject } from '../http/body.ts'

/**
 * Does a value fit a JSON schema, as far as schemas of settings go: types, enums, bounds, properties, items, and
 * combinations; references within the schema. Keywords of no meaning here let everything pass.
 * @returns what does not fit, with its path; undefined when all does
 */
export function misfit(
  value: unknown,
  schema: unknown,
  root: unknown = schema,
  path = '',
): string | undefined {
  if (schema === false) return `${path || 'the text'}: nothing may stand here`
  if (!isObject(schema)) return undefined
  const target = referenced(schema, root)
  if (target !== undefined) return misfit(value, target, root, path)
  for (const check of CHECKS) {
    const fault = check(value, schema, root, path)
    if (fault !== undefined) return fault
  }
  return undefined
}

type Check = (value: unknown, schema: JsonObject, root: unknown, path: string) => string | undefined
const at = (path: string): string => (path === '' ? 'the text' : path)
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const objectOf = (value: unknown): JsonObject => (isObject(value) ? value : {})

const CHECKS: readonly Check[] = [
  checkType,
  checkEnum,
  checkBounds,
  checkProperties,
  checkItems,
  checkCombined,
]

function checkType(value: unknown, { type }: JsonObject, _: unknown, path: string): string | undefined {
  const wanted = typeof type === 'string' ? [type] : listOf(type)
  const found = typeOf(value)
  const fits = wanted.some((name) => name === found || (name === 'number' && found === 'integer'))
  return wanted.length === 0 || fits
    ? undefined
    : `${at(path)}: wanted ${wanted.join(' or ')}, found ${found}`
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value === 'number' && Number.isInteger(value) ? 'integer' : typeof value
}

function checkEnum(value: unknown, schema: JsonObject, _: unknown, path: string): string | undefined {
  const known = 'const' in schema ? [schema['const']] : schema['enum']
  if (!Array.isArray(known)) return undefined
  const text = JSON.stringify(value)
  const fits = known.some((one) => JSON.stringify(one) === text)
  return fits
    ? undefined
    : `${at(path)}: wanted one of ${known.map((one) => JSON.stringify(one)).join(', ')}, found ${text}`
}

function checkBounds(value: unknown, schema: JsonObject, _: unknown, path: string): string | undefined {
  const { minimum, maximum, pattern } = schema
  if (typeof value === 'number' && typeof minimum === 'number' && value < minimum)
    return `${at(path)}: wanted ${minimum} or more, found ${value}`
  if (typeof value === 'number' && typeof maximum === 'number' && value > maximum)
    return `${at(path)}: wanted ${maximum} or less, found ${value}`
  if (typeof value === 'string' && typeof pattern === 'string' && !new RegExp(pattern, 'u').test(value))
    return `${at(path)}: wanted text like ${pattern}, found ${JSON.stringify(value)}`
  return undefined
}

function checkProperties(
  value: unknown,
  schema: JsonObject,
  root: unknown,
  path: string,
): string | undefined {
  if (!isObject(value)) return undefined
  const known = objectOf(schema['properties'])
  const patterns = Object.entries(objectOf(schema['patternProperties']))
  const missing = listOf(schema['required'])
    .filter((name) => typeof name === 'string')
    .find((name) => !(name in value))
  if (missing !== undefined) return `${at(path)}: ${missing} is missing`
  for (const [name, item] of Object.entries(value)) {
    const fitting = [
      known[name],
      ...patterns.filter(([p]) => new RegExp(p, 'u').test(name)).map(([, s]) => s),
    ].filter((one) => one !== undefined)
    const inner = path === '' ? name : `${path}.${name}`
    if (fitting.length === 0 && schema['additionalProperties'] === false)
      return `${inner}: there is no such setting`
    for (const one of fitting.length === 0 ? [schema['additionalProperties']] : fitting) {
      const fault = misfit(item, one, root, inner)
      if (fault !== undefined) return fault
    }
  }
  return undefined
}

function checkItems(value: unknown, { items }: JsonObject, root: unknown, path: string): string | undefined {
  if (!Array.isArray(value)) return undefined
  for (const [i, item] of value.entries()) {
    const fault = misfit(item, Array.isArray(items) ? items[i] : items, root, `${path}[${i}]`)
    if (fault !== undefined) return fault
  }
  return undefined
}

function checkCombined(value: unknown, schema: JsonObject, root: unknown, path: string): string | undefined {
  for (const one of listOf(schema['allOf'])) {
    const fault = misfit(value, one, root, path)
    if (fault !== undefined) return fault
  }
  const [either = []] = [schema['anyOf'], schema['oneOf']].filter(Array.isArray)
  const faults = (either as readonly unknown[]).map((one) => misfit(value, one, root, path))
  return faults.length > 0 && !faults.includes(undefined) ? faults[0] : undefined
}

/** `#/definitions/name`; other addresses are of no use here. */
function referenced({ $ref }: JsonObject, root: unknown): unknown {
  if (typeof $ref !== 'string' || !$ref.startsWith('#/')) return undefined
  return $ref
    .slice(2)
    .split('/')
    .reduce<unknown>((found, name) => (isObject(found) ? found[name] : undefined), root)
}
