import { FirstlightError } from '#core'
import { type Config, stateOf } from './config-state.ts'

import { ConfigSyntaxError, type Where } from './errors.ts'
import { Configurable, type ConfigTarget } from './nested-fields.ts'
import { locate, type Slot, type Step } from './paths.ts'
import { LiteralReader, PyFloat, type PyValue } from './python-literal.ts'
import { type Statement, splitStatements } from './statements.ts'

export interface LoadOptions {
  /** What messages call the text; also `__file__`. */
  readonly file: string
  /** Reads a file named by `load`. */
  readonly readText?: (path: string) => Promise<string>
  /** Finds what `retarget` and class names refer to. */
  readonly findTarget?: (className: string) => ConfigTarget | undefined
  /** Values of further names, e.g. a pipeline's `parameters`. */
  readonly names?: ReadonlyMap<string, PyValue>
  /** Path of the object being configured, `config` unless said. */
  readonly root?: string
}

/**
 * Apply a config file in the anchor's Python form to a config. The text is read, never executed: imports, the class
 * assertion, assignments of literals, `load`, `retarget`, list, dict and set edits, loops over literals. Anything else
 * is a ConfigSyntaxError with file, line and column.
 */
export async function loadConfig(config: Config, text: string, options: LoadOptions): Promise<void> {
  await new Loader(config, options).run(splitStatements(text, options.file))
}

class Loader {
  readonly config: Config
  readonly options: LoadOptions
  readonly locals = new Map<string, PyValue>()
  readonly modules = new Map<string, string>()

  constructor(config: Config, options: LoadOptions) {
    this.config = config
    this.options = options
  }

  async run(statements: readonly Statement[]): Promise<void> {
    for (const statement of statements) await this.statement(statement)
  }

  async statement(statement: Statement): Promise<void> {
    const reader = new ExpressionReader(statement, this.options.file, this)
    const where: Where = { source: this.options.file, line: statement.line }
    const start = reader.at
    const word = reader.word()
    if (word === 'import' || word === 'from') return this.readImport(statement, word)
    if (word === 'assert') return this.readAssertion(statement)
    if (word === 'pass' || (word === undefined && statement.text.startsWith('"'))) return
    if (word === 'for') return this.readLoop(statement, reader)
    if (word === 'del') {
      const slot = this.slot(reader, this.target(reader))
      const remove = slot.remove ?? reader.fail('only items of a dict or list can be deleted')
      return remove(where)
    }
    reader.at = start
    return this.simple(reader, where)
  }

  private async simple(reader: ExpressionReader, where: Where): Promise<void> {
    const steps = this.target(reader)
    if (reader.peek() === '(') return this.call(reader, steps, where)
    const operator = ['+=', '|=', '-=', '='].find((o) => reader.take(o))
    if (operator === undefined) reader.fail('expected an assignment or a call')
    const value = reader.expression()
    if (!reader.atEnd()) reader.fail('there is more text after the value')
    const root = steps[0]
    if (root === undefined || ('attribute' in root && root.attribute !== (this.options.root ?? 'config'))) {
      if (steps.length === 1 && operator === '=' && root !== undefined && 'attribute' in root)
        return void this.locals.set(root.attribute, value)
      reader.fail('only the config can be assigned to')
    }
    const slot = this.slot(reader, steps)
    slot.set(operator === '=' ? value : combine(slot.get(), operator, value, reader), where)
  }

  /** `config.a.b['c']` as steps, the root included. */
  private target(reader: ExpressionReader): Step[] {
    const root = reader.word() ?? reader.fail('expected a name')
    const steps: Step[] = [{ attribute: root }]
    for (;;) {
      if (reader.take('.')) steps.push({ attribute: reader.word() ?? reader.fail('expected a name') })
      else if (reader.peek() === '[') {
        reader.expect('[')
        const key = reader.expression()
        if (typeof key !== 'string' && typeof key !== 'number') reader.fail('a key is a string or an integer')
        steps.push({ key })
        reader.expect(']')
      } else return steps
    }
  }

  private slot(reader: ExpressionReader, steps: readonly Step[]): Slot {
    const [root, ...path] = steps
    if (root === undefined || !('attribute' in root) || root.attribute !== (this.options.root ?? 'config'))
      reader.fail(`'${root !== undefined && 'attribute' in root ? root.attribute : ''}' is not the config`)
    return locate(this.config, path)
  }

