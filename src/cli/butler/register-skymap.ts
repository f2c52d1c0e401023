import { resolve } from 'node:path'
import type { Command } from 'commander'
import { ArgumentError } from '#butler'
import type { CommandContext } from './context.ts'

const BOTH = ['patchBorder', 'patchInnerDimensions', 'pixelScale', 'projection', 'rotation', 'tractOverlap']
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  discrete: [...BOTH, 'raList', 'decList', 'radiusList'],
  rings: [...BOTH, 'numRings', 'raStart'],
}

const collect = (text: string, before: readonly string[] = []): readonly string[] => [...before, text]

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<repo>', 'repository')
    .option('-C, --config-file <file>', 'lines such as config.skyMap["rings"].numRings = 120', collect)
    .option('-c, --config <key=value>', 'one such value: name=mymap, skyMap=rings, …', collect)
    .action(async (repo: string, options: { configFile?: readonly string[]; config?: readonly string[] }) => {
      const { io, open, log } = context()
      const { nodeFiles } = await import('../../platform/node/node-files.ts')
      const lines: string[] = []
      for (const file of options.configFile ?? [])
        for (const line of (await nodeFiles.readText(resolve(io.cwd, file))).split(/\r?\n/))
          if (!/^\s*(?:#|$)/.test(line)) lines.push(line)
      const { name, json } = readConfig([...lines, ...(options.config ?? [])])
      const [{ skyMapFromJson }, { registerSkyMap }] = await Promise.all([import('#skymap'), import('#obs')])
      const butler = await open(repo, { writeable: true })
      const isNew = await registerSkyMap(butler, name, skyMapFromJson(json))
      log.info(isNew ? `Registered sky map '${name}'` : `Sky map '${name}' is registered already`)
    })
}

/** Throws ArgumentError for a field that no sky map here has: nothing is passed by. */
function readConfig(lines: readonly string[]): { readonly name: string; readonly json: unknown } {
  const top: Record<string, unknown> = {}
  const parts: Record<string, Record<string, unknown>> = { discrete: {}, rings: {} }
  for (const line of lines) {
    const [, left, right] = /^\s*(?:config\.)?([^=]+?)\s*=\s*(.*?)\s*(?:#.*)?$/.exec(line) ?? []
    if (left === undefined || right === undefined) throw new ArgumentError(`'${line}' is not key=value.`)
    const [, kind, field] = /^skyMap(?:\.|\[["'])(\w+)(?:["']\])?\.(\w+)$/.exec(left) ?? []
    if (left === 'name' || left === 'skyMap') top[left] = valueOf(right)
    else if (kind !== undefined && field !== undefined && FIELDS[kind]?.includes(field) === true)
      parts[kind]![field] = valueOf(right)
    else throw new ArgumentError(`A sky map has no '${left}' here.`, { hint: KNOWN })
  }
  const { name, skyMap: type } = top
  if (typeof name !== 'string' || name === '')
    throw new ArgumentError('The sky map has no name.', { hint: KNOWN })
  if (typeof type !== 'string' || FIELDS[type] === undefined)
    throw new ArgumentError(`A sky map of kind '${String(type)}' cannot be made; rings and discrete can.`)
  return { name, json: { type, config: parts[type] } }
}

const KNOWN = `Give name=…, skyMap=rings or discrete, and skyMap["rings"].numRings=… or such: ${FIELDS['rings']!.join(', ')}; raList, decList, radiusList.`

/** A number, a list or a quoted text as Python writes them; anything else is text. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text.replaceAll("'", '"').replace(/^\((.*)\)$/, '[$1]')) as unknown
  } catch {
    return text
  }
}
