import { Command, type Option } from 'commander'
import type { Butler } from '#butler'
import { LOG_LEVELS } from '#core'
import { addLogOptions, choicesOf } from '../shared/options.ts'
import type { CommandContext } from './context.ts'

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('[words...]', 'words of the command line so far; the last is being written')
    .action(async (words: readonly string[]) => {
      const found = await completions(words, context())
      context().io.out(found.map((w) => `${w}\n`).join(''))
    })
}

/** Words that may stand where the last of `words` is being written; none where a file name is wanted. */
async function completions(words: readonly string[], context: CommandContext): Promise<readonly string[]> {
  const current = words.at(-1) ?? ''
  const before = words.slice(0, -1)
  const { commands } = context
  const name = before.find((w) => w in commands)
  const fitting = (list: readonly string[]) => list.filter((w) => w.startsWith(current))
  if (name === undefined) return fitting(atFront(current, before.at(-1), commands))
  const command = new Command(name)
  const { define: defineIt } = await commands[name]!.load()
  defineIt(command, () => context)
  const rest = before.slice(before.indexOf(name) + 1)
  const option = command.options.find((o) => takesValue(o, before.at(-1)))
  if (option === undefined && current.startsWith('-'))
    return fitting(command.options.filter((o) => !o.hidden).map((o) => o.long!))
  const argument = argumentAt(command, rest)
  const place = option === undefined ? argument.place : option.long!
  const asked = option ?? argument.argument
  const choices = asked === undefined ? undefined : choicesOf(asked)
  const list = choices ?? (await names(place, rest, context)) ?? wordsIn(option)
  // Lists are completed behind their last comma.
  const comma = current.lastIndexOf(',') + 1
  return fitting(list.map((w) => current.slice(0, comma) + w))
}

/** True when `word` is this option and its value comes next. */
const takesValue = (option: Option, word: string | undefined): boolean =>
  (option.required || option.optional) &&
  word !== undefined &&
  (word === option.short || word === option.long)

/** The argument that comes after these words, and the name of its place. */
function argumentAt(command: Command, words: readonly string[]) {
  const isValue = (i: number) => command.options.some((o) => takesValue(o, words[i - 1]))
  const given = words.filter((w, i) => !w.startsWith('-') && !isValue(i)).length
  const { registeredArguments: list } = command
  const argument = list[Math.min(given, list.length - 1)]
  return { argument, place: given === 0 ? 'repo' : `${command.name()} ${argument?.name() ?? ''}` }
}

/** Before the subcommand: options of logging, their values, the subcommands. */
function atFront(
  current: string,
  last: string | undefined,
  commands: CommandContext['commands'],
): readonly string[] {
  const { options } = addLogOptions(new Command())
  if (options.some((o) => takesValue(o, last))) {
    // `name=LEVEL` is completed behind the sign.
    const name = current.slice(0, current.indexOf('=') + 1)
    return last === '--log-level' ? LOG_LEVELS.map((level) => name + level) : []
  }
  if (current.startsWith('-')) return options.map((o) => o.long!)
  return Object.keys(commands).filter((c) => commands[c]!.hidden !== true)
}

/** What the places stand for in the repository. */
const COLLECTIONS = new Set([
  '--collections',
  '--purge',
  '--disassociate',
  'query-collections globs',
  'remove-runs globs',
  'remove-collections globs',
  'collection-chain parent',
  'collection-chain children',
  'prune-datasets collections',
  'associate collection',
  'certify-calibrations input',
  'certify-calibrations output',
  'export-calibs collections',
])
const TYPES = new Set([
  '--datasets',
  '--dataset-type',
  'query-datasets types',
  'query-dataset-types globs',
  'remove-dataset-type types',
  'certify-calibrations type',
  'ingest-files type',
])
const ELEMENTS = new Set(['query-data-ids dimensions', 'query-dimension-records element'])

async function names(
  place: string,
  rest: readonly string[],
  context: CommandContext,
): Promise<readonly string[] | undefined> {
  const look = async (ask: (butler: Butler) => Promise<readonly string[]>) => {
    const repo = rest.find((w) => !w.startsWith('-'))
    return repo === undefined ? [] : ask(await context.open(repo))
  }
  if (COLLECTIONS.has(place)) return look((b) => b.collections.query('*'))
  if (TYPES.has(place)) return look(async (b) => (await b.registry.queryDatasetTypes()).map((t) => t.name))
  if (ELEMENTS.has(place))
    return look((b) =>
      Promise.resolve(b.dimensions.elements.filter((e) => e.kind !== 'skypix').map((e) => e.name)),
    )
  return undefined
}

/** Of a description `TREE, TABLE or FLATTEN` those words. */
const wordsIn = (option: Option | undefined): readonly string[] =>
  /[A-Z-]{3,}(?:, [A-Z-]{3,})* or [A-Z-]{3,}/.exec(option?.description ?? '')?.[0].split(/, | or /) ?? []
