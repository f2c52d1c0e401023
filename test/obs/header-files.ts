import { readFileSync } from 'node:fs'
import { Header } from '#fits'
import { parse } from 'yaml'
import { dataPath } from '../support/data.ts'

/** One of the real headers that astro_metadata_translator tests with, from its PropertyList YAML. */
export function realHeader(name: string): Header {
  const text = readFileSync(dataPath(`real/headers/${name}`), 'utf8')
  const rows = parse(text.replace(/^!<[^>]*>/, '')) as readonly [string, string, unknown, string?][]
  const header = new Header([], name)
  for (const [key, , value] of rows)
    for (const one of Array.isArray(value) ? value : [value])
      header.append([key, one as string | number | boolean])
  return header
}

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
