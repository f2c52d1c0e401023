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

/**
 * The words of a `pipetask` line, with the open repository where one is wanted and none named; `repository` when quanta
 * will be run in it.
 */
export function pipetaskWords(
  line: string,
  session: { readonly butler: { readonly root: string } },
): { readonly argv: readonly string[]; readonly repository: string | undefined } {
  const words = splitWords(line.replace(/\\?\n/g, ' '))
  const argv = needsRepository(words, ['run', 'qgraph', 'purge', 'cleanup'])
    ? [...words, '-b', session.butler.root]
    : withRepository(words, ['report', 'run-qbb', 'pre-exec-init-qbb'], session)
  const isRun = argv.includes('run') && !argv.some((word) => /^(?:--show|--help|-h)(?:=|$)/.test(word))
  return { argv, repository: isRun ? repositoryOf(argv) : undefined }
}

/** For commands whose first argument is a repository: where it is a graph file, the repository was left out. */
function withRepository(
  words: readonly string[],
  commands: readonly string[],
  session: { readonly butler: { readonly root: string } },
): readonly string[] {
  const at = words.findIndex((word) => commands.includes(word)) + 1
  if (at === 0 || !/\.f?q?graph$|\.qg$/.test(words[at] ?? '')) return words
  return [...words.slice(0, at), session.butler.root, ...words.slice(at)]
}

/** What stands behind `-b`. */
function repositoryOf(argv: readonly string[]): string | undefined {
  const at = argv.findIndex((word) => /^(?:-b|--butler-config)/.test(word))
  const [, joined] = /^(?:-b=?|--butler-config=)(.+)$/.exec(argv[at] ?? '') ?? []
  return joined ?? argv[at + 1]
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
  commandEnded('butler', await runButler(argv, cellIo(folder, input, `butler ${argv.join(' ')}`)))
}

const needsRepository = (words: readonly string[], commands: readonly string[]): boolean =>
  words.some((word) => commands.includes(word)) && !words.some((word) => /^(?:-b|--butler-config)/.test(word))

/** @throws KernelError `kernel/command-failed` for another exit code than 0 */
export function commandEnded(command: string, code: number): void {
  if (code !== 0) throw new KernelError('kernel/command-failed', `${command} ended with exit code ${code}`)
}
