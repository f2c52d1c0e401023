import { expect, test } from 'vitest'
import { makeLogger } from '#core'

const said: string[] = []
const log = makeLogger('isr', ({ message }) => void said.push(message))

test.each<readonly [message: string, values: readonly unknown[], text: string]>([
  ['line %d of %s', [3, 'raw'], 'line 3 of raw'],
  ['%i and %f', [2.7, 2.5], '2 and 2.5'],
  ['id %d', [2n ** 60n], 'id 1152921504606846976'],
  ['%j', [{ a: 1 }], '{"a":1}'],
  ['too many:', [1, 'two'], 'too many: 1 two'],
  ['too few: %s %s', ['one'], 'too few: one %s'],
  ['50 %% of %s', ['all'], '50 % of all'],
  ['50 %% %s', [], '50 %% %s'],
])('what is logged as %s with values', (message, values, text) => {
  log.info(message, ...values)
  log.child('sub').log('DEBUG', message, ...values)
  expect(said.splice(0)).toEqual([text, text])
})
