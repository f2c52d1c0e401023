import type { Command } from 'commander'
import { ArgumentError } from '#butler'
import { collect } from '../shared/options.ts'
import type { CommandContext } from './context.ts'
import {
  ANY_SKYMAP,
  type ConfigLine,
  configLines,
  type ConfigOptions,
  setField,
  valueOf,
} from './skymap-config.ts'

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  discrete: ['raList', 'decList', 'radiusList'],
  dodeca: ['withTractsOnPoles'],
  equat: ['numTracts', 'decRange'],
  healpix: ['log2NSide', 'nest'],
  rings: ['numRings', 'raStart'],
}

const KINDS = Object.keys(FIELDS)

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<repo>', 'repository')
    .option('-C, --config-file <file>', 'lines such as config.skyMap["rings"].numRings = 120', collect)
    .option('-c, --config <key=value>', 'one such value: name=mymap, skyMap=rings, …', collect)
    .action(async (repo: string, options: ConfigOptions) => {
      const { io, open, log } = context()
      const { name, json } = readConfig(await configLines(options, io.cwd))
      const [{ skyMapFromJson }, { registerSkyMap }] = await Promise.all([import('#skymap'), import('#obs')])
      const butler = await open(repo, { writeable: true })
      const isNew = await registerSkyMap(butler, name, skyMapFromJson(json))
      log.info(isNew ? `Registered sky map '${name}'` : `Sky map '${name}' is registered already`)
    })
}

/** Throws ArgumentError for a field that no sky map here has: nothing is passed by. */
function readConfig(lines: readonly ConfigLine[]): { readonly name: string; readonly json: unknown } {
  const top: Record<string, unknown> = {}
  const parts: Record<string, Record<string, unknown>> = Object.fromEntries(KINDS.map((kind) => [kind, {}]))
  for (const { left, right } of lines) {
    const [, kind, field] = /^skyMap(?:\.|\[["'])(\w+)(?:["']\])?\.(.+)$/.exec(left) ?? []
    if (left === 'name' || left === 'skyMap') top[left] = valueOf(right)
    else if (
      kind === undefined ||
      field === undefined ||
      parts[kind] === undefined ||
      !setField(parts[kind], field, right, FIELDS[kind])
    )
      throw new ArgumentError(`A sky map has no '${left}' here.`, { hint: KNOWN })
  }
  const { name, skyMap: type } = top
  if (typeof name !== 'string' || name === '')
    throw new ArgumentError('The sky map has no name.', { hint: KNOWN })
  if (typeof type !== 'string' || FIELDS[type] === undefined)
    throw new ArgumentError(`A sky map of kind '${String(type)}' cannot be made; ${KINDS.join(', ')} can.`)
  return { name, json: { type, config: parts[type] } }
}

const KNOWN = `Give name=…, skyMap=${KINDS.join(' or ')}, and skyMap["rings"].numRings=… or such: ${[...ANY_SKYMAP, 'tractBuilder'].join(', ')}; ${KINDS.map((kind) => `${kind}: ${FIELDS[kind]!.join(', ')}`).join('; ')}.`