  private async call(reader: ExpressionReader, steps: Step[], where: Where): Promise<void> {
    const method = steps.pop()
    const name = method !== undefined && 'attribute' in method ? method.attribute : ''
    if (name === 'retarget') return this.retarget(reader, steps, where)
    const args = reader.arguments()
    if (name === 'load' || name === 'loadFromStream') return this.loadFile(reader, steps, args[0])
    if (steps.length === 0) reader.fail(`the call of ${name}() is not understood`)
    const slot = this.slot(reader, steps)
    slot.set(edited(slot.get(), name, args, reader), where)
  }

  private async loadFile(
    reader: ExpressionReader,
    steps: readonly Step[],
    path: PyValue | undefined,
  ): Promise<void> {
    const { readText } = this.options
    if (typeof path !== 'string') reader.fail('load() wants a file name')
    if (readText === undefined) reader.fail('files cannot be loaded from here')
    const inner = this.slot(reader, steps).config ?? reader.fail('only configs can load a file')
    await loadConfig(inner, await readText(path), { ...this.options, file: path, root: 'config' })
  }

  private retarget(reader: ExpressionReader, steps: readonly Step[], where: Where): void {
    reader.expect('(')
    reader.take('target')
    reader.take('=')
    const className = this.fullName(reader.dotted())
    if (reader.take(',')) {
      reader.take('ConfigClass')
      reader.take('=')
      reader.dotted()
    }
    reader.expect(')')
    const value = this.slot(reader, steps).get()
    if (!(value instanceof Configurable)) reader.fail('only configurable fields can be retargeted')
    const target = this.options.findTarget?.(className)
    if (target === undefined)
      throw new FirstlightError(
        'config/unknown-target',
        `${where.source}:${where.line ?? 0}: no task ${className} is known here.`,
      )
    value.retarget(target)
  }

  fullName(dotted: string): string {
    const [first = '', ...rest] = dotted.split('.')
    return [this.modules.get(first) ?? first, ...rest].join('.')
  }

  private readImport({ text, line }: Statement, word: string): void {
    if (word === 'import') {
      for (const part of text.slice(6).split(',')) {
        const [, module = '', alias] = /^\s*([\w.]+)(?:\s+as\s+(\w+))?\s*$/.exec(part) ?? []
        if (module === '') throw new ConfigSyntaxError('import is not understood', this.options.file, line, 1)
        if (alias !== undefined) this.modules.set(alias, module)
      }
      return
    }
    const [, module, names = ''] = /^from\s+([\w.]+)\s+import\s+\(?([\s\S]*?)\)?$/.exec(text) ?? []
    if (module === undefined)
      throw new ConfigSyntaxError('import is not understood', this.options.file, line, 1)
    for (const part of names.split(',').filter((p) => p.trim() !== '')) {
      const [name = '', alias = name] = part.trim().split(/\s+as\s+/)
      this.modules.set(alias, `${module}.${name}`)
    }
  }

  private readAssertion({ text, line }: Statement): void {
    const wanted = /^assert\s+type\(config\)\s*(?:is|==)\s*([\w.]+)/.exec(text)?.[1]
    if (wanted === undefined)
      throw new ConfigSyntaxError(
        'only `assert type(config) is CLASS` is understood',
        this.options.file,
        line,
        1,
      )
    const found = stateOf(this.config).configClass.name
    const full = this.fullName(wanted)
    if (full !== found)
      throw new FirstlightError('config/class-mismatch', `config is of type ${found} instead of ${full}`, {
        data: { file: this.options.file, line, wanted: full, found },
      })
  }

  private async readLoop(statement: Statement, reader: ExpressionReader): Promise<void> {
    const name = reader.word() ?? reader.fail('expected a name')
    reader.expect('in')
    const items = reader.expression()
    reader.expect(':')
    if (!Array.isArray(items)) reader.fail('only loops over a list or tuple are understood')
    for (const item of items as readonly PyValue[]) {
      this.locals.set(name, item)
      await this.run(statement.body)
    }
  }
}

/** Literals, and names looked up in what the file defined before. */
class ExpressionReader extends LiteralReader {
  readonly loader: Loader

  constructor({ text, line, column }: Statement, file: string, loader: Loader) {
    super(text, { file, line, column })
    this.loader = loader
  }

  expression(): PyValue {
    let value = this.value()
    while (this.peek() === '+' && this.text[this.at + 1] !== '=') {
      this.expect('+')
      value = add(value, this.value()) ?? this.fail('these values cannot be added')
    }
    return value
  }

