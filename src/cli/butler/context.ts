import type { Butler, OpenOptions } from '#butler'
import type { Logger } from '#core'
import { openNodeButler } from '../../platform/node/butler.ts'
import { repositoryPlace } from '../../platform/node/repository-index.ts'
import type { CommandIo } from '../shared/io.ts'

/** What every subcommand gets: the process, the log of its global options, and how to open repositories. */
export interface CommandContext {
  readonly io: CommandIo
  readonly log: Logger
  /** `--progress` */
  readonly progress: boolean
  /** Open a repository (closed when the command has ended). */
  open(repository: string, options?: OpenOptions): Promise<Butler>
}

/** Opens repositories and closes them at the end, also after an error. */
export class Repositories {
  private readonly opened: Butler[] = []

  async open(repository: string, cwd: string, log: Logger, options: OpenOptions = {}): Promise<Butler> {
    const butler = await openNodeButler(await repositoryPlace(repository, cwd), { ...options, log })
    this.opened.push(butler)
    return butler
  }

  async close(): Promise<void> {
    for (const butler of this.opened) await butler.close()
  }
}
