import { closest } from '#core'
import { ArgumentError, DimensionNameError } from '../errors.ts'
import type { DimensionElement } from './element.ts'

export function dimensionNameError(name: string, elements: readonly DimensionElement[]): DimensionNameError {
  const near = closest(
    name,
    elements.filter((e) => e.kind !== 'join').map((e) => e.name),
  )
  const plain = elements.filter((e) => e.kind !== 'skypix' && e.kind !== 'join').map((e) => e.name)
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
