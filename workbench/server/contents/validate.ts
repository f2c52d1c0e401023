import { isObject, type JsonObject } from '../http/body.ts'

/** What the notebook format asks of one kind of object: these keys and no others, these of them always. */
interface Shape {
  readonly required: Readonly<Record<string, Check>>
  readonly optional?: Readonly<Record<string, Check>>
  /** Keys that are not named may be there too. */
  readonly open?: boolean
}
/** @returns what is wanted, when the value is not that */
type Check = (value: unknown) => string | undefined

/**
 * What does not fit notebook format 4 (its JSON schema for minor versions 0 to 5), in words for the user; undefined
 * when all is well.
 */
export function notebookProblem(notebook: unknown): string | undefined {
  if (!isObject(notebook)) return 'the content is not an object'
  const minor = notebook['nbformat_minor']
  const problem = misfit(notebook, NOTEBOOK, 'the notebook')
  if (problem !== undefined) return problem
  const withIds = typeof minor === 'number' && minor >= 5
  const ids = new Set<unknown>()
  for (const [i, cell] of (notebook['cells'] as unknown[]).entries()) {
    const name = `cell ${i + 1}`
    if (!isObject(cell)) return `${name} is not an object`
    const found = cellProblem(cell, name, withIds)
    if (found !== undefined) return found
    if (withIds && ids.has(cell['id'])) return `${name} has the id of an earlier cell`
    ids.add(cell['id'])
  }
  return undefined
}

function cellProblem(cell: JsonObject, name: string, withIds: boolean): string | undefined {
  const shape = CELLS[String(cell['cell_type'])]
  if (shape === undefined) return `${name} has cell_type ${JSON.stringify(cell['cell_type'])}`
  const id = withIds ? { id: isId } : {}
  const problem = misfit(cell, { ...shape, required: { ...shape.required, ...id } }, name)
  if (problem !== undefined || cell['cell_type'] !== 'code') return problem
  for (const [i, output] of (cell['outputs'] as unknown[]).entries()) {
    const place = `output ${i + 1} of ${name}`
    if (!isObject(output)) return `${place} is not an object`
    const kind = OUTPUTS[String(output['output_type'])]
    if (kind === undefined) return `${place} has output_type ${JSON.stringify(output['output_type'])}`
    const found = misfit(output, kind, place)
    if (found !== undefined) return found
  }
  return undefined
}

function misfit(value: JsonObject, { required, optional = {}, open = false }: Shape, name: string) {
  for (const [key, check] of Object.entries(required)) {
    if (!(key in value)) return `${name} has no ${key}`
    const wanted = check(value[key])
    if (wanted !== undefined) return `${key} of ${name} is not ${wanted}`
  }
  for (const [key, item] of Object.entries(value)) {
    const check = optional[key]
    if (check === undefined && !open && !(key in required))
      return `${name} has ${key}, which the format does not know`
    const wanted = check?.(item)
    if (wanted !== undefined) return `${key} of ${name} is not ${wanted}`
  }
  return undefined
}

const when =
  (fits: (value: unknown) => boolean, wanted: string): Check =>
  (value) =>
    fits(value) ? undefined : wanted
const isTexts = (value: unknown) =>
  typeof value === 'string' || (Array.isArray(value) && value.every((line) => typeof line === 'string'))
const text = when((value) => typeof value === 'string', 'a text')
const texts = when(isTexts, 'a text or a list of lines')
const list = when(Array.isArray, 'a list')
const object = when(isObject, 'an object')
const whole = when((value) => Number.isInteger(value) && (value as number) >= 0, 'a number')
const count = when(
  (value) => value === null || (Number.isInteger(value) && (value as number) >= 0),
  'a number or null',
)
const isId = when(
  (value) => typeof value === 'string' && /^[\w-]{1,64}$/.test(value),
  'an id of 1 to 64 letters',
)
/** Texts for every MIME type but JSON, whose value is anything. */
const bundle = when(
  (value) =>
    isObject(value) &&
    Object.entries(value).every(([mime, item]) => /^application\/(.*\+)?json$/.test(mime) || isTexts(item)),
  'a MIME bundle',
)

const NOTEBOOK: Shape = {
  required: { metadata: object, nbformat: whole, nbformat_minor: whole, cells: list },
}
const CELL = { cell_type: text, metadata: object, source: texts }
const ID = { id: text }
const CELLS: Readonly<Record<string, Shape>> = {
  code: { required: { ...CELL, outputs: list, execution_count: count }, optional: ID },
  markdown: { required: CELL, optional: { ...ID, attachments: object } },
  raw: { required: CELL, optional: { ...ID, attachments: object } },
}
const RICH = { output_type: text, data: bundle, metadata: object }
const OUTPUTS: Readonly<Record<string, Shape>> = {
  stream: { required: { output_type: text, name: text, text: texts } },
  display_data: { required: RICH },
  execute_result: { required: { ...RICH, execution_count: count } },
  error: { required: { output_type: text, ename: text, evalue: text, traceback: list } },
}
