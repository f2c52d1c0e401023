import type { Instant } from '#time'

export type ComparisonOperator = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'OVERLAPS'
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%'

/** What was parsed, before names and types are looked at. `at` is the offset in the text. */
export type Expression =
  | {
      readonly kind: 'or' | 'and'
      readonly left: Expression
      readonly right: Expression
      readonly at: number
    }
  | { readonly kind: 'not'; readonly of: Expression; readonly at: number }
  | {
      readonly kind: 'compare'
      readonly operator: ComparisonOperator
      readonly left: Expression
      readonly right: Expression
      readonly at: number
    }
  | {
      readonly kind: 'arithmetic'
      readonly operator: ArithmeticOperator
      readonly left: Expression
      readonly right: Expression
      readonly at: number
    }
  | { readonly kind: 'sign'; readonly operator: '+' | '-'; readonly of: Expression; readonly at: number }
  | {
      readonly kind: 'in'
      readonly negated: boolean
      readonly of: Expression
      readonly items: readonly Expression[]
      readonly at: number
    }
  | { readonly kind: 'number'; readonly text: string; readonly at: number }
  | { readonly kind: 'string'; readonly value: string; readonly at: number }
  | { readonly kind: 'time'; readonly instant: Instant; readonly text: string; readonly at: number }
  | {
      readonly kind: 'range'
      readonly start: number
      readonly stop: number
      readonly stride: number | undefined
      readonly at: number
    }
  | { readonly kind: 'identifier'; readonly name: string; readonly at: number }
  | { readonly kind: 'bind'; readonly name: string; readonly at: number }
  | {
      readonly kind: 'call'
      readonly name: string
      readonly args: readonly Expression[]
      readonly at: number
    }
  | { readonly kind: 'pair'; readonly first: Expression; readonly second: Expression; readonly at: number }
