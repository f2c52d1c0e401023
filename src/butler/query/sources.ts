import { and, quoteName, raw, type Sql, sql } from '#sql'
import { hasTable } from '../dimensions/element.ts'
import type { DimensionUniverse } from '../dimensions/universe.ts'
import { UnimplementedQueryError } from '../errors.ts'

/** A table (or subquery) of the FROM clause and the dimensions it has columns for. */
export interface Source {
  readonly alias: string
  readonly table: Sql
  /** Dimension → column of the source. */
  readonly columns: ReadonlyMap<string, string>
  /** Conditions of its own. */
  readonly conditions: readonly Sql[]
}

/** The FROM clause in the making: sources are joined on every dimension they share. */
export class Sources {
  private readonly universe: DimensionUniverse
  private readonly joined: { readonly source: Source; readonly on: readonly Sql[] }[] = []
  private readonly aliases = new Map<string, string>()
  private readonly providers = new Map<string, string>()

  constructor(universe: DimensionUniverse) {
    this.universe = universe
  }

  add(source: Source): void {
    const on: Sql[] = [...source.conditions]
    for (const [dimension, column] of source.columns) {
      const own = `${source.alias}.${quoteName(column)}`
      const known = this.providers.get(dimension)
      if (known === undefined) this.providers.set(dimension, own)
      else on.push(raw(`${own} = ${known}`))
    }
    this.joined.push({ source, on })
  }

  /** Join an element's own table, once; gives its alias. */
  addElement(name: string): string {
    const known = this.aliases.get(name)
    if (known !== undefined) return known
    const element = this.universe.get(name)
    if (element.kind === 'view') return this.addView(name, element.viewOf!)
    if (!hasTable(element))
      throw new UnimplementedQueryError(
        `${name} has no table: it needs a spatial join with a dimension that has regions.`,
      )
    const columns = new Map<string, string>()
    for (const d of element.required) columns.set(d, d === name ? element.keyField : d)
    for (const d of element.directImplied) columns.set(d, d)
    const alias = `e_${name}`
    this.aliases.set(name, alias)
    this.add({ alias, table: raw(quoteName(name)), columns, conditions: [] })
    return alias
  }

  has(dimension: string): boolean {
    return this.providers.has(dimension)
  }

  /** The SQL column that holds a dimension's value. */
  dimension(name: string): string {
    const column = this.providers.get(name)
    if (column === undefined)
      throw new UnimplementedQueryError(`Nothing in the query gives values for ${name}.`)
    return column
  }

  get isEmpty(): boolean {
    return this.joined.length === 0
  }

  from(): Sql {
    if (this.joined.length === 0) return raw('(SELECT 1) AS one')
    let out = raw('')
    for (const [i, { source, on }] of this.joined.entries()) {
      const table = sql`${source.table} AS ${raw(source.alias)}`
      if (i === 0) {
        out = table
        continue
      }
      out = sql`${out} JOIN ${table} ON ${and(on)}`
    }
    return out
  }

  /** Conditions of the first source, which has no ON clause. */
  firstConditions(): readonly Sql[] {
    return this.joined[0]?.on ?? []
  }

  private addView(name: string, of: string): string {
    const alias = `e_${name}`
    this.aliases.set(name, alias)
    this.add({
      alias,
      table: raw(`(SELECT DISTINCT ${quoteName(name)} FROM ${quoteName(of)})`),
      columns: new Map([[name, name]]),
      conditions: [],
    })
    return alias
  }
}
