import type { RepositoryData } from '../protocol/repository-data.ts'
import type { Entry } from './offer.ts'
import { queryOffer } from './data-query.ts'
import { type CommandWords, knownWords, type OptionWords } from './words.ts'

/** A command line that is being written: what stands before the cursor, and which command it is of. */
export interface CommandPlace {
  readonly command: 'butler' | 'pipetask' | 'pipeline'
  readonly line: string
}

/** The line of a magic that the cursor is in; `%%pipetask` may go on over several lines. */
export function commandAt(code: string, at: number): CommandPlace | undefined {
  const before = code.slice(0, at)
  const cell = /^\s*%%pipetask\b([\s\S]*)$/.exec(before)
  if (cell !== null) return { command: 'pipetask', line: (cell[1] ?? '').replace(/\\?\n/g, ' ') }
  const line = before.slice(before.lastIndexOf('\n') + 1)
  const found = /^%(butler|pipetask|%pipeline)\b(.*)$/.exec(line)
  if (found === null) return undefined
  return {
    command: found[1] === '%pipeline' ? 'pipeline' : (found[1] as 'butler' | 'pipetask'),
    line: found[2] ?? '',
  }
}

/** Sub-commands, options and their values; `typed` is what they replace. */
export function commandOffer(
  data: RepositoryData | undefined,
  { command, line }: CommandPlace,
): { readonly typed: string; readonly entries: readonly Entry[] } {
  const { words, current } = tokens(line)
  const subcommands = command === 'pipeline' ? undefined : knownWords()[command]
  const name = subcommands === undefined ? undefined : words.find((word) => word in subcommands)
  const now = subcommands === undefined ? knownWords().pipeline : subcommands[name ?? '']
  if (now === undefined)
    return {
      typed: current,
      entries: Object.entries(subcommands ?? {}).map(([text, { doc }]) => ({
        text,
        type: 'function',
        signature: '',
        documentation: doc,
      })),
    }
  const [option, value] = valueOf(now, words, current)
  if (option !== undefined) return valueOffer(data, option, value)
  if (current.startsWith('-')) return { typed: current, entries: now.options.map(optionEntry) }
  return { typed: current, entries: argumentEntries(data, name ?? '', now) }
}

/** The option whose value is being written, `--opt value` or `--opt=value`. */
function valueOf(
  { options }: CommandWords,
  words: readonly string[],
  current: string,
): [OptionWords | undefined, string] {
  const joined = /^(--[\w-]+)=(.*)$/s.exec(current)
  const name = joined?.[1] ?? words.at(-1)
  const option = options.find(({ names, takesValue }) => takesValue && names.includes(name ?? ''))
  return [option, joined?.[2] ?? current]
}

/** What options stand for, by their long name. */
const COLLECTIONS = /^--(?:input|output|output-run|collections?|skip-existing-in|purge|disassociate|run)$/
const QUERIES = /^--(?:data-query|where)$/
const DATASET_TYPES = /^--(?:dataset-type|unmocked-dataset-types|datasets-type)$/

function valueOffer(
  data: RepositoryData | undefined,
  option: OptionWords,
  value: string,
): { readonly typed: string; readonly entries: readonly Entry[] } {
  const name = option.names.at(-1) ?? ''
  if (QUERIES.test(name)) return queryOffer(data, value)
  const typed = value.slice(value.lastIndexOf(',') + 1)
  if (option.choices !== undefined) return { typed, entries: option.choices.map((text) => plain(text)) }
  if (COLLECTIONS.test(name)) return { typed, entries: collections(data) }
  if (DATASET_TYPES.test(name)) return { typed, entries: datasetTypes(data) }
  if (name === '--instrument')
    return {
      typed,
      entries: knownWords().instruments.map((i) => ({ ...plain(i.className), documentation: i.name })),
    }
  if (name === '--select-tasks')
    return {
      typed,
      entries: knownWords().tasks.map(({ label, className }) => ({
        ...plain(label),
        documentation: className,
      })),
    }
  return { typed, entries: [] }
}

/** Arguments by their place in what the command asks of the repository. */
function argumentEntries(
  data: RepositoryData | undefined,
  name: string,
  words: CommandWords,
): readonly Entry[] {
  if (/collection|remove-runs/.test(name)) return collections(data)
  if (/dimension-records/.test(name))
    return (data?.elements ?? []).map(({ name: text, doc }) => ({ ...plain(text), documentation: doc }))
  if (words.arguments.some((argument) => /type|datasets|globs?/.test(argument))) return datasetTypes(data)
  return []
}

const plain = (text: string): Entry => ({ text, type: 'value', signature: '' })
const collections = (data: RepositoryData | undefined): readonly Entry[] =>
  (data?.collections ?? []).map(plain)
const datasetTypes = (data: RepositoryData | undefined): readonly Entry[] =>
  (data?.datasetTypes ?? []).map(({ name, storageClass, required }) => ({
    text: name,
    type: 'value',
    signature: storageClass,
    documentation: `${storageClass} by ${required.join(', ')}.`,
  }))

const optionEntry = ({ names, flags, doc }: OptionWords): Entry => ({
  text: names.at(-1) ?? '',
  type: 'keyword',
  signature: flags,
  documentation: doc,
})

/** Docs of the option or sub-command at the cursor. */
export function commandDocs({ command, line }: CommandPlace, after: string): string | undefined {
  const { words, current } = tokens(line)
  const word = `${current}${/^[\w-]*/.exec(after)?.[0] ?? ''}`
  const subcommands = command === 'pipeline' ? undefined : knownWords()[command]
  const named = subcommands?.[word]
  if (named !== undefined)
    return (
      `${command} ${word} ${named.arguments.map((a) => `<${a}>`).join(' ')}`.trimEnd() + `\n\n${named.doc}`
    )
  const now =
    subcommands === undefined ? knownWords().pipeline : subcommands[words.find((w) => w in subcommands) ?? '']
  const option = now?.options.find(({ names }) => names.includes(word))
  return option === undefined ? undefined : `${option.flags}\n\n${option.doc}`
}

/** The words before the one that is being written, and what there is of that; an open quote keeps blanks. */
function tokens(line: string): { readonly words: readonly string[]; readonly current: string } {
  const words: string[] = []
  let current = ''
  let quote = ''
  for (const c of line) {
    if (quote === '' && /\s/.test(c)) {
      if (current !== '') words.push(current)
      current = ''
    } else if (c === quote) quote = ''
    else if (quote === '' && (c === '"' || c === "'")) quote = c
    else current += c
  }
  return { words, current }
}
