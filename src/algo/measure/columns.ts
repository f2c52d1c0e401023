import { Catalog, type ColumnSpec, Schema } from '#table'

type About = { readonly unit?: string; readonly doc: string }

/** Columns of a source catalog while they are filled: numbers begin as NaN, flags as 0. */
export class MeasurementColumns {
  readonly numRows: number
  readonly #specs: ColumnSpec[] = []
  readonly #values = new Map<string, Float64Array | Uint8Array | BigInt64Array | Int32Array>()

  constructor(numRows: number) {
    this.numRows = numRows
  }

  number(name: string, about: About): Float64Array {
    return this.#add({ name, type: 'f64', ...about }, new Float64Array(this.numRows).fill(Number.NaN))
  }

  flag(name: string, doc: string): Uint8Array {
    return this.#add({ name, type: 'bool', doc }, new Uint8Array(this.numRows))
  }

  integer(name: string, about: About): Int32Array {
    return this.#add({ name, type: 'i32', ...about }, new Int32Array(this.numRows))
  }

  id(name: string, doc: string): BigInt64Array {
    return this.#add({ name, type: 'i64', doc }, new BigInt64Array(this.numRows))
  }

  /** The numbers of a column that a plug-in declared before. */
  numbers(name: string): Float64Array {
    const values = this.#values.get(name)
    if (values instanceof Float64Array) return values
    throw new Error(`Broken invariant: no number column ${name}`)
  }

  flags(name: string): Uint8Array {
    const values = this.#values.get(name)
    if (values instanceof Uint8Array) return values
    throw new Error(`Broken invariant: no flag column ${name}`)
  }

  has(name: string): boolean {
    return this.#values.has(name)
  }

  toCatalog(metadata: Readonly<Record<string, string>> = {}): Catalog {
    return Catalog.fromColumns(new Schema(this.#specs, metadata), Object.fromEntries(this.#values))
  }

  #add<T extends Float64Array | Uint8Array | BigInt64Array | Int32Array>(spec: ColumnSpec, values: T): T {
    this.#specs.push(spec)
    this.#values.set(spec.name, values)
    return values
  }
}
