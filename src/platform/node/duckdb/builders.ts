import {
  type DuckDBArrayType,
  type DuckDBDecimalType,
  type DuckDBListType,
  type DuckDBListVector,
  type DuckDBMapType,
  type DuckDBStructType,
  type DuckDBStructVector,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBVector,
} from '@duckdb/node-api'
import { allocateColumn, type Column, type ColumnSpec, type NumericArray, type NumericType } from '#table'

/** Gathers one column of a result from the vectors of its chunks. */
export interface ColumnBuilder {
  /** Take elements [from, from + count) of a vector. */
  append(vector: DuckDBVector, from: number, count: number): void
  finish(): Column
}

/**
 * What the engine's vectors hold besides their public face: flat memory and validity bits. Reading those and not item
 * by item is ten times as fast; the package is pinned to an exact version.
 */
interface FlatVector {
  readonly items?: NumericArray
  readonly dataView?: DataView
  readonly validity?: { readonly data: BigUint64Array | null }
  readonly childData?: DuckDBVector
  readonly listVector?: DuckDBListVector
}
const flat = (vector: DuckDBVector): FlatVector => vector as unknown as FlatVector

/** A builder for a column of the engine's type; `capacity` is the expected number of rows. */
export function makeBuilder(name: string, type: DuckDBType, capacity: number): ColumnBuilder {
  const plain = PLAIN[type.typeId]
  if (plain !== undefined) return numberBuilder({ name, type: plain }, capacity, copyItems)
  switch (type.typeId) {
    case DuckDBTypeId.BOOLEAN:
      return numberBuilder({ name, type: 'bool' }, capacity, copyBytes)
    case DuckDBTypeId.HUGEINT:
    case DuckDBTypeId.UHUGEINT:
      return hugeBuilder(name)
    case DuckDBTypeId.DECIMAL:
      return numberBuilder({ name, type: 'f64' }, capacity, decimalCopier(type as DuckDBDecimalType))
    case DuckDBTypeId.DATE:
      return timeBuilder(name, capacity, 86_400_000_000_000n)
    case DuckDBTypeId.TIMESTAMP_S:
      return timeBuilder(name, capacity, 1_000_000_000n)
    case DuckDBTypeId.TIMESTAMP_MS:
      return timeBuilder(name, capacity, 1_000_000n)
    case DuckDBTypeId.TIMESTAMP:
    case DuckDBTypeId.TIMESTAMP_TZ:
      return timeBuilder(name, capacity, 1000n)
    case DuckDBTypeId.TIMESTAMP_NS:
      return timeBuilder(name, capacity, 1n)
    case DuckDBTypeId.BLOB:
    case DuckDBTypeId.GEOMETRY:
      return bytesBuilder(name)
    case DuckDBTypeId.LIST:
      return listBuilder(name, (type as DuckDBListType).valueType, (v) => v as DuckDBListVector)
    case DuckDBTypeId.MAP:
      return listBuilder(name, entryTypeOf(type as DuckDBMapType), (v) => flat(v).listVector!)
    case DuckDBTypeId.ARRAY:
      return arrayBuilder(name, type as DuckDBArrayType, capacity)
    case DuckDBTypeId.STRUCT:
      return structBuilder(name, type as DuckDBStructType, capacity)
    default:
      return textBuilder(name)
  }
}

const PLAIN: Partial<Record<DuckDBTypeId, NumericType>> = {
  [DuckDBTypeId.TINYINT]: 'i8',
  [DuckDBTypeId.UTINYINT]: 'u8',
  [DuckDBTypeId.SMALLINT]: 'i16',
  [DuckDBTypeId.USMALLINT]: 'u16',
  [DuckDBTypeId.INTEGER]: 'i32',
  [DuckDBTypeId.UINTEGER]: 'u32',
  [DuckDBTypeId.BIGINT]: 'i64',
  [DuckDBTypeId.UBIGINT]: 'u64',
  [DuckDBTypeId.FLOAT]: 'f32',
  [DuckDBTypeId.DOUBLE]: 'f64',
}

/** One validity byte a row; made when the first null comes. */
class Validity {
  #valid: Uint8Array | undefined
  #length = 0

  append(vector: DuckDBVector, from: number, count: number): void {
    const bits = flat(vector).validity?.data ?? null
    if (bits === null) this.appendRange(count, undefined)
    else {
      const words = new Uint32Array(bits.buffer, bits.byteOffset, bits.length * 2)
      this.appendRange(count, (i) => ((words[(from + i) >>> 5]! >>> ((from + i) & 31)) & 1) === 1)
    }
  }

