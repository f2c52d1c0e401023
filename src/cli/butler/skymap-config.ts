import { ArgumentError } from '#butler'
import { readNamedText } from '../shared/place.ts'

/** Fields that every sky map has. */
export const ANY_SKYMAP = [
  'patchBorder',
  'patchInnerDimensions',
  'pixelScale',
  'projection',
  'rotation',
  'tractOverlap',
]

const CELLS = ['cellBorder', 'cellInnerDimensions', 'numCellsInPatchBorder', 'numCellsPerPatchInner']

/**
 * Sets what is right of `skyMap…` : a field of every sky map or one of `more`, `tractBuilder`, or a field of one of the builders
 * as in `tractBuilder["cells"].cellBorder`. @returns false for any other field
 */
export function setField(
  config: Record<string, unknown>,
  field: string,
  right: string,
  more: readonly string[] = [],
): boolean {
  const [, builder, part] = /^tractBuilder(?:\.|\[["'])(\w+)(?:["']\])?\.(\w+)$/.exec(field) ?? []
  const { cells } = config
  if (builder === 'cells' && part !== undefined && CELLS.includes(part))
    config['cells'] = { ...(typeof cells === 'object' ? cells : {}), [part]: valueOf(right) }
  else if (builder === 'legacy' && (part === 'patchInnerDimensions' || part === 'patchBorder'))
    config[part] = valueOf(right)
  else if (field === 'tractBuilder' || ANY_SKYMAP.includes(field) || more.includes(field))
    config[field] = valueOf(right)
  else return false
  return true
}

/** What `-C` and `-c` gave. */
export interface ConfigOptions {
  readonly configFile?: readonly string[]
  readonly config?: readonly string[]
}

/** One `config.left = right`. */
export interface ConfigLine {
  readonly left: string
  readonly right: string
}

/** Assignments of the config files, then those of the command line. */
export async function configLines(
  { configFile = [], config = [] }: ConfigOptions,
  cwd: string,
): Promise<readonly ConfigLine[]> {
  const lines: string[] = []
  for (const file of configFile)
    for (const line of (await readNamedText(cwd, file)).split(/\r?\n/))
      if (!/^\s*(?:#|$)/.test(line)) lines.push(line)
  return [...lines, ...config].map((line) => {
    const [, left, right] = /^\s*(?:config\.)?([^=]+?)\s*=\s*(.*?)\s*(?:#.*)?$/.exec(line) ?? []
    if (left === undefined || right === undefined) throw new ArgumentError(`'${line}' is not key=value.`)
    return { left, right }
  })
}

/** A number, a list, True, False or a quoted text as Python writes them; anything else is text. */
export function valueOf(text: string): unknown {
  if (text === 'True' || text === 'False') return text === 'True'
  try {
    return JSON.parse(text.replaceAll("'", '"').replace(/^\((.*)\)$/, '[$1]')) as unknown
  } catch {
    return text
  }
}
