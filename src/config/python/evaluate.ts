import type { Where } from '../errors.ts'
import { PyError } from './errors.ts'
import { assignTo, itemAt } from './items.ts'
import { attributeOf } from './methods.ts'
import { binary, compare, unary } from './operators.ts'
import { isTrue, itemsOf } from './plain.ts'
import { repr } from './repr.ts'
import type { Source } from './source.ts'
import type { Comprehension, Expression, ExpressionOf, TemplatePart } from './syntax.ts'
import { textOf } from './text.ts'
import { PyObject, PySet, PyTuple, type PyValue, setKey, type Slice, typeNameOf } from './values.ts'
import { entriesOf } from './types.ts'

/** Steps that the evaluation of one text may take: nested loops over long lists end with an error, not never. */
const MOST_STEPS = 1_000_000

/** What a name means; undefined where it means nothing. */
export type Names = (name: string) => PyValue | undefined

/** Evaluates expressions of one source. There is nothing to execute: what can be called is in `names`. */
export class Evaluator {
  readonly source: Source
  readonly names: Names
  /** Calls come from here; set by the reader of statements. */
  where: Where
  /** What calls want done when the statement is over. */
  readonly later: PyObject[] = []
  #steps = 0

  constructor(source: Source, names: Names, where: Where = { source: source.file }) {
    this.source = source
    this.names = names
    this.where = where
  }

  /** Run something of Python's; its errors get the place. */
  at<T>(at: number, run: () => T): T {
    try {
      return run()
    } catch (error) {
      return error instanceof PyError ? this.source.fail(error.message, at) : rethrow(error)
    }
  }

  step(at: number): void {
    if (++this.#steps > MOST_STEPS) this.source.fail('this takes too many steps', at)
  }

  evaluate(node: Expression, names: Names = this.names): PyValue {
    this.step(node.at)
    switch (node.kind) {
      case 'constant':
        return node.value
      case 'name':
        return this.#name(node, names)
      case 'list':
        return this.#items(node.items, names)
      case 'tuple':
        return new PyTuple(this.#items(node.items, names))
      case 'set':
        return this.at(node.at, () => new PySet(this.#items(node.items, names)))
      case 'dict':
        return this.#dict(node, names)
      case 'comprehension':
        return this.#comprehension(node, names)
      case 'unary': {
        const operand = this.evaluate(node.operand, names)
        return this.at(node.at, () => unary(node.operator, operand))
      }
      case 'binary': {
        const [left, right] = [this.evaluate(node.left, names), this.evaluate(node.right, names)]
        return this.at(node.at, () => binary(node.operator, left, right))
      }
      case 'logical': {
        const left = this.evaluate(node.left, names)
        return isTrue(left) === (node.operator === 'and') ? this.evaluate(node.right, names) : left
      }
      case 'compare':
        return this.#compare(node, names)
      case 'conditional':
        return this.evaluate(isTrue(this.evaluate(node.test, names)) ? node.then : node.otherwise, names)
      case 'attribute':
        return this.#attribute(node, names)
      case 'item': {
        const [object, key] = [this.evaluate(node.object, names), this.#key(node.key, names)]
        return this.at(node.at, () => itemAt(object, key))
      }
      case 'call':
        return this.#call(node, names)
      case 'template':
        return node.parts.map((part) => this.#part(part, names)).join('')
      case 'starred':
        return this.source.fail('a starred value has no meaning here', node.at)
      case 'slice':
        return this.source.fail('a slice has no meaning here', node.at)
    }
  }

  /** Assign to a name (by `setName`), an attribute, an item, or several of them. */
  assign(
    target: Expression,
    value: PyValue,
    setName: (name: string, value: PyValue) => void,
    names = this.names,
  ): void {
    if (target.kind === 'name') return setName(target.name, value)
    if (target.kind === 'tuple' || target.kind === 'list') {
      const values = this.at(target.at, () => itemsOf(value))
      if (values.length !== target.items.length)
        this.source.fail(`ValueError: ${target.items.length} names for ${values.length} values`, target.at)
      for (const [i, inner] of target.items.entries()) this.assign(inner, values[i] ?? null, setName, names)
      return
    }
    if (target.kind === 'attribute') {
      const object = this.evaluate(target.object, names)
      return this.at(target.at, () => {
        if (object instanceof PyObject) return object.setAttribute(target.name, value, this.where)
        throw noAttribute(object, target.name)
      })
    }
    if (target.kind !== 'item') return this.source.fail('nothing can be assigned to this', target.at)
    const [object, key] = [this.evaluate(target.object, names), this.#key(target.key, names)]
    this.at(target.at, () => assignTo(object, key, value, this.where))
  }

  /** What stands in square brackets: a value or a slice. */
  keyOf(node: Expression): PyValue | Slice {
    return this.#key(node, this.names)
  }

  #key(node: Expression, names: Names): PyValue | Slice {
    if (node.kind !== 'slice') return this.evaluate(node, names)
    const part = (inner: Expression | undefined): PyValue => (inner ? this.evaluate(inner, names) : null)
    return { start: part(node.start), stop: part(node.stop), step: part(node.step) }
  }

  #name({ name, at }: ExpressionOf<'name'>, names: Names): PyValue {
    const value = names(name)
    return value === undefined ? this.source.fail(`NameError: name '${name}' is not defined`, at) : value
  }

  #items(nodes: readonly Expression[], names: Names): PyValue[] {
    return nodes.flatMap((node) => {
      if (node.kind !== 'starred') return [this.evaluate(node, names)]
      const inner = this.evaluate(node.value, names)
      return this.at(node.at, () => [...itemsOf(inner)])
    })
  }

  #dict({ entries }: ExpressionOf<'dict'>, names: Names): PyValue {
    const out = new Map<PyValue, PyValue>()
    for (const { key, value } of entries) {
      const item = this.evaluate(value, names)
      const own = key === undefined ? undefined : this.evaluate(key, names)
      this.at((key ?? value).at, () => {
        if (own === undefined) for (const [k, v] of entriesOf(item)) setKey(out, k, v)
        else setKey(out, own, item)
      })
    }
    return out
  }

  #compare({ left, links, at }: ExpressionOf<'compare'>, names: Names): PyValue {
    let current = this.evaluate(left, names)
    for (const { operator, right } of links) {
      const next = this.evaluate(right, names)
      if (!this.at(at, () => compare(operator, current, next))) return false
      current = next
    }
    return true
  }

  #attribute({ object, name, at }: ExpressionOf<'attribute'>, names: Names): PyValue {
    const value = this.evaluate(object, names)
    return this.at(at, () => {
      const found = attributeOf(value, name)
      if (found === undefined) throw noAttribute(value, name)
      return found
    })
  }

  #call({ callee, positional, named, at }: ExpressionOf<'call'>, names: Names): PyValue {
    const called = this.evaluate(callee, names)
    const given = {
      positional: this.#items(positional, names),
      named: new Map(named.map(([name, value]) => [name, this.evaluate(value, names)])),
      where: this.where,
      later: this.later,
    }
    return this.at(at, () => {
      if (called instanceof PyObject) return called.call(given)
      throw new PyError('TypeError', `'${typeNameOf(called)}' object is not callable`)
    })
  }