  arguments(): PyValue[] {
    this.expect('(')
    const args: PyValue[] = []
    while (!this.take(')')) {
      args.push(this.expression())
      if (!this.take(',') && this.peek() !== ')') this.fail("expected ',' or ')'")
    }
    return args
  }

  dotted(): string {
    const parts = [this.word() ?? this.fail('expected a name')]
    while (this.take('.')) parts.push(this.word() ?? this.fail('expected a name'))
    return parts.join('.')
  }

  override named(): PyValue {
    const start = this.at
    const name = /^[A-Za-z_]\w*(\.\w+)*/.exec(this.text.slice(this.at))?.[0] ?? ''
    const { loader } = this
    const known = loader.locals.get(name) ?? loader.options.names?.get(name)
    if (known !== undefined) {
      this.at += name.length
      return known
    }
    if (name === '__file__') {
      this.at += name.length
      return loader.options.file
    }
    if (name === 'os.path.join' || name === 'os.path.dirname' || name === 'os.path.abspath')
      return this.pathCall(name)
    const root = loader.options.root ?? 'config'
    if (name.startsWith(`${root}.`)) {
      this.at += name.length
      return locate(
        loader.config,
        name
          .split('.')
          .slice(1)
          .map((attribute) => ({ attribute })),
      ).get() as PyValue
    }
    if (name.includes('.') && this.text.startsWith('()', this.at + name.length)) {
      this.at += name.length + 2
      return loader.fullName(name)
    }
    this.at = start
    return super.named()
  }

  private pathCall(name: string): string {
    this.at += name.length
    const args = this.arguments()
    if (!args.every((a) => typeof a === 'string')) this.fail(`${name} wants strings`)
    const [first = ''] = args
    if (name === 'os.path.join')
      return args.reduce((a, b) => (b.startsWith('/') ? b : `${a.replace(/\/$/, '')}/${b}`))
    return name === 'os.path.dirname' ? first.split('/').slice(0, -1).join('/') : first
  }
}

function add(a: PyValue, b: PyValue): PyValue | undefined {
  if (Array.isArray(a) && Array.isArray(b))
    return [...(a as readonly PyValue[]), ...(b as readonly PyValue[])]
  if (typeof a === 'string' && typeof b === 'string') return a + b
  const [x, y] = [a, b].map((v) => (v instanceof PyFloat ? v.value : v))
  if (typeof x !== 'number' || typeof y !== 'number') return undefined
  return a instanceof PyFloat || b instanceof PyFloat ? new PyFloat(x + y) : x + y
}

function combine(current: unknown, operator: string, value: PyValue, reader: LiteralReader): unknown {
  if (operator === '+=') return add(current as PyValue, value) ?? reader.fail('these values cannot be added')
  if (!Array.isArray(current) || !Array.isArray(value))
    return reader.fail(`${operator} works on sets of names`)
  return operator === '|='
    ? [...new Set([...(current as unknown[]), ...(value as unknown[])])]
    : (current as unknown[]).filter((item) => !(value as unknown[]).includes(item))
}

type Edit = (items: unknown[], args: readonly PyValue[]) => unknown
const LIST_EDITS: Readonly<Record<string, Edit>> = {
  append: (items, [x]) => [...items, x],
  extend: (items, [x]) => [...items, ...(x as unknown[])],
  insert: (items, [i, x]) => items.toSpliced(i as number, 0, x),
  remove: (items, [x]) => items.toSpliced(items.indexOf(x), items.includes(x) ? 1 : 0),
  discard: (items, [x]) => items.filter((item) => item !== x),
  add: (items, [x]) => (items.includes(x) ? items : [...items, x]),
  pop: (items, [i]) => items.toSpliced((i as number | undefined) ?? -1, 1),
  clear: () => [],
  update: (items, [x]) => [...new Set([...items, ...(x as unknown[])])],
}

function edited(current: unknown, method: string, args: readonly PyValue[], reader: LiteralReader): unknown {
  if (current instanceof Map && method === 'update')
    return new Map([...current, ...((args[0] ?? new Map()) as Map<unknown, unknown>)])
  if (current instanceof Map && method === 'pop') {
    const copy = new Map(current)
    copy.delete(args[0])
    return copy
  }
  if (current instanceof Map && method === 'clear') return new Map()
  const edit = LIST_EDITS[method]
  if (!Array.isArray(current) || edit === undefined) return reader.fail(`${method}() is not understood here`)
  return edit(current as unknown[], args)
}
