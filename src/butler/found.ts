/** What was given where something else was wanted, in words. */
export function found(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value.length > 60 ? `'${value.slice(0, 60)}…'` : `'${value}'`
    case 'number':
      return `the number ${value}`
    case 'function':
      return 'a function'
    case 'object': {
      if (value === null) return 'null'
      if (Array.isArray(value)) return 'a list'
      const kind = (Object.getPrototypeOf(value) as { constructor?: { name?: string } } | null)?.constructor
        ?.name
      return kind === undefined || kind === 'Object'
        ? 'an object'
        : `${/^[AEIO]/.test(kind) ? 'an' : 'a'} ${kind}`
    }
    default:
      return String(value)
  }
}
