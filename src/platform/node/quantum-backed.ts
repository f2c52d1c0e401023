import { QuantumBackedButler } from '#butler'
import { nodeButlerEnvironment } from './butler.ts'

/** The files of a repository, without its registry; `place` is an absolute path or an address. */
export const openQuantumBackedButler = (place: string): Promise<QuantumBackedButler> =>
  QuantumBackedButler.open(nodeButlerEnvironment(), place)
