import { InvalidQueryError } from '../errors.ts'
import { checkTerm, showTerm } from '../expression/check.ts'
import type { Term } from '../expression/columns.ts'
import type { Scope } from '../expression/scope.ts'

/** One key of an ordering. */
export interface OrderTerm {
  readonly term: Term
  readonly descending: boolean
}

const UNORDERED = new Set(['region', 'timespan', 'bool', 'hash', 'uuid'])

/** `visit`, `-visit.timespan.begin`, `calexp.run`: names, a minus for descending. */
export function parseOrder(texts: readonly string[], scope: Scope): readonly OrderTerm[] {
  return texts.map((text) => {
    const descending = text.startsWith('-')
    const name = (descending ? text.slice(1) : text).trim()
    if (!/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/.test(name))
      throw new InvalidQueryError(`'${text}' cannot be ordered by: it is not a name.`, {
        hint: "Write 'visit', '-visit' or 'visit.timespan.begin'.",
      })
    const term = checkTerm({ kind: 'identifier', name, at: 0 }, { ...scope, binds: {} })
    if (term.kind === 'literal' || UNORDERED.has(term.type))
      throw new InvalidQueryError(
        `Cannot order by ${showTerm(term)}: values of type ${term.type} have no order.`,
        {
          ...(term.type === 'timespan' && { hint: 'Add .begin or .end.' }),
        },
      )
    return { term, descending }
  })
}
