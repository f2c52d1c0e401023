import { resolve } from 'node:path'
import type { Butler } from '#butler'
import { type ByteSource, messageOf } from '#core'
import { type FitsFile, openFits } from '#fits'
import { nodeFiles, openNodeButler } from '#platform/node'
import { collectData } from '../data/collect.ts'
import { rememberNames } from '../display/collection-names.ts'
import type { Displays } from '../display/display.ts'
import type { Input } from '../execute/input.ts'
import { currentRun } from '../execute/run-context.ts'
import type { LanguageClient } from '../execute/language-client.ts'
import type { Scope } from '../execute/scope.ts'
import type { EngineMagic } from '../globals/engine.ts'
import type { RepositoryData } from '../protocol/repository-data.ts'
import { passed } from './pipeline-run.ts'
import { type OpenRepoOptions, SessionButler } from './session-butler.ts'
import { SessionSql } from './sql-tag.ts'

export interface EngineParts {
  readonly folder: string
  readonly input: Input
  readonly displays: Displays
  readonly language: LanguageClient
  /** What cells have declared. */
  readonly scope: Scope
}

/** The session's engine: repository, SQL, files and the magics over them. Made when a cell first mentions one of its names. */
export class Engine {
  readonly #parts: EngineParts
  readonly session: SessionButler
  readonly sql: SessionSql
  readonly magic: EngineMagic

  constructor(parts: EngineParts) {
    this.#parts = parts
    this.session = new SessionButler(parts.folder, process.env, async (butler) => {
      await parts.language.call('setData', butler === undefined ? null : await dataOf(butler))
    })
    this.sql = new SessionSql(this.session, parts.scope)
    this.magic = this.#makeMagic()
  }

  openRepo(path: string, options?: OpenRepoOptions) {
    return this.session.open(path, options)
  }

  async openButler(path: string, options: OpenRepoOptions = {}): Promise<Butler> {
    return rememberNames(await openNodeButler(resolve(this.#parts.folder, path), options))
  }

  async openFits(source: string | Uint8Array | ByteSource): Promise<FitsFile> {
    if (typeof source !== 'string') return openFits(source)
    return openFits(await nodeFiles.open(resolve(this.#parts.folder, source)), { name: source })
  }

  #makeMagic(): EngineMagic {
    const { folder, input } = this.#parts
    return {
      sql: (args, body) => this.sql.magic(body ?? args),
      pipeline: (async (args: string, body: string) => {
        const { runPipelineCell } = await currentRun().stopping.during(import('./pipeline-cell.ts'))
        return runPipelineCell(args, body, { ...this.#parts, session: this.session })
      }) as EngineMagic['pipeline'],
      pipetask: (async (args: string, body = '') => {
        const { runPipetaskLine } = await currentRun().stopping.during(import('./pipeline-cell.ts'))
        return runPipetaskLine(`${args} ${body}`, { ...this.#parts, session: this.session })
      }) as EngineMagic['pipetask'],
      passed,
      butler: async (args) => {
        const { runButlerLine } = await import('./commands.ts')
        await runButlerLine(args, folder, input, this.session)
      },
    }
  }
}

/** Names to complete; a repository of which they cannot be read is worked with all the same. */
async function dataOf(butler: Butler): Promise<RepositoryData | null> {
  try {
    return await collectData(butler)
  } catch (error) {
    process.stderr.write(`Names of ${butler.root} cannot be completed: ${messageOf(error)}\n`)
    return null
  }
}
