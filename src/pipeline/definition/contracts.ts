import {
  type Config,
  Configurable,
  ConfigSyntaxError,
  isConfig,
  LiteralReader,
  locate,
  PyFloat,
  repr,
} from '#config'
import { PipelineSyntaxError, pipelineError } from '../errors.ts'
import type { Contract } from './pipeline.ts'

/**
 * Check the contracts of a pipeline against its finished configs; throws `pipeline/contract` with each contract's own
 * message. Expressions are Python's comparisons, `and or not in`, `+ - * / %`, `len()`, attributes, items and literals.
 */
export function checkContracts(contracts: readonly Contract[], configs: ReadonlyMap<string, Config>): void {
  const broken = contracts.filter((contract) => !truthy(evaluate(contract, configs)))
  const [first] = broken
  if (first === undefined) return
  const shown = broken.map(
    ({ expression, message }) => `'${expression}'${message === undefined ? '' : `: ${message}`}`,
  )
  const { file, line } = first.place
  throw pipelineError(
    'contract',
    `Contract(s) ${broken.map((c) => `'${c.expression}'`).join(', ')} were not satisfied: ${shown.join('; ')}`,
    {
      hint: `The contract is declared in ${file}${line === undefined ? '' : `, line ${line}`}.`,
      data: { contracts: broken.map((c) => c.expression), file, line },
    },
  )
}

function evaluate(contract: Contract, configs: ReadonlyMap<string, Config>): unknown {
  try {
    return new ContractReader(contract.expression, configs).whole()
  } catch (error) {
    if (!(error instanceof ConfigSyntaxError)) throw error
    throw new PipelineSyntaxError(
      `the contract '${contract.expression}' cannot be evaluated: ${error.message}`,
      contract.place,
      {
        cause: error,
      },
    )
  }
}

class ContractReader extends LiteralReader {
  readonly configs: ReadonlyMap<string, Config>

  constructor(text: string, configs: ReadonlyMap<string, Config>) {
    super(text, { file: 'contract', line: 1, column: 1 })
    this.configs = configs
  }

  whole(): unknown {
    const value = this.or()
    if (!this.atEnd()) this.fail('there is more text after the expression')
    return value
  }

  private keyword(word: string): boolean {
    this.skipSpace()
    if (!new RegExp(`^${word}(?!\\w)`).test(this.text.slice(this.at))) return false
    this.at += word.length
    return true
  }

  private or(): unknown {
    let value = this.and()
    while (this.keyword('or')) {
      const right = this.and()
      value = truthy(value) ? value : right
    }
    return value
  }

  private and(): unknown {
    let value = this.not()
    while (this.keyword('and')) {
      const right = this.not()
      value = truthy(value) ? right : value
    }
    return value
  }

  private not(): unknown {
    return this.keyword('not') ? !truthy(this.not()) : this.comparison()
  }

  private comparison(): unknown {
    let left = this.sum()
    let result: boolean | undefined
    for (;;) {
      const operator = this.comparator()
      if (operator === undefined) return result ?? left
      const right = this.sum()
      result = (result ?? true) && compare(left, operator, right)
      left = right
    }
  }

  private comparator(): string | undefined {
    if (this.keyword('not')) {
      if (!this.keyword('in')) this.fail("expected 'in' after 'not'")
      return 'not in'
    }
    if (this.keyword('in')) return 'in'
    if (this.keyword('is')) return this.keyword('not') ? '!=' : '=='
    return ['==', '!=', '<=', '>=', '<', '>'].find((o) => this.take(o))
  }

  private sum(): unknown {
    let value = this.product()
    for (;;) {
      const operator = this.take('+') ? '+' : this.take('-') ? '-' : undefined
      if (operator === undefined) return value
      value = arithmetic(value, operator, this.product()) ?? this.fail('these values cannot be added')
    }
  }

  private product(): unknown {
    let value = this.primary()
    for (;;) {
      const operator = ['*', '/', '%'].find((o) => this.take(o))
      if (operator === undefined) return value
      value = arithmetic(value, operator, this.primary()) ?? this.fail('these values cannot be multiplied')
    }
  }

  private primary(): unknown {
    if (this.peek() === '(') {
      const start = this.at
      this.expect('(')
      const inner = this.or()
      if (this.take(')')) return inner
      this.at = start
      return this.value()
    }
    const start = this.at
    const name = this.word()
    if (name === undefined || ['None', 'True', 'False', 'set', 'dict', 'list', 'float'].includes(name)) {
      this.at = start
      return plain(this.value())
    }
    if (name === 'len' && this.take('(')) {
      const inner = this.or()
      this.expect(')')
      return sizeOf(inner) ?? this.fail('len() wants a list, dict or text')
    }
    const config = this.configs.get(name)
    if (config === undefined) return this.fail(`name '${name}' is not defined`, start)
    return this.members(config)
  }

  private members(start: unknown): unknown {
    let value = start
    for (;;) {
      if (this.take('.')) {
        const name = this.word() ?? this.fail('expected a name')
        if (!isConfig(value)) return this.fail(`'${name}' is asked of a value that is no config`)
        const slot = locate(value, [{ attribute: name }])
        value = slot.config ?? unwrap(slot.get())
      } else if (this.take('[')) {
        const key = this.or()
        this.expect(']')
        value = value instanceof Map ? value.get(key) : (value as readonly unknown[])[Number(key)]
      } else return value
    }
  }
}

const unwrap = (value: unknown): unknown => (value instanceof Configurable ? value.value : value)
const plain = (value: unknown): unknown => (value instanceof PyFloat ? value.value : value)
const sizeOf = (value: unknown): number | undefined =>
  value instanceof Map
    ? value.size
    : Array.isArray(value) || typeof value === 'string'
      ? value.length
      : undefined
const truthy = (value: unknown): boolean => (sizeOf(value) ?? value) !== 0 && Boolean(sizeOf(value) ?? value)

function compare(a: unknown, operator: string, b: unknown): boolean {
  switch (operator) {
    case '==':
      return a === b || repr(a) === repr(b)
    case '!=':
      return a !== b && repr(a) !== repr(b)
    case 'in':
    case 'not in': {
      const found =
        b instanceof Map
          ? b.has(a)
          : typeof b === 'string'
            ? b.includes(String(a))
            : (b as unknown[]).includes(a)
      return operator === 'in' ? found : !found
    }
    default: {
      const [x, y] = [a as number, b as number]
      return operator === '<' ? x < y : operator === '<=' ? x <= y : operator === '>' ? x > y : x >= y
    }
  }
}

function arithmetic(a: unknown, operator: string, b: unknown): unknown {
  if (typeof a === 'string' && typeof b === 'string' && operator === '+') return a + b
  if (typeof a !== 'number' || typeof b !== 'number') return undefined
  return { '+': a + b, '-': a - b, '*': a * b, '/': a / b, '%': ((a % b) + b) % b }[operator]
}
