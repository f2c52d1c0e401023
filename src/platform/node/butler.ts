import type { Butler, OpenOptions } from '#butler'

/** Open a repository folder with Node's files, SQLite and every formatter we have. */
export function openNodeButler(root: string, options: OpenOptions = {}): Promise<Butler> {
  return Promise.reject(new Error(`being written: ${root} ${JSON.stringify(options)}`))
}

/** Make a new repository in a folder. */
export function createNodeButler(root: string): Promise<Butler> {
  return Promise.reject(new Error(`being written: ${root}`))
}
