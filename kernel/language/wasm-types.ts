/** Sections of a module that say what it exports. @see WebAssembly Core Specification 2.0, §5.5 */
const SECTION = { type: 1, import: 2, function: 3, export: 7 } as const
/** Kinds of imports and exports. */
const KIND = { function: 0, table: 1, memory: 2, global: 3 } as const
const FUNCTION_TYPE = 0x60
/** Value types as JavaScript sees them; references are anything. */
const VALUES: Readonly<Record<number, string>> = {
  0x7f: 'number',
  0x7e: 'bigint',
  0x7d: 'number',
  0x7c: 'number',
}
const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u

/**
 * The exports of a WebAssembly module as TypeScript declares them: functions with their numbers (`i64` is a `bigint`),
 * memories, tables and globals. Names that are no identifiers are members of the default export alone.
 * @returns undefined when the bytes are no module that can be read
 */
export function wasmDeclarations(bytes: Uint8Array): string | undefined {
  try {
    const exports = readExports(bytes)
    const members = exports.map(({ name, type }) => `  readonly ${JSON.stringify(name)}: ${type}`)
    const named = exports.filter(({ name }) => IDENTIFIER.test(name) && name !== 'default')
    return [
      'declare const all: {',
      ...members,
      '}',
      'export default all',
      ...named.map(({ name, type }, i) => `declare const e${i}: ${type}\nexport { e${i} as ${name} }`),
      '',
    ].join('\n')
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

interface Export {
  readonly name: string
  readonly type: string
}

function readExports(bytes: Uint8Array): readonly Export[] {
  const reader = new WasmReader(bytes)
  reader.header()
  const types: string[] = []
  /** Of the functions, imported ones first: the index of the type. */
  const functions: number[] = []
  let exports: readonly Export[] = []
  while (!reader.isAtEnd) {
    const section = reader.byte()
    const end = reader.u32() + reader.at
    if (section === SECTION.type) types.push(...reader.list(() => readFunctionType(reader)))
    else if (section === SECTION.import) functions.push(...reader.list(() => readImport(reader)).flat())
    else if (section === SECTION.function) functions.push(...reader.list(() => reader.u32()))
    else if (section === SECTION.export)
      exports = reader.list(() => readExport(reader, (index) => types[functions[index] ?? -1]))
    reader.at = end
  }
  return exports
}

function readFunctionType(reader: WasmReader): string {
  if (reader.byte() !== FUNCTION_TYPE) throw new RangeError('no function type')
  const parameters = reader.list(() => reader.byte())
  const results = reader.list(() => reader.byte())
  const taken = parameters.map((type, i) => `p${i}: ${VALUES[type] ?? 'unknown'}`)
  const given = results.map((type) => VALUES[type] ?? 'unknown')
  const result = given.length > 1 ? `[${given.join(', ')}]` : (given[0] ?? 'void')
  return `(${taken.join(', ')}) => ${result}`
}

/** @returns the type of an imported function, nothing for other imports */
function readImport(reader: WasmReader): readonly number[] {
  reader.name()
  reader.name()
  const kind = reader.byte()
  if (kind === KIND.function) return [reader.u32()]
  if (kind === KIND.table) {
    reader.byte()
    reader.limits()
  } else if (kind === KIND.memory) reader.limits()
  else if (kind === KIND.global) {
    reader.byte()
    reader.byte()
  } else throw new RangeError('an import of another kind')
  return []
}

function readExport(reader: WasmReader, typeOf: (index: number) => string | undefined): Export {
  const name = reader.name()
  const kind = reader.byte()
  const index = reader.u32()
  if (kind === KIND.function) return { name, type: typeOf(index) ?? '(...values: unknown[]) => unknown' }
  if (kind === KIND.memory) return { name, type: 'WebAssembly.Memory' }
  if (kind === KIND.table) return { name, type: 'WebAssembly.Table' }
  return { name, type: kind === KIND.global ? 'WebAssembly.Global' : 'unknown' }
}

/** Integers are LEB128, lists begin with their length. */
class WasmReader {
  at = 0
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get isAtEnd(): boolean {
    return this.at >= this.#bytes.length
  }

  /** `\0asm` and version 1. */
  header(): void {
    for (const wanted of [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0])
      if (this.byte() !== wanted) throw new RangeError('no WebAssembly module')
  }

  byte(): number {
    const byte = this.#bytes[this.at++]
    if (byte === undefined) throw new RangeError('cut short')
    return byte
  }

  u32(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte()
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    throw new RangeError('an integer of more than 32 bits')
  }

  name(): string {
    const length = this.u32()
    this.at += length
    return new TextDecoder().decode(this.#bytes.subarray(this.at - length, this.at))
  }

  /** Smallest size, and the largest where the flag says so. */
  limits(): void {
    const hasMost = (this.byte() & 1) === 1
    this.u32()
    if (hasMost) this.u32()
  }

  list<T>(item: () => T): T[] {
    const out: T[] = []
    for (let left = this.u32(); left > 0; left--) out.push(item())
    return out
  }
}