  appendRange(count: number, isValid: ((i: number) => boolean) | undefined): void {
    const start = this.#length
    this.#length += count
    if (isValid === undefined) {
      if (this.#valid !== undefined) this.#grow().fill(1, start, this.#length)
      return
    }
    for (let i = 0; i < count; i++)
      if (!isValid(i)) {
        this.#valid ??= new Uint8Array(0)
        const valid = this.#grow()
        if (valid[start + i] === 1) valid[start + i] = 0
      }
  }

  #grow(): Uint8Array {
    const old = this.#valid ?? new Uint8Array(0)
    if (old.length >= this.#length) return old
    const next = new Uint8Array(Math.max(this.#length, 2 * old.length)).fill(1)
    next.set(old)
    this.#valid = next
    return next
  }

  finish(): { readonly valid?: Uint8Array } {
    return this.#valid === undefined ? {} : { valid: this.#grow().slice(0, this.#length) }
  }
}

type Copier = (vector: DuckDBVector, from: number, count: number, out: NumericArray, at: number) => void

const copyItems: Copier = (vector, from, count, out, at) => {
  out.set(flat(vector).items!.subarray(from, from + count) as never, at)
}

const copyBytes: Copier = (vector, from, count, out, at) => {
  const view = flat(vector).dataView!
  for (let i = 0; i < count; i++) out[at + i] = view.getUint8(from + i)
}

const decimalCopier =
  ({ scale }: DuckDBDecimalType): Copier =>
  (vector, from, count, out, at) => {
    for (let i = 0; i < count; i++) {
      const item = vector.getItem(from + i) as { value: bigint } | null
      out[at + i] = item === null ? 0 : decimalToNumber(item.value, scale)
    }
  }

/** The nearest double: through text when the digits alone do not fit one. */
function decimalToNumber(value: bigint, scale: number): number {
  const whole = Number(value)
  return Number.isSafeInteger(whole) && scale <= 22 ? whole / 10 ** scale : Number(`${value}e-${scale}`)
}

function numberBuilder(
  spec: ColumnSpec & { type: NumericType },
  capacity: number,
  copy: Copier,
): ColumnBuilder {
  let out = allocateColumn(spec.type, capacity)
  let n = 0
  const validity = new Validity()
  return {
    append(vector, from, count) {
      if (n + count > out.length) {
        const bigger = allocateColumn(spec.type, Math.max(n + count, 2 * out.length))
        bigger.set(out.subarray(0, n) as never)
        out = bigger
      }
      copy(vector, from, count, out, n)
      validity.append(vector, from, count)
      n += count
    },
    finish: () => ({
      spec,
      numRows: n,
      values: n === out.length ? out : out.slice(0, n),
      ...validity.finish(),
    }),
  }
}

function timeBuilder(name: string, capacity: number, factor: bigint): ColumnBuilder {
  return numberBuilder({ name, type: 'timestamp' }, capacity, (vector, from, count, out, at) => {
    const items = flat(vector).items!
    for (let i = 0; i < count; i++) out[at + i] = (BigInt(items[from + i]!) * factor) as never
  })
}

/** 128-bit integers (what sum() gives) as 64-bit ones where all fit, else as float64. */
function hugeBuilder(name: string): ColumnBuilder {
  const values: bigint[] = []
  const validity = new Validity()
  return {
    append(vector, from, count) {
      for (let i = 0; i < count; i++) values.push((vector.getItem(from + i) as bigint | null) ?? 0n)
      validity.append(vector, from, count)
    },
    finish() {
      const fits = values.every((v) => BigInt.asIntN(64, v) === v)
      return {
        spec: { name, type: fits ? 'i64' : 'f64' },
        numRows: values.length,
        values: fits ? BigInt64Array.from(values) : Float64Array.from(values, Number),
        ...validity.finish(),
      }
    },
  }
}

function textBuilder(name: string): ColumnBuilder {
  const values: string[] = []
  const validity = new Validity()
  return {
    append(vector, from, count) {
      const nulls = new Set<number>()
      for (let i = 0; i < count; i++) {
        const item = vector.getItem(from + i)
        if (item === null) nulls.add(i)
        values.push(item === null ? '' : typeof item === 'string' ? item : String(item))
      }
      validity.appendRange(count, nulls.size === 0 ? undefined : (i) => !nulls.has(i))
    },
    finish: () => ({ spec: { name, type: 'string' }, numRows: values.length, values, ...validity.finish() }),
  }
}

function bytesBuilder(name: string): ColumnBuilder {
  const values: Uint8Array[] = []
  const validity = new Validity()
  return {
    append(vector, from, count) {
      const blobs = vector as DuckDBVector & { getItemBytes(i: number): Uint8Array | null }
      for (let i = 0; i < count; i++) values.push(new Uint8Array(blobs.getItemBytes(from + i) ?? []))
      validity.append(vector, from, count)
    },
    finish: () => ({ spec: { name, type: 'binary' }, numRows: values.length, values, ...validity.finish() }),
  }
}

const entryTypeOf = (type: DuckDBMapType): DuckDBType | [DuckDBType, DuckDBType] => [
  type.keyType,
  type.valueType,
]

function listBuilder(
  name: string,
  element: DuckDBType | [DuckDBType, DuckDBType],
  listOf: (vector: DuckDBVector) => DuckDBListVector,
): ColumnBuilder {
  const items = Array.isArray(element)
    ? fieldsBuilder('entries', [
        ['key', element[0]],
        ['value', element[1]],
      ])
    : makeBuilder('element', element, 0)
  const ends: number[] = [0]
  const validity = new Validity()
  return {
    append(vector, from, count) {
      const list = listOf(vector)
      const bits = validityOf(list)
      validity.append(list, from, count)
      for (let i = from; i < from + count; i++) {
        const length = bits(i) ? list.getEntryLength(i) : 0
        if (length > 0) items.append(list.childVector, list.getEntryOffset(i), length)
        ends.push(ends.at(-1)! + length)
      }
    },
    finish() {
      const column = items.finish()
      return {
        spec: { name, type: 'list', items: column.spec },
        numRows: ends.length - 1,
        values: { offsets: Int32Array.from(ends), items: column },
        ...validity.finish(),
      }
    },
  }
}

function validityOf(vector: DuckDBVector): (i: number) => boolean {
  const bits = flat(vector).validity?.data ?? null
  return bits === null ? () => true : (i) => ((bits[i >>> 6]! >> BigInt(i & 63)) & 1n) === 1n
}

/** Fixed-size arrays: an array column for numbers, else lists of equal length. */
function arrayBuilder(name: string, type: DuckDBArrayType, capacity: number): ColumnBuilder {
  const { length, valueType } = type
  const items = makeBuilder('element', valueType, capacity * length)
  const validity = new Validity()
  let n = 0
  return {
    append(vector, from, count) {
      validity.append(vector, from, count)
      items.append(flat(vector).childData!, from * length, count * length)
      n += count
    },
    finish() {
      const column = items.finish()
      const base = { numRows: n, ...validity.finish() }
      const inner = column.spec
      if (valueType.typeId in PLAIN || inner.shape !== undefined)
        return {
          ...base,
          spec: { name, type: inner.type, shape: [length, ...(inner.shape ?? [])] },
          values: column.values,
        }
      const offsets = Int32Array.from({ length: n + 1 }, (_, i) => i * length)
      return { ...base, spec: { name, type: 'list', items: inner }, values: { offsets, items: column } }
    },
  }
}

const structBuilder = (name: string, type: DuckDBStructType, capacity: number): ColumnBuilder =>
  fieldsBuilder(
    name,
    type.entryNames.map((entry, i) => [entry, type.entryTypes[i]!]),
    capacity,
  )

function fieldsBuilder(
  name: string,
  fields: readonly (readonly [string, DuckDBType])[],
  capacity = 0,
): ColumnBuilder {
  const builders = fields.map(([field, type]) => makeBuilder(field, type, capacity))
  const validity = new Validity()
  let n = 0
  return {
    append(vector, from, count) {
      const struct = vector as DuckDBStructVector
      validity.append(vector, from, count)
      builders.forEach((builder, i) => {
        builder.append(struct.entryVectorAt(i), from, count)
      })
      n += count
    },
    finish() {
      const columns = builders.map((b) => b.finish())
      return {
        spec: { name, type: 'struct', fields: columns.map((c) => c.spec) },
        numRows: n,
        values: { fields: columns },
        ...validity.finish(),
      }
    },
  }
}
