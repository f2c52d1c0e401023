import type { ElementData, RepositoryData } from '../protocol/repository-data.ts'
import type { Entry } from './offer.ts'

/** What may come next in an expression over data IDs (`-d "visit > 90"`): dimensions, fields, values of the registry. */
export function queryOffer(
  data: RepositoryData | undefined,
  before: string,
): { readonly typed: string; readonly entries: readonly Entry[] } {
  const elements = data?.elements ?? []
  const value = /([a-z_]\w*)(?:\.(\w+))?\s*(?:=|!=|<=?|>=?|\bIN\s*\((?:[^()]*,)?)\s*('?)([^'\s(),]*)$/i.exec(
    before,
  )
  if (value !== null) {
    const [, name, field, quote = '', typed = ''] = value
    const element = elements.find((e) => e.name === name)
    const isKey = field === undefined || field === 'id' || field === 'name'
    if (element !== undefined && isKey) return { typed, entries: values(element, quote !== '') }
  }
  const [, owner, part = ''] = /(?:\b([a-z_]\w*)\.)?(\w*)$/i.exec(before) ?? []
  const fields = elements.find((e) => e.name === owner)?.fields ?? []
  return owner === undefined
    ? { typed: part, entries: [...elements.map(elementEntry), ...OPERATORS] }
    : {
        typed: part,
        entries: fields.map((f) => ({
          text: f.name,
          type: 'property',
          signature: f.type,
          documentation: f.doc,
        })),
      }
}

const values = ({ name, key, values: known }: ElementData, quoted: boolean): readonly Entry[] =>
  known.map((value) => ({
    text: key === 'string' && !quoted ? `'${value}'` : String(value),
    type: 'value',
    signature: name,
  }))

const elementEntry = ({ name, doc, key, values: known, more }: ElementData): Entry => ({
  text: name,
  type: 'variable',
  signature: key === undefined ? 'records' : `${key}, ${more ? 'more than ' : ''}${known.length} known`,
  documentation: doc,
})

const OPERATORS: readonly Entry[] = ['AND', 'OR', 'NOT', 'IN', 'OVERLAPS', 'IS NULL'].map((text) => ({
  text,
  type: 'keyword',
  signature: '',
}))
