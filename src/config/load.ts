import { isFirstlightError } from '#core'
import type { Config } from './config-state.ts'
import { atStatement, ConfigSyntaxError, type Where } from './errors.ts'
import { BUILTINS } from './python/builtins.ts'
import { PyError } from './python/errors.ts'
import { Evaluator } from './python/evaluate.ts'
import { deleteAt } from './python/items.ts'
import { specialFloat } from './python/literal.ts'
import { binary } from './python/operators.ts'
import { parseStatements } from './python/parse-statements.ts'
import { isTrue, itemsOf } from './python/plain.ts'
import { extendList } from './python/list-methods.ts'
import { Source } from './python/source.ts'
import type { Expression, Statement } from './python/syntax.ts'
import { textOf } from './python/text.ts'
import { isList, PyObject, type PyValue } from './python/values.ts'
import { directoryOf, type FindTarget, joinPaths, known, Namespace } from './views/class-name.ts'
import { ConfigView, LoadRequest } from './views/config-view.ts'

export interface LoadOptions {
  /** What messages call the text; of a file its path, which is also `__file__`. */
  readonly file: string
  /** The text is part of another file: it has no `__file__` and loads from the working directory. */
  readonly inline?: boolean
  /** Reads a file named by `load`. */
  readonly readText?: (path: string) => Promise<string>
  /** Finds what `retarget` and class names refer to. */
  readonly findTarget?: FindTarget
  /** A pipeline's parameters: `parameters.x`, which cannot be assigned to. */
  readonly parameters?: ReadonlyMap<string, PyValue>
  /** Name of the object being configured, `config` unless said. */
  readonly root?: string
}

/** Files may load files; this many deep they go in circles. */
const MOST_LOADS = 30

/**
 * Apply a config file in the anchor's Python form to a config. The text is read whole before anything of it is done,
 * and never executed: expressions are evaluated over plain values and the config. Anything else is a ConfigSyntaxError
 * with file, line and column; so is what Python would refuse.
 */
export async function loadConfig(config: Config, text: string, options: LoadOptions): Promise<void> {
  await load(config, text, options, 0)
}

async function load(config: Config, text: string, options: LoadOptions, depth: number): Promise<void> {
  const source = new Source(text, options.file)
  await new Loader(config, source, options, depth).run(parseStatements(source))
}

class Loader {
  readonly source: Source
  readonly options: LoadOptions
  readonly depth: number
  readonly names = new Map<string, PyValue>()
  readonly evaluator: Evaluator

  constructor(config: Config, source: Source, options: LoadOptions, depth: number) {
    this.source = source
    this.options = options
    this.depth = depth
    if (options.inline !== true) this.names.set('__file__', options.file)
    if (options.parameters) this.names.set('parameters', new Namespace('parameters', options.parameters))
    this.names.set(options.root ?? 'config', new ConfigView(config))
    this.evaluator = new Evaluator(source, (name) => this.names.get(name) ?? this.#unset(name))
  }

  /** None, a built-in name, or nothing. */
  #unset(name: string): PyValue | undefined {
    return this.names.has(name) ? null : (BUILTINS.get(name) ?? specialFloat(name))
  }

  async run(statements: readonly Statement[]): Promise<void> {
    for (const statement of statements) {
      const where: Where = { source: this.options.file, line: statement.line }
      this.evaluator.where = where
      this.evaluator.step(statement.at)
      try {
        await this.statement(statement, where)
      } catch (error) {
        throw isFirstlightError(error) && !(error instanceof ConfigSyntaxError)
          ? atStatement(error, this.options.file, statement.line)
          : error
      }
    }
  }

