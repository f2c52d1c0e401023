import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { WorkerPoolOptions } from '#platform/node'

const isBundled = import.meta.url.includes('/dist/bin/')

const bundled = (entry: string): Pick<WorkerPoolOptions, 'entry' | 'execArgv'> => ({
  entry: new URL(entry, import.meta.url),
  execArgv: ['--conditions=bundled'],
})

/**
 * What the processes of a pool run: the bundled main file, which starts in half the time, also where this one is not bundled (in a
 * kernel): they share modules with users' tasks, not with us. Without a bundle, the file beside this one.
 */
export function workerProcess(): Pick<WorkerPoolOptions, 'entry' | 'execArgv'> {
  if (isBundled) return bundled('./pipetask-worker.js')
  const beside = bundled('../../../bin/pipetask-worker.js')
  return existsSync(beside.entry) ? beside : { entry: new URL('./worker.js', import.meta.url) }
}

/** Whether modules that are loaded now would get our own instances of what they import from the package. */
export const sharesModules = (): boolean =>
  !isBundled ||
  createRequire(import.meta.url)
    .resolve('firstlight/core')
    .includes('/dist/bin/')
