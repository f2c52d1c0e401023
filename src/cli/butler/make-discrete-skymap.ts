import type { Command } from 'commander'
import { ArgumentError } from '#butler'
import { defaultContext } from '#core'
import { addCollections, collect } from '../shared/options.ts'
import type { CommandContext } from './context.ts'
import { ANY_SKYMAP, type ConfigLine, configLines, type ConfigOptions, setField } from './skymap-config.ts'

interface Options extends ConfigOptions {
  readonly collections?: readonly string[]
  readonly skymapId: string
  readonly oldSkymapId?: string
  readonly datasetType: string
}

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<repo>', 'repository')
    .argument('<instrument>', 'class name or name')
    .option('-C, --config-file <file>', 'lines such as config.skyMap.pixelScale = 0.2', collect)
    .option('-c, --config <key=value>', 'one such value: borderSize=0.1 (degrees), …', collect)
    .option('--skymap-id <name>', 'name of the new sky map', 'discrete')
    .option('--old-skymap-id <name>', 'sky map whose tracts come before the new one, with doAppend=True')
    .option('--dataset-type <name>', 'the images that the tract goes around', 'calexp')
  addCollections(command).action(async (repo: string, name: string, options: Options) => {
    const { io, log, open } = context()
    const { collections, datasetType, oldSkymapId: before } = options
    if (collections === undefined)
      throw new ArgumentError('Where the images are is not said.', { hint: 'Give --collections.' })
    const { doAppend, ...config } = readConfig(await configLines(options, io.cwd))
    if (doAppend !== (before !== undefined))
      throw new ArgumentError(
        doAppend
          ? 'With doAppend, --old-skymap-id must name the map to add to.'
          : '--old-skymap-id is only for -c doAppend=True.',
      )
    const { getInstrument, registerSkyMap, skyMapAround } = await import('#obs')
    const butler = await open(repo, { writeable: true })
    const skyMap = await skyMapAround(
      butler,
      getInstrument(name),
      { collections, datasetType, ...config, ...(before !== undefined && { before }) },
      defaultContext({ log, signal: io.signal }),
    )
    for (const tract of skyMap.tracts()) {
      const [nx, ny] = tract.numPatches
      const { ra, dec } = tract.center
      log.info(
        `tract ${tract.id}: around ${ra.degrees.toFixed(3)}, ${dec.degrees.toFixed(3)}, ${nx} x ${ny} patches`,
      )
    }
    await registerSkyMap(butler, options.skymapId, skyMap)
    io.out(`Registered sky map '${options.skymapId}' of ${skyMap.numTracts} tracts.\n`)
  })
}

function readConfig(lines: readonly ConfigLine[]) {
  const skyMap: Record<string, unknown> = {}
  let [borderSize, doAppend] = [0, false]
  for (const { left, right } of lines) {
    const [, field] = /^skyMap\.(.+)$/.exec(left) ?? []
    if (left === 'borderSize') borderSize = Number(right)
    else if (left === 'doAppend') doAppend = /^true$/i.test(right)
    else if (field !== undefined && setField(skyMap, field, right)) continue
    else if (left !== 'coaddName' && left !== 'doWrite')
      throw new ArgumentError(`make-discrete-skymap has no '${left}'.`, {
        hint: `It has borderSize, doAppend and skyMap.… with ${ANY_SKYMAP.join(', ')}.`,
      })
  }
  if (!Number.isFinite(borderSize)) throw new ArgumentError('borderSize must be degrees.')
  return { config: skyMap, borderSize, doAppend }
}
