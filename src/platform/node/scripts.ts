/**
 * `firstlight/node`: how a script in Node opens or makes a repository, and opens a file. All else comes from the package's modules,
 * which take what is opened here: `firstlight/butler` (export, import, check …), `firstlight/fits`, …
 */
export type { Butler, DatasetRef } from '#butler'
export {
  createNodeButler as createButler,
  type NodeOptions,
  openNodeButler as openButler,
} from './butler.ts'
export { nodeFiles as files } from './node-files.ts'
