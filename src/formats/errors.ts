import { type ErrorOptions, FirstlightError } from '#core'

/** `formats/<code>`: bad-file, bad-value, no-component, unsupported. */
export const formatError = (code: string, message: string, options?: ErrorOptions): FirstlightError =>
  new FirstlightError(`formats/${code}`, message, options)

export const badValue = (formatter: string, wanted: string, value: unknown): FirstlightError =>
  formatError('bad-value', `The ${formatter} formatter writes ${wanted}; it was given ${describe(value)}.`)

export const noComponent = (what: string, component: string, known: readonly string[]): FirstlightError =>
  formatError('no-component', `${what} has no component '${component}'.`, {
    hint: known.length > 0 ? `Components: ${known.join(', ')}.` : 'It can only be read whole.',
  })

const describe = (value: unknown): string =>
  value === null
    ? 'null'
    : typeof value === 'object'
      ? (value.constructor?.name ?? 'an object')
      : `a ${typeof value}`
