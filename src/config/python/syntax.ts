import type { PyValue } from './values.ts'

/** An expression; `at` is its position in the source. */
export type Expression =
  | Node<'constant', { readonly value: PyValue }>
  | Node<'name', { readonly name: string }>
  | Node<'list' | 'tuple' | 'set', { readonly items: readonly Expression[] }>
  | Node<'dict', { readonly entries: readonly DictEntry[] }>
  /** `*items` in a display or a call. */
  | Node<'starred', { readonly value: Expression }>
  | Node<'comprehension', Comprehension>
  | Node<'unary', { readonly operator: string; readonly operand: Expression }>
  | Node<'binary', { readonly operator: string; readonly left: Expression; readonly right: Expression }>
  | Node<
      'logical',
      { readonly operator: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
    >
  | Node<'compare', { readonly left: Expression; readonly links: readonly ComparisonLink[] }>
  | Node<
      'conditional',
      { readonly test: Expression; readonly then: Expression; readonly otherwise: Expression }
    >
  | Node<'attribute', { readonly object: Expression; readonly name: string }>
  | Node<'item', { readonly object: Expression; readonly key: Expression }>
  | Node<'slice', { readonly start?: Expression; readonly stop?: Expression; readonly step?: Expression }>
  | Node<
      'call',
      {
        readonly callee: Expression
        readonly positional: readonly Expression[]
        readonly named: readonly (readonly [string, Expression])[]
      }
    >
  /** `f'…{expression!r}…'` */
  | Node<'template', { readonly parts: readonly TemplatePart[] }>

type Node<K extends string, Parts> = { readonly kind: K; readonly at: number } & Parts
export type ExpressionOf<K extends Expression['kind']> = Extract<Expression, { kind: K }>

/** Without a key the value is spread: `**other`. */
export interface DictEntry {
  readonly key: Expression | undefined
  readonly value: Expression
}

export interface ComparisonLink {
  readonly operator: string
  readonly right: Expression
}

export interface Comprehension {
  readonly makes: 'list' | 'set' | 'dict' | 'generator'
  readonly element: Expression
  /** Of dict comprehensions; `element` is then the key. */
  readonly value?: Expression
  readonly clauses: readonly ComprehensionClause[]
}

export interface ComprehensionClause {
  readonly target: Expression
  readonly items: Expression
  readonly conditions: readonly Expression[]
}

export type TemplatePart = string | { readonly value: Expression; readonly conversion: '' | 'r' | 's' }

/** A statement; `line` counts from 1. */
export type Statement = { readonly at: number; readonly line: number } & (
  | { readonly kind: 'expression'; readonly value: Expression }
  | { readonly kind: 'assign'; readonly targets: readonly Expression[]; readonly value: Expression }
  | {
      readonly kind: 'augment'
      readonly target: Expression
      readonly operator: string
      readonly value: Expression
    }
  | { readonly kind: 'delete'; readonly targets: readonly Expression[] }
  | { readonly kind: 'assert'; readonly test: Expression; readonly message?: Expression }
  | { readonly kind: 'import'; readonly bindings: readonly ImportBinding[] }
  | {
      readonly kind: 'for'
      readonly target: Expression
      readonly items: Expression
      readonly body: readonly Statement[]
    }
  | { readonly kind: 'if'; readonly branches: readonly Branch[] }
  | { readonly kind: 'pass' }
)

/** `name` will mean the dotted `path`. */
export interface ImportBinding {
  readonly name: string
  readonly path: string
}

/** An `if`, `elif` or (without a test) `else`. */
export interface Branch {
  readonly test: Expression | undefined
  readonly body: readonly Statement[]
}
