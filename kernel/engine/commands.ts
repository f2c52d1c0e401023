import type { CommandIo } from '../../src/cli/pipetask/io.ts'
import type { SessionButler } from './session-butler.ts'
import type { Input } from '../execute/input.ts'
import { currentRun } from '../execute/run-context.ts'
import { KernelError } from '../errors.ts'
import { splitWords } from './words.ts'

/** What a command line needs of the process: prints go to the cell, questions to its reader, the interrupt stops it. */
export function cellIo(folder: string, input: Input, commandLine: string): CommandIo {
  return {
    out: (text: string) => void process.stdout.write(text),
    err: (text: string) => void process.stderr.write(text),
    env: (name: string) => process.env[name],
    cwd: folder,
    columns: undefined,
    confirm: async (question: string) => /^y(?:es)?$/i.test((await input.ask(`${question} [y/N] `)).trim()),
    signal: currentRun().abort.signal,
    commandLine,
  }
}

/** `%pipetask …` and `%%pipetask …`: the command line, on the open repository unless -b names another. */
export async function runPipetaskLine(
  line: string,
  folder: string,
  input: Input,
  butler: SessionButler,
): Promise<void> {
  const { runPipetask } = await import('../../src/cli/pipetask/main.ts')
  const words = splitWords(line.replace(/\\?\n/g, ' '))
  const argv = needsRepository(words, ['run', 'qgraph']) ? [...words, '-b', butler.butler.root] : words
  const io = cellIo(folder, input, `pipetask ${argv.join(' ')}`)
  ended('pipetask', await runPipetask(argv, io))
}

/** `%butler …`: the repository is put in when the command takes one and none is named. */
export async function runButlerLine(
  line: string,
  folder: string,
  input: Input,
  butler: SessionButler,
): Promise<void> {
  const { runButler } = await import('../../src/cli/butler/main.ts')
  const words = splitWords(line)
  const [command, ...rest] = words
  const takesRepository = command !== undefined && !command.startsWith('-') && command !== 'create'
  const named = rest[0] !== undefined && (rest[0] === '.' || /[/\\]/.test(rest[0]))
  const argv = takesRepository && !named && butler.isOpen ? [command, butler.butler.root, ...rest] : words
  ended('butler', await runButler(argv, cellIo(folder, input, `butler ${argv.join(' ')}`)))
}

const needsRepository = (words: readonly string[], commands: readonly string[]): boolean =>
  words.some((word) => commands.includes(word)) && !words.some((word) => /^(?:-b|--butler-config)/.test(word))

function ended(command: string, code: number): void {
  if (code !== 0) throw new KernelError('kernel/command-failed', `${command} ended with exit code ${code}`)
}
