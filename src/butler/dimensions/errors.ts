import { closest } from '#core'
import { ArgumentError, DimensionNameError } from '../errors.ts'
import type { DimensionUniverse } from './universe.ts'

export function dimensionNameError(name: string, universe: DimensionUniverse): DimensionNameError {
  const near = closest(name, universe.dimensionNames)
  const plain = universe.elements.filter((e) => e.kind !== 'skypix' && e.kind !== 'join').map((e) => e.name)
  return new DimensionNameError(`No such dimension '${name}'.`, {
    hint:
      near === undefined
        ? `There are ${plain.join(', ')}, htm1–htm24, healpix1–healpix17.`
        : `Did you mean '${near}'?`,
    data: { name },
  })
}

export const universeConfigError = (what: string): ArgumentError =>
  new ArgumentError(`The dimension configuration is broken: ${what}.`)
