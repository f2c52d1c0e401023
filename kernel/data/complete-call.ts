import type { DatasetTypeData, ElementData, RepositoryData } from '../protocol/repository-data.ts'
import type { Entry, Offer } from './offer.ts'
import { valueTypeOf } from './value-types.ts'

const QUOTE = `['"\`]`
/** `butler.get('cal` and the like; `put` has the value before the name. */
const NAME = new RegExp(
  String.raw`\bbutler\s*\.\s*(?:(get|getDeferred|exists|getUri)|(findDataset|queryDatasets|getDatasetType)|put\s*\([^;]*?,)\s*\(?\s*${QUOTE}([\w.]*)$`,
)
/** `butler.get('calexp', { instrument: 'HSC', vis`: the name and the inside of the data ID up to the cursor. */
const DATA_ID = new RegExp(
  String.raw`\bbutler\s*\.\s*(?:get|getDeferred|exists|getUri|findDataset|put\s*\([^;]*?,)\s*\(?\s*${QUOTE}(\w+)[\w.]*${QUOTE}\s*,\s*\{([^{}]*)$`,
)

/** Dataset-type names, data-ID keys and values in calls of the butler. */
export function datasetOffer(data: RepositoryData, before: string): Offer | undefined {
  const name = NAME.exec(before)
  if (name !== null) return nameOffer(data, before, name[3] ?? '', name[1] !== undefined)
  const id = DATA_ID.exec(before)
  const type = data.datasetTypes.find((t) => t.name === id?.[1])
  return type === undefined ? undefined : idOffer(data, type, before, id?.[2] ?? '')
}

/** Whole dataset types; parts once a dot says so. */
function nameOffer({ datasetTypes }: RepositoryData, before: string, typed: string, parts: boolean): Offer {
  const [owner, part] = typed.split('.', 2)
  const type = part === undefined || !parts ? undefined : datasetTypes.find((t) => t.name === owner)
  const entries =
    type === undefined
      ? datasetTypes.map(typeEntry)
      : Object.entries(type.components).map(([name, className]) => ({
          text: `${type.name}.${name}`,
          type: 'value',
          signature: valueTypeOf(className),
          documentation: `The ${name} of ${type.name} (${className}).`,
        }))
  return { start: before.length - typed.length, entries: starting(entries, typed) }
}

const typeEntry = ({ name, storageClass, required, isCalibration }: DatasetTypeData): Entry => ({
  text: name,
  type: 'value',
  signature: valueTypeOf(storageClass),
  documentation: `${storageClass} by ${required.join(', ') || 'nothing'}${isCalibration ? '; a calibration' : ''}.`,
})

function idOffer(
  data: RepositoryData,
  type: DatasetTypeData,
  before: string,
  inside: string,
): Offer | undefined {
  const value = /(?:^|,)\s*['"]?([\w.]+)['"]?\s*:\s*(['"]?)([^'",]*)$/.exec(inside)
  if (value !== null) return valueOffer(data, before, value)
  const typed = /(?:^|,)\s*(['"]?[\w.]*)$/.exec(inside)?.[1]
  if (typed === undefined) return undefined
  const given = new Set([...inside.matchAll(/['"]?([\w.]+)['"]?\s*:/g)].map(([, key]) => key))
  const elements = new Map(data.elements.map((element) => [element.name, element]))
  const own = (names: readonly string[]) => names.map((n) => elements.get(n)).filter((e) => e !== undefined)
  const others = type.dimensions.filter((d) => !type.required.includes(d))
  const keys = [
    ...own(type.required).map((e) => keyEntry(e.name, e)),
    ...(type.isCalibration ? own(['exposure', 'visit']).map((e) => keyEntry(e.name, e)) : []),
    ...own(others).map((e) => keyEntry(e.name, e)),
    ...own(type.dimensions).flatMap(fieldEntries),
  ]
  const bare = typed.replace(/^['"]/, '')
  const entries = starting(
    keys.filter(({ text }) => !given.has(text.replace(/'/g, ''))),
    bare,
  )
  return { start: before.length - typed.length, entries }
}

const keyEntry = (text: string, { doc, key, values, more }: ElementData): Entry => ({
  text,
  type: 'property',
  signature: `${key ?? 'string'}, ${more ? 'more than ' : ''}${values.length} known`,
  documentation: doc,
})

/** A field of a record may stand for its key: `'exposure.obs_id'`. */
const fieldEntries = ({ name, fields }: ElementData): readonly Entry[] =>
  fields.slice(1).map((field) => ({
    text: `'${name}.${field.name}'`,
    type: 'property',
    signature: field.type,
    documentation: field.doc,
  }))

function valueOffer(data: RepositoryData, before: string, match: RegExpExecArray): Offer | undefined {
  const [, key = '', quote = '', typed = ''] = match
  const element = data.elements.find(({ name }) => name === key)
  if (element === undefined || element.key === undefined) return undefined
  const isText = element.key === 'string'
  const entries = element.values.map((value) => ({
    text: isText && quote === '' ? `'${value}'` : String(value),
    type: 'value',
    signature: key,
  }))
  return { start: before.length - typed.length, entries: starting(entries, typed) }
}

const starting = (entries: readonly Entry[], typed: string): readonly Entry[] =>
  entries.filter(({ text }) => text.replace(/^'/, '').toLowerCase().startsWith(typed.toLowerCase()))
