import { type Command, InvalidArgumentError, Option } from 'commander'
import { FirstlightError } from '#core'
import type { CommandIo } from './io.ts'

/** Options that say how quanta are run. */
export interface ExecutionFlags {
  readonly processes: number
  readonly timeout?: number
  readonly failFast: boolean
  readonly raiseOnPartialOutputs: boolean
  readonly pdb?: string | true
  readonly profile?: string
  readonly graphFixup?: string
  readonly coresPerQuantum: number
  readonly memoryPerQuantum?: number
  readonly coverage: boolean
}

export const count =
  (least: number) =>
  (text: string): number => {
    const value = Number(text)
    if (!Number.isInteger(value) || value < least)
      throw new InvalidArgumentError(`a whole number, ${least} or more, is wanted`)
    return value
  }

const UNITS: Readonly<Record<string, number>> = { b: 1e-6, kb: 1e-3, mb: 1, gb: 1e3, tb: 1e6 }

/** `3GB`, `3000 MB` or `3000`, in megabytes. */
export function megabytes(text: string): number {
  const [, number, unit = 'MB'] = /^\s*([\d.]+)\s*([kMGT]?B)?\s*$/i.exec(text) ?? []
  const factor = UNITS[unit.toLowerCase()]
  if (number === undefined || factor === undefined || !(Number(number) > 0))
    throw new InvalidArgumentError('an amount of memory is wanted, such as 3GB or 3000')
  return Number(number) * factor
}

/** Add the options of `run` and `run-qbb`. */
export const addExecutionOptions = (command: Command): Command =>
  command
    .option('-j, --processes <n>', 'how many quanta at once', count(1), 1)
    .option('--timeout <seconds>', 'end a quantum that takes longer', count(0))
    .option('--fail-fast', 'stop at the first failure', false)
    .option('--raise-on-partial-outputs', 'partial outputs are failures', true)
    .option('--no-raise-on-partial-outputs', 'partial outputs are successes with a caveat')
    .option('--pdb [address]', "wait for a debugger (Node's inspector) before the first quantum; one process")
    .option(
      '--profile <file>',
      'write a CPU profile (.cpuprofile), for the browser’s developer tools; one process',
    )
    .addOption(
      new Option('--start-method <method>', 'accepted; quanta have processes of their own').choices([
        'spawn',
        'fork',
        'forkserver',
      ]),
    )
    .option('-n, --cores-per-quantum <n>', 'cores that a task may use', count(1), 1)
    .option(
      '--memory-per-quantum <size>',
      'most memory of a quantum, images included, as 3GB or 3000 (MB); one that takes more is ended',
      megabytes,
    )
    .option('--enable-implicit-threading', 'accepted; no library here starts threads by itself')
    .option('--debug', 'accepted; use --log-level DEBUG for more messages')

/** The anchor measures Python's coverage; ours has another place. */
export const addCoverageOptions = (command: Command): Command =>
  command
    .addOption(new Option('--coverage', 'see NODE_V8_COVERAGE').default(false))
    .addOption(new Option('--cov-report').hideHelp())
    .addOption(new Option('--no-cov-report').hideHelp())
    .addOption(new Option('--cov-packages <names>').hideHelp())

/** Refuse what cannot be, before anything is opened. */
export function checkExecution(flags: ExecutionFlags, io: CommandIo): void {
  if (flags.coverage)
    throw new FirstlightError('cli/bad-option', '--coverage is measured by Node, not by pipetask.', {
      hint: `Run it so: NODE_V8_COVERAGE=FOLDER ${io.commandLine.replace(/ --coverage\b/, '')}`,
    })
  for (const [option, given] of [
    ['--pdb', flags.pdb !== undefined],
    ['--profile', flags.profile !== undefined],
  ] as const)
    if (given && flags.processes > 1)
      throw new FirstlightError(
        'cli/bad-option',
        `${option} works with one process, not with -j ${flags.processes}.`,
        {
          hint: 'Leave -j out.',
        },
      )
  if (flags.pdb !== undefined && io.columns === undefined)
    throw new FirstlightError('cli/bad-option', '--pdb needs a terminal.', {
      hint: 'Run the command in one, or leave --pdb out.',
    })
}
