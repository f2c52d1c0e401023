import type { DatasetRef } from '../datasets/dataset-ref.ts'
import type { DimensionUniverse } from '../dimensions/universe.ts'
import { TemplateError } from '../errors.ts'
import { LookupTable, type StoredPart } from './lookup.ts'
import { isInside, normalize } from './uri.ts'

const DEFAULT =
  '{run:/}/{datasetType}.{component:?}/{tract:?}/{patch:?}/{day_obs|visit.day_obs|exposure.day_obs:?}/{band:?}/{subfilter:?}/{physical_filter:?}/{visit:?}/{exposure.obs_id|group:?}/{datasetType}_{component:?}_{instrument:?}_{tract:?}_{patch:?}_{band:?}_{physical_filter:?}_{visit:?}_{exposure.obs_id|group:?}_{detector.full_name:?}_{skymap:?}_{skypix:?}_{ssp_hypothesis_table:?}_{ssp_hypothesis_bundle:?}_{ssp_balanced_index:?}_{run}'
const RAW =
  '{run:/}/{datasetType}.{component:?}/{day_obs|exposure.day_obs}/{exposure.obs_id}/{datasetType}_{component:?}_{instrument:?}_{physical_filter}_{exposure.obs_id}_{detector.full_name}_{run}'

/** Where files go by default: the anchor's templates, by dataset type, dimensions (`a+b`), storage class or `default`. */
export const DEFAULT_TEMPLATES: Readonly<Record<string, string>> = {
  default: DEFAULT,
  'physical_filter+detector+exposure': RAW,
}

interface Piece {
  readonly literal: string
  /** Alternatives, the first present is taken. */
  readonly fields: readonly string[]
  readonly spec: string
  readonly optional: boolean
}

/** A compiled path template. */
export class FileTemplate {
  private readonly text: string
  private readonly pieces: readonly Piece[]
  private readonly tail: string

  constructor(text: string) {
    this.text = text
    const pieces: Piece[] = []
    let rest = text
    for (let m = FIELD.exec(rest); m !== null; m = FIELD.exec(rest)) {
      const spec = m[2] ?? ''
      pieces.push({
        literal: rest.slice(0, m.index),
        fields: m[1]!.split('|'),
        spec: spec.replace('?', ''),
        optional: spec.includes('?'),
      })
      rest = rest.slice(m.index + m[0].length)
    }
    this.pieces = pieces
    this.tail = rest
    this.check()
  }

  /** Path relative to the repository's root, without extension. Needs a ref whose data ID was expanded. */
  format(ref: DatasetRef, component?: string): string {
    if (component !== undefined && !this.pieces.some((p) => p.fields.includes('component')))
      throw new TemplateError(
        `The file template '${this.text}' has no {component}: all parts of ${ref.toString()} would be one file.`,
      )
    let out = ''
    for (const { literal, fields, spec, optional } of this.pieces) {
      const value = firstPresent(fields, ref, component)
      if (value !== undefined) out += literal + clean(applySpec(value, spec), spec.includes('/'))
      else if (!optional)
        throw new TemplateError(
          `The file template '${this.text}' needs ${fields.join(' or ')}, which ${ref.toString()} lacks.`,
        )
      else if (literal.includes('/')) out += literal
    }
    const path = tidy(out + this.tail)
    if (isInside(path)) return path
    throw new TemplateError(`${ref.toString()} would be stored at '${path}', outside the repository.`, {
      hint: `Give the run a name without '..' (it is '${ref.run}').`,
    })
  }

  private check(): void {
    const named = new Set(this.pieces.flatMap((p) => p.fields))
    const slash = this.text.lastIndexOf('/')
    if (!named.has('run') && !this.text.slice(slash + 1).includes('{id'))
      throw new TemplateError(`The file template '${this.text}' must have {run}, or {id} in its last part.`)
    if (this.text.split('/').includes('..'))
      throw new TemplateError(`The file template '${this.text}' leaves the repository.`)
  }
}

