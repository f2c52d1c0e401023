import { Command } from 'commander'
import { makeLogger } from '#core'
import type { CommandIo } from '../shared/io.ts'
import { type LogOptions, makeSink } from '../shared/logging.ts'
import { addLogOptions } from '../shared/options.ts'
import { reportError } from '../shared/report.ts'
import { COMMANDS } from './commands.ts'
import { type CommandContext, Repositories } from './context.ts'
import { addOptionsFile, applyOptionsFile } from '../shared/options-file.ts'

/** Run one `butler` command line; gives the exit code. Only the file of the asked subcommand is loaded. */
export async function runButler(argv: readonly string[], io: CommandIo): Promise<number> {
  const program = makeProgram()
  const repositories = new Repositories()
  try {
    const asked = argv.find((word, i) => word in COMMANDS && !VALUED.has(argv[i - 1] ?? ''))
    for (const [name, { summary, load, hidden }] of Object.entries(COMMANDS)) {
      if (asked !== undefined && name !== asked) continue
      const command = new Command(name).description(summary)
      if (name === asked) {
        const { define } = await load()
        define(addOptionsFile(command), () => makeContext(program, io, repositories))
      }
      program.addCommand(command, { hidden: hidden === true })
    }
    for (const command of [program, ...program.commands])
      command.exitOverride().configureOutput({ writeOut: io.out, writeErr: io.err })
    if (argv.length === 0) {
      program.outputHelp({ error: true })
      return 2
    }
    program.hook('preAction', (_, command) => applyOptionsFile(command, io.cwd))
    await program.parseAsync([...argv], { from: 'user' })
    return 0
  } catch (error) {
    return reportError(error, io, program.opts<LogOptions>().longLog)
  } finally {
    await repositories.close()
  }
}

/** Global options that take a value, which may be the name of a command. */
const VALUED = new Set(['--log-level', '--log-file', '--log-label'])

const makeProgram = (): Command =>
  addLogOptions(new Command('butler').description('Look into, fill and prune data repositories.'))

function makeContext(program: Command, io: CommandIo, repositories: Repositories): CommandContext {
  const options = program.opts<LogOptions & { progress: boolean }>()
  const log = makeLogger('lsst.daf.butler', makeSink(options, io))
  return {
    io,
    log,
    commands: COMMANDS,
    progress: options.progress,
    open: (repository, open) => repositories.open(repository, io.cwd, { log, ...open }),
  }
}
