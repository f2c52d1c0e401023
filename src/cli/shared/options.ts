import { type Argument, type Command, InvalidArgumentError, Option } from 'commander'

/** For options that may be repeated and take comma-separated lists. */
export const collectList = (text: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  ...text.split(',').filter((part) => part !== ''),
]

export const collect = (text: string, before: readonly string[] = []): readonly string[] => [...before, text]

/** The options before the subcommand: what is logged, and where. */
export const addLogOptions = (program: Command): Command =>
  program
    .option('--log-level <level>', 'LEVEL, or name=LEVEL for one logger (repeatable)', collect, [])
    .option('--long-log', 'print time and level of messages, and the stack of errors', false)
    .option(
      '--log-file <file>',
      'also write messages to a file; .json gives one JSON object a line',
      collect,
      [],
    )
    .option('--log-tty', 'print messages to the terminal', true)
    .option('--no-log-tty', 'do not print messages to the terminal')
    .option('--log-label <key=value>', 'put a label on every message', collect, [])
    .option('--progress', 'show progress bars even without a terminal', false)
    .option('--no-progress', 'show no progress bars')

/** Arguments too may be comma lists: `raw,calexp src`. */
export const splitLists = (words: readonly string[]): readonly string[] =>
  words.flatMap((word) => word.split(',')).filter((part) => part !== '')

export function parseInteger(text: string): number {
  if (/^[+-]?\d+$/.test(text)) return Number(text)
  throw new InvalidArgumentError(`'${text}' is not an integer.`)
}

/** A switch that is off by default, with `--no-…` to say so. */
export const addFlag = (command: Command, name: string, description: string): Command =>
  command
    .option(`--${name}`, description, false)
    .addOption(new Option(`--no-${name}`, `not --${name} (the default)`).hideHelp())

export const addTrackFileAttrs = (command: Command): Command =>
  command
    .option('--track-file-attrs', 'keep size and checksum of each file, to notice damage', true)
    .option('--no-track-file-attrs', 'do not look at sizes and checksums')

/** One of several words, in any case. */
export function choice<T extends string>(words: readonly T[]): (text: string) => T {
  const parse = (text: string): T => {
    const found = words.find((w) => w.toLowerCase() === text.toLowerCase())
    if (found === undefined) throw new InvalidArgumentError(`'${text}' is not one of ${words.join(', ')}.`)
    return found
  }
  CHOICES.set(parse, words)
  return parse
}

const CHOICES = new WeakMap<object, readonly string[]>()

/** The words that an option or argument takes, when these are few. */
export const choicesOf = ({ argChoices, parseArg }: Option | Argument): readonly string[] | undefined =>
  argChoices ?? (parseArg === undefined ? undefined : CHOICES.get(parseArg))

export const addCollections = (command: Command): Command =>
  command.option(
    '--collections <list>',
    'collections to search, in order; globs where no order is needed',
    collectList,
  )

export const addWhere = (command: Command): Command =>
  command.option(
    '--where <expression>',
    'conditions on dimensions, e.g. "instrument=\'HSC\' AND visit > 903330"',
  )

export const addOrderLimit = (command: Command): Command =>
  command
    .option('--order-by <list>', 'columns to sort by; a minus in front for descending', collectList)
    .option(
      '--limit <n>',
      'at most n rows; negative: with a warning when there are more; 0: all',
      parseInteger,
      -20000,
    )
    .addOption(new Option('--offset <n>', 'not supported but for 0').argParser(parseInteger).hideHelp())

export const addJson = (command: Command): Command =>
  command.option('--json', 'print JSON instead of a table', false)

export const addConfirm = (command: Command): Command =>
  command.option('--confirm', 'ask before doing it', true).option('--no-confirm', 'do not ask')

export const TRANSFER_MODES = [
  'auto',
  'link',
  'symlink',
  'hardlink',
  'copy',
  'move',
  'relsymlink',
  'direct',
  'split',
] as const
