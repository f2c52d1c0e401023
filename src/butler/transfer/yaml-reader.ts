import { fromBase64, fromHex } from '#core'
import { decodeRegion } from '#geom'
import { Instant, Timespan } from '#time'
import type { ScalarTag } from 'yaml'
import { ImportError } from '../errors.ts'
import { readBlockYaml, type TagReader, UNUSUAL } from './block-yaml.ts'
import { PYYAML_SCALARS } from './yaml-scalars.ts'

/** An export file: as its few shapes if it is written in them, else by a general parser. */
export async function readExportYaml(text: string, name: string): Promise<unknown> {
  const quick = readBlockYaml(text, readTag)
  return quick === UNUSUAL ? readGeneralYaml(text, name) : quick
}

/** Tags of export files: ids, times, timespans, regions. */
const readTag: TagReader = (tag, value) => {
  if (typeof value === 'string')
    switch (tag) {
      case '!uuid':
        return value
      case '!butler_time/tai/iso':
        return Instant.fromIso(value, 'tai')
      case '!butler_time/utc/iso':
        return Instant.fromIso(value, 'utc')
      case '!!binary':
        return fromBase64(value.replace(/\s/g, ''))
      case '!lsst.daf.butler.Timespan':
        return value === 'EMPTY' ? Timespan.empty : UNUSUAL
      default:
        return UNUSUAL
    }
  if (tag === '!lsst.daf.butler.Timespan') return readTimespan(value)
  const isRegion = SHAPES.some((shape) => tag === `!<lsst.sphgeom.${shape}>`)
  return isRegion && typeof value['encoded'] === 'string' ? decodeRegion(fromHex(value['encoded'])) : UNUSUAL
}

const SHAPES = ['ConvexPolygon', 'Circle', 'Box', 'Ellipse', 'UnionRegion', 'IntersectionRegion']

/** The same by the library; unknown tags stay plain data. */
export async function readGeneralYaml(text: string, name: string): Promise<unknown> {
  const { parseDocument } = await import('yaml')
  type Tag =
    NonNullable<NonNullable<Parameters<typeof parseDocument>[1]>['customTags']> extends infer T
      ? T extends readonly (infer E)[]
        ? Exclude<E, string>
        : never
      : never
  const time = (scale: 'tai' | 'utc'): Tag => ({
    tag: `!butler_time/${scale}/iso`,
    resolve: (value: string) => Instant.fromIso(value, scale),
  })
  const map = (tag: string, make: (fields: Record<string, unknown>) => unknown): Tag => ({
    tag,
    collection: 'map',
    resolve: (node) => make((node as unknown as { toJSON(): Record<string, unknown> }).toJSON()),
  })
  const region = (shape: string): Tag =>
    map(`lsst.sphgeom.${shape}`, (fields) => decodeRegion(fromHex(String(fields['encoded']))))
  const document = parseDocument(text, {
    version: '1.1',
    customTags: (tags) => [
      ...(pyYamlTags(tags) as typeof tags),
      { tag: '!uuid', resolve: (value: string) => value },
      { tag: 'tag:yaml.org,2002:binary', resolve: (value: string) => fromBase64(value.replace(/\s/g, '')) },
      time('tai'),
      time('utc'),
      { tag: '!lsst.daf.butler.Timespan', resolve: () => Timespan.empty },
      map('!lsst.daf.butler.Timespan', readTimespan),
      ...SHAPES.map(region),
    ],
  })
  const [error] = document.errors
  if (error !== undefined)
    throw new ImportError(`'${name}' is not valid YAML: ${error.message}`, { cause: error })
  return document.toJS({ maxAliasCount: -1 }) as unknown
}

const SCALARS = /:(?:null|bool|int|float|timestamp)$/

/** Plain words mean what they mean to PyYAML, which leaves `e7` and `090000` unquoted; whole numbers beyond 2^53 are bigints. */
const pyYamlTags = <T>(tags: readonly T[]): readonly (T | ScalarTag)[] => [
  ...PYYAML_SCALARS.map((scalar) =>
    scalar.tag.endsWith(':int') ? { ...scalar, resolve: (text: string) => exact(scalar, text) } : scalar,
  ),
  ...tags.filter((tag) => !SCALARS.test((tag as { tag?: string }).tag ?? '')),
]

function exact(scalar: ScalarTag, text: string): unknown {
  const value = (scalar.resolve as (text: string) => bigint)(text)
  return Number.isSafeInteger(Number(value)) ? Number(value) : value
}

/** Keys are begin and end; older files say timespan_begin and timespan_end. */
function readTimespan(fields: Readonly<Record<string, unknown>>): Timespan {
  const bound = (key: string) => (fields[key] ?? fields[`timespan_${key}`] ?? null) as Instant | string | null
  const instant = (value: Instant | string | null) =>
    typeof value === 'string' ? Instant.fromIso(value.replace(' ', 'T')) : value
  return Timespan.between(instant(bound('begin')), instant(bound('end')))
}
