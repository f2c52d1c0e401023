import type { Command } from 'commander'
import type { Butler, OpenOptions } from '#butler'
import type { Logger } from '#core'
import { type NodeOptions, openNodeButler } from '../../platform/node/butler.ts'
import type { CommandIo } from '../shared/io.ts'

/** A file of this folder: puts arguments, options and the action on its command. */
export interface CommandModule {
  define(command: Command, context: () => CommandContext): void
}

/** A subcommand, loaded when it is asked for. */
export interface CommandEntry {
  readonly summary: string
  readonly load: () => Promise<CommandModule>
  /** Not in the list of commands: older spellings, what completion scripts call. */
  readonly hidden?: boolean
}

/** What every subcommand gets: the process, the log of its global options, and how to open repositories. */
export interface CommandContext {
  readonly io: CommandIo
  readonly log: Logger
  /** Every subcommand, by name. */
  readonly commands: Readonly<Record<string, CommandEntry>>
  /** `--progress` */
  readonly progress: boolean
  /** Open a repository (closed when the command has ended). */
  open(repository: string, options?: OpenOptions & NodeOptions): Promise<Butler>
}

/** Opens repositories and closes them at the end, also after an error. */
export class Repositories {
  private readonly opened: Butler[] = []

  async open(repository: string, cwd: string, options: OpenOptions & NodeOptions): Promise<Butler> {
    const butler = await openNodeButler(repository, { ...options, folder: cwd })
    this.opened.push(butler)
    return butler
  }

  async close(): Promise<void> {
    for (const butler of this.opened) await butler.close()
  }
}
