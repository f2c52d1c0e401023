import type { Expression } from './ast.ts'
import { syntaxError } from './syntax-error.ts'

/** Functions the language knows, with what is wrong with a call's arguments, or undefined. */
const CHECKS: Readonly<Record<string, (args: readonly Expression[]) => string | undefined>> = {
  POINT: (a) => count(a, 2, 'POINT takes two numbers: ra, dec'),
  CIRCLE: (a) => count(a, 3, 'CIRCLE takes three numbers: ra, dec, radius'),
  BOX: (a) => count(a, 4, 'BOX takes four numbers: ra, dec, width, height'),
  POLYGON: (a) =>
    a.length < 6 || a.length % 2 !== 0
      ? 'POLYGON takes ra, dec of at least three vertices, one after the other'
      : undefined,
  REGION: (a) => count(a, 1, "REGION takes one string: 'CIRCLE ra dec radius', 'POLYGON …' or 'RANGE …'"),
  UUID: (a) => count(a, 1, "UUID takes one string: UUID('…')"),
  GLOB: (a) =>
    count(a, 2, 'GLOB takes a column and a pattern') ??
    (a[1]!.kind === 'string' || a[1]!.kind === 'bind'
      ? undefined
      : "the pattern of GLOB is a string or a bind with its colon: GLOB(x, 'a*'), GLOB(x, :pattern)"),
}

export const isKnownFunction = (name: string): boolean => CHECKS[name.toUpperCase()] !== undefined
export const FUNCTION_NAMES: readonly string[] = Object.keys(CHECKS)

/** Refuse a wrong number or kind of arguments of a known function; unknown names are looked at when the query is built. */
export function checkCall(text: string, name: string, args: readonly Expression[], at: number): void {
  const complaint = CHECKS[name.toUpperCase()]?.(args)
  if (complaint !== undefined) throw syntaxError(text, at, complaint)
}

const count = (args: readonly Expression[], n: number, complaint: string): string | undefined =>
  args.length === n ? undefined : complaint
