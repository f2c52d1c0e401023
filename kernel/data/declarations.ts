import type { DatasetTypeData, ElementData, RepositoryData } from '../protocol/repository-data.ts'
import { importsFor, valueTypeOf } from './value-types.ts'

/**
 * The open repository as TypeScript declarations (the module that kernel/globals/data.ts stands for): each dataset type
 * and part with what it holds and the data IDs that name one, each dimension with its values. The checker and completion
 * read nothing else, so a name or key that is declared here completes, and a wrong one is refused before a cell runs.
 */
export function declarationsOf(data: RepositoryData): string {
  const elements = new Map(data.elements.map((element) => [element.name, element]))
  const groups = new Map<string, string>()
  const entries: string[] = []
  const values: string[] = []
  for (const type of data.datasetTypes) {
    const id = groupOf(type, elements, groups)
    const whole = valueTypeOf(type.storageClass)
    values.push(whole)
    entries.push(entry(type.name, whole, id, `${type.storageClass} by ${describe(type)}.`))
    for (const [part, className] of Object.entries(type.components)) {
      const value = valueTypeOf(className)
      values.push(value)
      entries.push(
        entry(`${type.name}.${part}`, value, id, `The ${part} of ${type.name}: ${className}.`, true),
      )
    }
  }
  const fields = data.elements.map(
    ({ name, doc, fields: own }) =>
      `  /** ${comment(doc)} */\n  ${quoted(name)}: { ${own.map((f) => `readonly ${f.name}: ${f.type}`).join('; ')} }\n`,
  )
  return [
    importsFor(values),
    ...groups.values(),
    `export interface DatasetTypes {\n${entries.join('')}}\n`,
    `export interface DimensionFields {\n${fields.join('')}}\n`,
    `export type CollectionName = ${union(data.collections)}\n`,
    'export {}\n',
  ].join('\n')
}

const entry = (name: string, value: string, id: string, doc: string, isPart = false): string =>
  `  /** ${comment(doc)} */\n  ${quoted(name)}: { readonly value: ${value}; readonly id: ${id}; readonly isPart: ${isPart} }\n`

const describe = ({ dimensions, isCalibration }: DatasetTypeData): string =>
  `${dimensions.length === 0 ? 'nothing (there is one)' : dimensions.join(', ')}${isCalibration ? ', valid for a time' : ''}`

/** The interface of the data IDs over a dataset type's dimensions, declared once for all types that share them. */
function groupOf(
  type: DatasetTypeData,
  elements: ReadonlyMap<string, ElementData>,
  groups: Map<string, string>,
): string {
  const names = [...type.dimensions]
  // A visit stands for its exposure and the other way round; a calibration is looked up by the time of either.
  if (
    names.includes('visit') ||
    names.includes('exposure') ||
    (type.isCalibration && names.includes('instrument'))
  )
    for (const other of ['exposure', 'visit']) if (!names.includes(other)) names.push(other)
  const id = `DataIdOf_${type.dimensions.filter((d) => !isImplied(d, type)).join('_')}${type.isCalibration ? '_atTime' : ''}`
  if (groups.has(id)) return id
  const members = new Map<string, string>()
  for (const name of names) {
    const element = elements.get(name)
    if (element !== undefined) members.set(name, member(name, valuesOf(element), element.doc))
  }
  for (const name of names)
    for (const field of elements.get(name)?.fields ?? []) {
      members.set(`${name}.${field.name}`, member(`${name}.${field.name}`, ANY_VALUE, field.doc))
      if (!members.has(field.name))
        members.set(field.name, member(field.name, ANY_VALUE, `Of the ${name}. ${field.doc}`))
    }
  groups.set(id, `interface ${id} {\n${[...members.values()].join('')}}\n`)
  return id
}

const isImplied = (dimension: string, { required }: DatasetTypeData): boolean => !required.includes(dimension)

const member = (name: string, type: string, doc: string): string =>
  `  /** ${comment(doc)} */\n  readonly ${quoted(name)}?: ${type}\n`

/** Whatever a data ID may hold, so that the `dataId` of a ref, whose keys no type tells, can be handed on. */
const ANY_VALUE = '(string & {}) | (number & {}) | bigint | boolean'

/** Known values first, for completion. */
const valuesOf = ({ key, values }: ElementData): string =>
  [...values.map((value) => (key === 'number' ? String(value) : quoted(String(value)))), ANY_VALUE].join(
    ' | ',
  )

const union = (values: readonly string[]): string => [...values.map(quoted), '(string & {})'].join(' | ')

const quoted = (text: string): string => JSON.stringify(text)

/** Docs are text of others: nothing in them may end the comment. */
const comment = (text: string): string => text.replace(/\s+/g, ' ').replaceAll('*/', '*\\/')