  private async statement(statement: Statement, where: Where): Promise<void> {
    switch (statement.kind) {
      case 'pass':
        return
      case 'expression':
        return this.expression(statement.value)
      case 'assign': {
        const value = this.value(statement.value)
        for (const target of statement.targets) this.assign(target, value)
        return
      }
      case 'augment':
        return this.augment(statement, where)
      case 'delete':
        for (const target of statement.targets) this.delete(target, where)
        return
      case 'assert':
        if (!isTrue(this.value(statement.test))) this.refuse(statement)
        return
      case 'import':
        for (const { name, path } of statement.bindings)
          this.names.set(name, known(path, this.options.findTarget ?? (() => undefined)))
        return
      case 'if': {
        const branch = statement.branches.find(({ test }) => test === undefined || isTrue(this.value(test)))
        return branch && this.run(branch.body)
      }
      case 'for': {
        const items = this.value(statement.items)
        for (const item of this.evaluator.at(statement.items.at, () => [...itemsOf(items)])) {
          this.assign(statement.target, item)
          await this.run(statement.body)
        }
      }
    }
  }

  /** A value; nothing may be left to be done later. */
  private value(expression: Expression): PyValue {
    const value = this.evaluator.evaluate(expression)
    if (this.evaluator.later.length > 0) this.source.fail('load() is a statement of its own', expression.at)
    return value
  }

  private async expression(expression: Expression): Promise<void> {
    const value = this.evaluator.evaluate(expression)
    const later = this.evaluator.later.splice(0)
    const [request] = later
    if (request === undefined) return
    if (later.length > 1 || value !== request || !(request instanceof LoadRequest))
      this.source.fail('load() is a statement of its own', expression.at)
    await this.load(request, expression.at)
  }

  private async load({ config, path }: LoadRequest, at: number): Promise<void> {
    const { readText, file, inline } = this.options
    if (readText === undefined) this.source.fail('files cannot be loaded from here', at)
    const full = inline === true || /^[a-z]+:\/\//.test(path) ? path : joinPaths([directoryOf(file), path])
    if (this.depth >= MOST_LOADS) this.source.fail(`${full} is loaded ${MOST_LOADS} files deep`, at)
    await load(
      config,
      await readText(full),
      { ...withoutInline(this.options), file: full, root: 'config' },
      this.depth + 1,
    )
  }

  private assign(target: Expression, value: PyValue): void {
    this.evaluator.assign(target, value, (name, own) => {
      if (name === (this.options.root ?? 'config') || this.names.get(name) instanceof Namespace)
        this.source.fail(`'${name}' cannot be assigned to, only what is below it`, target.at)
      this.names.set(name, own)
    })
  }

  private augment({ target, operator, value }: Statement & { kind: 'augment' }, where: Where): void {
    const [current, other] = [this.evaluator.evaluate(target), this.value(value)]
    this.evaluator.at(target.at, () => {
      if (current instanceof PyObject && current.augment(operator, other, where)) return
      if (isList(current) && operator === '+') return extendList(current, itemsOf(other))
      this.assign(target, binary(operator, current, other))
    })
  }

  private delete(target: Expression, where: Where): void {
    if (target.kind === 'name') {
      if (!this.names.delete(target.name))
        this.source.fail(`NameError: name '${target.name}' is not defined`, target.at)
      return
    }
    if (target.kind !== 'attribute' && target.kind !== 'item')
      return this.source.fail('this cannot be deleted', target.at)
    const object = this.value(target.object)
    const key = target.kind === 'item' ? this.evaluator.keyOf(target.key) : null
    this.evaluator.at(target.at, () => {
      if (target.kind === 'item') return deleteAt(object, key, where)
      if (object instanceof PyObject) return object.deleteAttribute(target.name, where)
      throw new PyError('AttributeError', `'${target.name}' cannot be deleted`)
    })
  }

  private refuse({ at, message }: Statement & { kind: 'assert' }): never {
    const text = message === undefined ? 'the assertion does not hold' : textOf(this.value(message))
    return this.source.fail(`AssertionError: ${text}`, at)
  }
}

const withoutInline = ({ inline: _inline, ...rest }: LoadOptions): LoadOptions => rest