  #comprehension(node: ExpressionOf<'comprehension'>, names: Names): PyValue {
    const keys: PyValue[] = []
    const values: PyValue[] = []
    this.#clauses(node, 0, names, (inner) => {
      keys.push(this.evaluate(node.element, inner))
      if (node.value) values.push(this.evaluate(node.value, inner))
    })
    return this.at(node.at, () => {
      if (node.makes === 'set') return new PySet(keys)
      if (node.makes !== 'dict') return keys
      const out = new Map<PyValue, PyValue>()
      for (const [i, key] of keys.entries()) setKey(out, key, values[i] ?? null)
      return out
    })
  }

  #clauses({ clauses }: Comprehension, depth: number, names: Names, found: (names: Names) => void): void {
    const clause = clauses[depth]
    if (clause === undefined) return found(names)
    const items = this.evaluate(clause.items, names)
    for (const item of this.at(clause.items.at, () => itemsOf(items))) {
      const own = new Map<string, PyValue>()
      const inner: Names = (name) => own.get(name) ?? (own.has(name) ? null : names(name))
      this.assign(clause.target, item, (name, value) => own.set(name, value), inner)
      if (clause.conditions.every((condition) => isTrue(this.evaluate(condition, inner))))
        this.#clauses({ clauses } as Comprehension, depth + 1, inner, found)
    }
  }

  #part(part: TemplatePart, names: Names): string {
    if (typeof part === 'string') return part
    const value = this.evaluate(part.value, names)
    return part.conversion === 'r' ? repr(value) : textOf(value)
  }
}

export const noAttribute = (value: PyValue, name: string): PyError =>
  new PyError('AttributeError', `'${typeNameOf(value)}' object has no attribute '${name}'`)

function rethrow(error: unknown): never {
  throw error
}
