import { toHex } from '#core'
import type { Region } from '#geom'
import type { Instant } from '#time'
import type { RecordValue } from '../dimensions/record.ts'

/** Text of the anchor's export YAML, written line by line: files of 10^5 datasets must not take minutes. */
export class YamlWriter {
  private readonly parts: string[] = []

  line(indent: number, text: string): void {
    this.parts.push(INDENTS[indent]! + text)
  }

  text(): string {
    return `${this.parts.join('\n')}\n`
  }
}

const INDENTS = ['', '  ', '    ', '      ']

const PLAIN = /^[A-Za-z_/][\w./+ -]*[\w/+-]$|^[A-Za-z_]$/
/** Words that YAML 1.1 readers take for something else. */
const RESERVED = /^(?:y|n|yes|no|on|off|true|false|null|none|~)$/i

/** A scalar that PyYAML reads back as the same value. */
export function yamlScalar(value: RecordValue | undefined): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  const text = String(value as string)
  if (PLAIN.test(text) && !RESERVED.test(text) && !text.includes(' #')) return text
  return /[\n\t]|[^\x20-\x7e]/.test(text) ? JSON.stringify(text) : `'${text.replaceAll("'", "''")}'`
}

export const yamlFloat = (value: number): string =>
  Number.isInteger(value) ? `${value}.0` : yamlExponent(value)

/** YAML 1.1 floats need a point and a signed exponent. */
function yamlExponent(value: number): string {
  const text = String(value)
  if (!text.includes('e')) return text
  const [mantissa, exponent] = text.split('e') as [string, string]
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}e${exponent.startsWith('-') ? '' : '+'}${exponent.replace('+', '')}`
}

export const yamlTime = (time: Instant | null): string =>
  time === null ? 'null' : `!butler_time/tai/iso '${time.toIso('tai', 9).replace('T', ' ')}'`

const SHAPES: Readonly<Record<Region['kind'], string>> = {
  polygon: 'ConvexPolygon',
  circle: 'Circle',
  box: 'Box',
  ellipse: 'Ellipse',
  union: 'UnionRegion',
  intersection: 'IntersectionRegion',
}

/** The tag goes on the key's line, the bytes below it. */
export const yamlRegion = (region: Region): { readonly tag: string; readonly encoded: string } => ({
  tag: `!<lsst.sphgeom.${SHAPES[region.kind]}>`,
  encoded: toHex(region.encode()),
})
