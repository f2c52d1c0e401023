import { resolve } from 'node:path'
import { QuantumBackedButler } from '#butler'
import { nodeButlerEnvironment } from './butler.ts'

/** The files of a repository folder, without its registry. */
export const openQuantumBackedButler = (root: string): Promise<QuantumBackedButler> =>
  QuantumBackedButler.open(nodeButlerEnvironment(), resolve(root).replaceAll('\\', '/'))
