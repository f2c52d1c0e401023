import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { FirstlightError } from '#core'
import { type ExecuteOptions, type PipelineTask, TaskRegistry } from '#pipeline'
import type { CommandIo } from './io.ts'
import { moduleError } from './module-errors.ts'
import { allowTypeScript } from './typescript-modules.ts'
import { sharesModules } from './worker-process.ts'

/** Take every task, and every registry, that a module exports. */
export async function includeModule(tasks: TaskRegistry, file: string): Promise<void> {
  if (!sharesModules())
    throw new FirstlightError(
      'cli/apart',
      `${file} cannot be loaded: its modules would not be those of this command.`,
      {
        hint: 'Start the command by its name, `pipetask`, or as `node --conditions=bundled …/dist/bin/pipetask.js`.',
      },
    )
  const exported = await importFile(file)
  let found = 0
  for (const value of Object.values(exported)) {
    if (value instanceof TaskRegistry) tasks.include(value)
    else if (isPipelineTask(value)) tasks.add(value)
    else continue
    found++
  }
  if (found === 0)
    throw new FirstlightError('cli/no-tasks', `${file} exports no tasks.`, {
      hint: 'Export what definePipelineTask gives, or a TaskRegistry.',
    })
}

/** Of a user's file, JavaScript or TypeScript. */
async function importFile(file: string): Promise<Record<string, unknown>> {
  if (!existsSync(file)) throw new FirstlightError('files/not-found', `No such file: '${file}'.`)
  checkInstallation(file)
  if (/\.[mc]?ts$/.test(file)) allowTypeScript()
  try {
    return (await import(pathToFileURL(file).href)) as Record<string, unknown>
  } catch (error) {
    throw await moduleError(file, error)
  }
}

/** Tasks of another installation are made of other classes than ours: what goes wrong later says nothing of why. */
function checkInstallation(file: string): void {
  const [own, theirs] = [installationOf(import.meta.url), installationOf(pathToFileURL(file))]
  if (theirs === own) return
  if (theirs !== undefined)
    throw new FirstlightError(
      'cli/other-installation',
      `${file} would take firstlight from ${theirs}; this command is that of ${own}.`,
      {
        hint: `Run ${theirs}/dist/bin/pipetask.js, or let node_modules/firstlight beside the file be a link to ${own}.`,
      },
    )
  if (/\bfrom\s*['"]firstlight(\/[^'"]*)?['"]/.test(readFileSync(file, 'utf8')))
    throw new FirstlightError(
      'cli/no-installation',
      `${file} imports firstlight, which is not installed where it is.`,
      { hint: `Make node_modules/firstlight in a folder above it a link to ${own}.` },
    )
}

/** The folder of the package that a module would import from. */
function installationOf(from: string | URL): string | undefined {
  try {
    const module = realpathSync(createRequire(from).resolve('firstlight/core'))
    return module.replace(/[\\/](dist[\\/](bin[\\/]lib|src)|src)[\\/]core[.\\/].*$/, '')
  } catch {
    return undefined
  }
}

const isPipelineTask = (value: unknown): value is PipelineTask =>
  typeof value === 'object' &&
  value !== null &&
  'connections' in value &&
  'run' in value &&
  'className' in value

/** The function of `--graph-fixup FILE[:export]`: pairs of ids of quanta, the first to be run before the second. */
export async function loadFixup(text: string, io: CommandIo): Promise<NonNullable<ExecuteOptions['order']>> {
  const [, file = text, name = 'default'] = /^(.*\.[cm]?[jt]s):(\w+)$/.exec(text) ?? []
  const exported = await importFile(resolve(io.cwd, file))
  const found = exported[name]
  if (typeof found === 'function') return found as NonNullable<ExecuteOptions['order']>
  throw new FirstlightError('cli/no-fixup', `${file} exports no function ${name}.`, {
    hint: `It exports ${Object.keys(exported).join(', ') || 'nothing'}; write --graph-fixup FILE:NAME.`,
  })
}