/** `!s` and `!r` before the format make no difference for names and numbers. */
const FIELD = /\{([^:!}]+)(?:![sr])?(?::([^}]*))?\}/

/** Templates by lookup key; compiled at the first use. */
export class FileTemplates {
  private readonly texts: LookupTable<string>
  private readonly fallback: string
  private readonly compiled = new Map<string, FileTemplate>()
  /** Whether some are not the default ones. */
  readonly areOwn: boolean

  constructor(universe: DimensionUniverse, overrides: Readonly<Record<string, string>> = {}) {
    const texts = { ...DEFAULT_TEMPLATES, ...overrides }
    this.fallback = texts['default']!
    this.areOwn = Object.keys(overrides).length > 0
    this.texts = new LookupTable(universe)
    for (const [key, text] of Object.entries(texts)) if (key !== 'default') this.texts.set(key, text)
  }

  for(part: StoredPart): FileTemplate {
    const text = this.texts.find(part) ?? this.fallback
    let template = this.compiled.get(text)
    if (template === undefined) this.compiled.set(text, (template = new FileTemplate(text)))
    return template
  }
}

function firstPresent(
  fields: readonly string[],
  ref: DatasetRef,
  component: string | undefined,
): string | undefined {
  for (const field of fields) {
    const value = fieldValue(field, ref, component)
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint')
      return String(value)
  }
  return undefined
}

function fieldValue(field: string, ref: DatasetRef, component: string | undefined): unknown {
  switch (field) {
    case 'run':
      return ref.run
    case 'datasetType':
      return ref.datasetType.name
    case 'component':
      return component
    case 'id':
      return ref.id
    case 'skypix':
      return ref.dataId[ref.datasetType.dimensions.skypix[0] ?? '']
    default: {
      const dot = field.indexOf('.')
      if (dot < 0) return ref.dataId[field]
      return ref.coordinate.records?.get(field.slice(0, dot))?.get(field.slice(dot + 1))
    }
  }
}

/** Python format specs as templates use them: `05d`, `.4s`. */
function applySpec(value: string, spec: string): string {
  const m = /^(0?)(\d*)(?:\.(\d+))?[ds]?$/.exec(spec.replace('/', ''))
  if (m === null) return value
  const cut = m[3] === undefined ? value : value.slice(0, Number(m[3]))
  const width = Number(m[2])
  return m[1] === '0' ? cut.padStart(width, '0') : cut.padEnd(width)
}

const clean = (value: string, keepSlashes: boolean): string => {
  const safe = value.replace(/[ <>:"\\|?*]/g, '_')
  return keepSlashes ? safe : safe.replaceAll('/', '_')
}

/**
 * The path as the anchor writes it. It takes `#` in a file name for a fragment, decodes `%XX` each time a path passes by, and puts
 * environment variables and home folders into it: of the first it writes HASH, and we leave it nothing to find of the others.
 */
function tidy(text: string): string {
  const path = normalize(decoded(withPlainName(text)))
    .replace(/^~/, '_')
    .replaceAll('$', '_')
  return withPlainName(path)
}

/** Points and `#` go from the last part: what follows them would be an extension or a fragment. */
function withPlainName(path: string): string {
  const slash = path.lastIndexOf('/')
  return (
    path.slice(0, slash + 1) +
    path
      .slice(slash + 1)
      .replaceAll('.', '_')
      .replaceAll('#', 'HASH')
  )
}

const ESCAPES = /(?:%[\da-f]{2})+/gi

function decoded(path: string): string {
  let text = path
  for (let last = ''; text !== last; ) {
    last = text
    text = text.replace(ESCAPES, (run) =>
      new TextDecoder().decode(Uint8Array.from(run.slice(1).split('%'), (byte) => parseInt(byte, 16))),
    )
  }
  return text
}
