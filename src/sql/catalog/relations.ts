import type { Node } from './ast.ts'

/** Something that rows come from behind FROM, and the conditions that its rows must meet to matter for the result. */
export interface Relation {
  readonly alias: string
  /** A table's name as written; empty for subqueries, functions and the like. */
  readonly name: string
  /** A table's name in lower case; undefined when its columns may not be looked up by name. */
  readonly table: string | undefined
  /** Outer joins under which this relation is filled with NULLs. */
  readonly nullable: ReadonlySet<Node>
  readonly conditions: readonly Condition[]
  /** What a subquery, a WITH or a view consists of: one SELECT, or those of a UNION and its like. */
  readonly branches: readonly Branch[]
}

/** The relations among which the names of a SELECT are looked up. */
export interface Scope {
  readonly relations: readonly Relation[]
  /** Names that stand for a WITH or a view there, in lower case. */
  readonly defined: ReadonlySet<string>
  /** Where an alias is looked up that is none here. */
  readonly parent: Scope | undefined
}

/** One SELECT of a derived relation. */
export interface Branch {
  readonly scope: Scope
  /** Tables below it, however deep. */
  readonly tables: ReadonlySet<Relation>
  /** Where the values of one of the relation's columns come from, when that is a column and no expression. */
  column(name: string): Source | undefined
  at(index: number): Source | undefined
  indexOf(name: string): number | undefined
}

/** A column of a scope, or one that a star of the scope passes on. */
export type Source =
  | { readonly kind: 'path'; readonly path: readonly string[] }
  | { readonly kind: 'star'; readonly relation: string; readonly name: string }

/** One term of a conjunction, where it stands. */
export interface Condition {
  readonly expression: Node
  readonly scope: Scope
  /** Outer joins that have not yet filled anything with NULLs where the condition is applied. */
  readonly level: ReadonlySet<Node>
  /** For `USING (visit)`: the column, looked up among the relations of both sides of the join. */
  readonly using?: { readonly column: string; readonly left: Scope; readonly right: Scope }
  /** For `expression IN (SELECT …)`: the subquery. */
  readonly among?: Relation
  /** For `EXISTS (SELECT …)`: the subquery; there is no expression. */
  readonly exists?: Relation
}
