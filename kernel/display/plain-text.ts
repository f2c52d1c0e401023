import { inspect } from 'node:util'

const LONGEST = 10_000
const OPTIONS = { depth: 4, maxArrayLength: 100, maxStringLength: LONGEST, breakLength: 100, compact: 3 }

/** Compact text without colours: front ends show escapes as they are in results. */
export function plainText(value: unknown): string {
  if (typeof value === 'string' && value.includes('\n')) return templateText(value)
  return inspect(value, OPTIONS)
}

/** Lines stay lines: the text as a template literal. */
function templateText(text: string): string {
  const rest = text.length - LONGEST
  const shown = rest > 0 ? text.slice(0, LONGEST) : text
  return `\`${shown.replace(/[\\`]|\$\{/g, '\\$&')}\`${rest > 0 ? `... ${rest} more characters` : ''}`
}
