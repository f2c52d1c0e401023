import { readFileSync } from 'node:fs'
import { Header } from '#fits'
import { parse } from 'yaml'
import { dataPath } from '../support/data.ts'

type CardInput = string | number | boolean | null | readonly (string | number)[] | Date

/** One of the real headers that the stack's translators are tested with: a PropertyList dump, or a mapping. */
export function realHeader(name: string): Header {
  const text = readFileSync(dataPath(`real/headers/${name}`), 'utf8')
  const content = parse(text.replace(/^!<[^>]*>/, '').replace(/^__CONTENT__:.*$/m, '')) as
    | readonly (readonly [string, string, CardInput, string?])[]
    | Readonly<Record<string, CardInput>>
  const rows: readonly (readonly [string, CardInput])[] = Array.isArray(content)
    ? content.map(([key, , value]: readonly [string, string, CardInput]) => [key, value] as const)
    : Object.entries(content as Readonly<Record<string, CardInput>>)
  const header = new Header([], name)
  for (const [key, value] of rows)
    for (const one of Array.isArray(value) ? value : [value]) header.append([key, plain(one as CardInput)])
  return header
}

const plain = (value: CardInput): string | number | boolean | undefined =>
  value === null
    ? undefined
    : value instanceof Date
      ? value.toISOString()
      : typeof value === 'object'
        ? String(value)
        : value

interface Quantity {
  readonly value: number
  readonly unit: string
}

/** What the stack's translators make of it. */
export function expectedOf(name: string): Readonly<Record<string, string | number | boolean | Quantity>> {
  const all = JSON.parse(readFileSync(dataPath('real/headers/expected.json'), 'utf8')) as Record<
    string,
    Record<string, string | number | boolean | Quantity>
  >
  return all[name] ?? {}
}
