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

/** A number, a list or a quoted text as Python writes them; anything else is text. */
export function valueOf(text: string): unknown {
  try {
    return JSON.parse(text.replaceAll("'", '"').replace(/^\((.*)\)$/, '[$1]')) as unknown
  } catch {
    return text
  }
}
