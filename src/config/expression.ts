import { type Config, isConfig } from './config-state.ts'
import { BUILTINS } from './python/builtins.ts'
import { Evaluator } from './python/evaluate.ts'
import { parseWholeExpression } from './python/parse-statements.ts'
import { isTrue } from './python/plain.ts'
import { Source } from './python/source.ts'
import type { PyValue } from './python/values.ts'
import { ConfigView } from './views/config-view.ts'

/**
 * Is a Python expression true? Names mean configs or values. Nothing is executed: there are literals, operators,
 * comprehensions, and the methods and functions of plain values. Throws ConfigSyntaxError, also for what Python itself
 * would refuse.
 */
export function evaluateExpression(
  text: string,
  names: ReadonlyMap<string, Config | PyValue>,
  file = 'expression',
): boolean {
  const source = new Source(text, file)
  const meaning = (name: string): PyValue | undefined => {
    const found = names.get(name)
    return isConfig(found) ? new ConfigView(found) : (found ?? BUILTINS.get(name))
  }
  return isTrue(new Evaluator(source, meaning).evaluate(parseWholeExpression(source)))
}
