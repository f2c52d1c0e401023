import { createRequire } from 'node:module'
import type { WorkerPoolOptions } from '#platform/node'

const isBundled = import.meta.url.includes('/dist/bin/')

/** What the processes of a pool run: the main file that lies beside this one; bundled as this is, sharing modules with users' tasks. */
export const workerProcess = (): Pick<WorkerPoolOptions, 'entry' | 'execArgv'> =>
  isBundled
    ? { entry: new URL('./pipetask-worker.js', import.meta.url), execArgv: ['--conditions=bundled'] }
    : { entry: new URL('./worker.js', import.meta.url) }

/** Whether modules that are loaded now would get our own instances of what they import from the package. */
export const sharesModules = (): boolean =>
  !isBundled ||
  createRequire(import.meta.url)
    .resolve('firstlight/core')
    .includes('/dist/bin/')
