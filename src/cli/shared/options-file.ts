import type { Command, Option } from 'commander'
import { closest, messageOf } from '#core'
import { usageError } from './report.ts'

/** The option that every command has; values of the command line go before those of the file. */
export const addOptionsFile = (command: Command): Command =>
  command.option(
    '-@, --options-file <file>',
    'YAML file with values of options, under the names of subcommands',
  )

/**
 * Take options that the command line does not give from a file like
 * `query-datasets: { collections: [HSC/raw/all, HSC/calib], where: "instrument='HSC'" }`.
 */
export async function applyOptionsFile(command: Command, cwd: string): Promise<void> {
  const file = command.opts<{ readonly optionsFile?: string }>().optionsFile
  if (file === undefined) return
  const section = (await readYaml(cwd, file))[command.name()]
  if (section === undefined || section === null) return
  if (!isMap(section))
    throw usageError(`'${command.name()}' in '${file}' is not a list of options.`, {
      hint: `Write ${command.name()}: and below it name: value.`,
    })
  for (const [name, value] of Object.entries(section)) {
    const option = optionOf(command, name, file)
    if (command.getOptionValueSource(option.attributeName()) !== 'cli') setValue(command, option, value)
  }
}

async function readYaml(folder: string, shown: string): Promise<Readonly<Record<string, unknown>>> {
  const [{ parse }, { readNamedText }] = await Promise.all([import('yaml'), import('./place.ts')])
  let text: string
  try {
    text = await readNamedText(folder, shown)
  } catch (cause) {
    throw usageError(`The options file '${shown}' cannot be read.`, { cause })
  }
  let tree: unknown
  try {
    tree = parse(text)
  } catch (error) {
    throw usageError(`The options file '${shown}' is not YAML: ${messageOf(error).split('\n')[0]!}`)
  }
  if (isMap(tree)) return tree
  throw usageError(`The options file '${shown}' has no subcommands at its top.`)
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Names are those of the command line, with dashes or underscores. */
function optionOf(command: Command, name: string, file: string): Option {
  const wanted = name.replaceAll('_', '-')
  const known = command.options.filter((o) => !o.negate)
  const found = known.find((o) => o.name() === wanted || o.short === `-${wanted}`)
  if (found !== undefined) return found
  const names = known.map((o) => o.name())
  throw usageError(`'${file}' gives ${command.name()} an option '${name}', which it has not.`, {
    hint: `Did you mean ${closest(wanted, names) ?? names.join(', ')}?`,
  })
}

function setValue(command: Command, option: Option, value: unknown): void {
  const name = option.attributeName()
  if (option.isBoolean() || option.negate) {
    command.setOptionValueWithSource(name, value === true, 'config')
    return
  }
  const texts = (Array.isArray(value) ? (value as readonly unknown[]) : [value]).map(String)
  let parsed: unknown = option.defaultValue
  for (const text of texts) parsed = option.parseArg === undefined ? text : option.parseArg(text, parsed)
  command.setOptionValueWithSource(name, parsed, 'config')
}
