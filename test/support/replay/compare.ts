import { fromHex, isFirstlightError } from '#core'
import { canonical, isMap, type Json } from './notation.ts'

/** Errors that Python itself raises, or pydantic or SQLAlchemy; ours say the same by their codes, so any error of ours will do. */
const BUILT_IN = new Set([
  'KeyError',
  'TypeError',
  'ValueError',
  'OverflowError',
  'IntegrityError',
  'AssertionError',
  'NotImplementedError',
  'AttributeError',
])
/** The anchor has one more class for this; ours is the same error as for any other conflicting definition. */
const SAME_CLASS: Readonly<Record<string, string>> = { DatabaseConflictError: 'ConflictingDefinitionError' }

export interface RecordedError {
  readonly class: string
  readonly module?: string
  readonly message: string
}

/** What differs, or undefined when the error is right. */
export function compareError(expected: RecordedError, thrown: unknown): string | undefined {
  if (thrown === undefined) return `expected ${expected.class}: ${firstLine(expected.message)}; got a result`
  if (!isFirstlightError(thrown)) return `expected ${expected.class}; got a program error: ${String(thrown)}`
  if (BUILT_IN.has(expected.class) || /^(pydantic|sqlalchemy)/.test(expected.module ?? '')) return undefined
  const wanted = SAME_CLASS[expected.class] ?? expected.class
  if (thrown.name === wanted) return undefined
  return `expected ${expected.class}: ${firstLine(expected.message)}; got ${thrown.name}: ${firstLine(thrown.message)}`
}

/** What differs, or undefined when the answer is right. Ids and run stamps that are new are matched by first sight. */
export function compareAnswer(
  expected: Json,
  ours: Json,
  ordered: boolean,
  marks: Marks,
): string | undefined {
  const wanted = simplify(expected)
  const got = likeExpected(simplify(marks.apply(ours, wanted)), wanted)
  const [a, b] =
    Array.isArray(wanted) && Array.isArray(got) && !ordered ? [sorted(wanted), sorted(got)] : [wanted, got]
  if (canonical(a) === canonical(b)) return undefined
  if (Array.isArray(a) && Array.isArray(b)) return listDifference(a, b, ordered)
  return `expected ${short(a)}\n      got      ${short(b)}`
}

const sorted = (list: readonly Json[]): readonly Json[] =>
  [...list].sort((a, b) => (canonical(a) < canonical(b) ? -1 : 1))

function listDifference(a: readonly Json[], b: readonly Json[], ordered: boolean): string {
  const [inA, inB] = [new Set(a.map(canonical)), new Set(b.map(canonical))]
  const missing = a.filter((x) => !inB.has(canonical(x)))
  const extra = b.filter((x) => !inA.has(canonical(x)))
  if (missing.length + extra.length === 0)
    return ordered ? `another order: ${short(a)} / ${short(b)}` : 'repetitions differ'
  return `${a.length} expected, ${b.length} got; missing ${missing.length}: ${short(missing.slice(0, 2))}; extra ${extra.length}: ${short(extra.slice(0, 2))}`
}

/** Tables of Python's four libraries are one thing here: named columns. */
function simplify(value: Json): Json {
  if (Array.isArray(value)) return value.map(simplify)
  if (!isMap(value)) return value
  if (typeof value['table'] === 'string' && isMap(value['columns'])) {
    const columns: Record<string, Json> = { ...value['columns'] }
    const index = value['index_name']
    if (typeof index === 'string') columns[index] = value['index'] ?? []
    return { table: columns }
  }
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, simplify(v)]))
}

/**
 * A table of ours as the recorder saw this one: rows of a NumPy record array, or a plain map of columns. Regions whose vertices
 * agree to 2 ulp are equal: the last bits are those of another sine.
 */
function likeExpected(got: Json, expected: Json): Json {
  if (isMap(got) && isMap(expected) && '$region' in got && '$region' in expected)
    return sameRegion(String(got['$region']), String(expected['$region'])) ? expected : got
  if (isMap(got) && isMap(got['table']) && !(isMap(expected) && 'table' in expected)) {
    const columns = Object.values(got['table']) as readonly (readonly Json[])[]
    if (!Array.isArray(expected)) return got['table']
    return (columns[0] ?? []).map((_, row) => columns.map((c) => c[row]!))
  }
  if (Array.isArray(got) && Array.isArray(expected))
    return got.map((x, i) => likeExpected(x, expected[i] ?? null))
  if (isMap(got) && isMap(expected))
    return Object.fromEntries(Object.entries(got).map(([k, v]) => [k, likeExpected(v, expected[k] ?? null)]))
  return got
}

function sameRegion(a: string, b: string): boolean {
  if (a.length !== b.length || a.slice(0, 2) !== b.slice(0, 2)) return false
  const [x, y] = [a, b].map((hex) => new DataView(fromHex(hex.slice(2)).slice().buffer))
  if (a.slice(0, 2) !== '70') return a === b
  for (let i = 0; i + 8 <= x!.byteLength; i += 8)
    if (Math.abs(x!.getFloat64(i, true) - y!.getFloat64(i, true)) > 4.5e-16) return false
  return true
}

/** `<UUID000…1>` in the recording stands for an id that was new then: the first sight of ours binds it. */
export class Marks {
  private readonly bound = new Map<string, string>()

  apply(ours: Json, expected: Json): Json {
    if (typeof ours === 'string' && typeof expected === 'string' && expected.startsWith('<UUID')) {
      const known = this.bound.get(ours)
      if (known !== undefined) return known
      if (![...this.bound.values()].includes(expected)) this.bound.set(ours, expected)
      return this.bound.get(ours) ?? ours
    }
    if (Array.isArray(ours))
      return ours.map((x, i) => this.apply(x, Array.isArray(expected) ? expected[i]! : null))
    if (isMap(ours) && isMap(expected))
      return Object.fromEntries(Object.entries(ours).map(([k, v]) => [k, this.apply(v, expected[k] ?? null)]))
    return typeof ours === 'string' ? (this.bound.get(ours) ?? ours) : ours
  }

  /** The same within a text: new ids of ours become the marks that the expected text has in their order. */
  text(ours: string, expected: string): string {
    const marks = expected.match(/<UUID\d+>/g) ?? []
    let next = 0
    return ours.replace(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, (id) => {
      if (expected.includes(id)) return id
      const known = this.bound.get(id)
      if (known !== undefined) return known
      const mark = marks.slice(next).find((m) => ![...this.bound.values()].includes(m))
      next++
      if (mark === undefined) return id
      this.bound.set(id, mark)
      return mark
    })
  }
}

const firstLine = (text: string): string => text.split('\n')[0]!.slice(0, 160)
const short = (value: Json): string => {
  const text = JSON.stringify(value)
  return text.length > 500 ? `${text.slice(0, 500)}…` : text
}
