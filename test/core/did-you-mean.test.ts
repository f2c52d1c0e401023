import { expect, test } from 'vitest'
import { closest, didYouMean } from '#core'

test('the nearest name is offered, when it is near', () => {
  expect(closest('calexpp', ['raw', 'calexp', 'src'])).toBe('calexp')
  expect(didYouMean('flat', ['bias', 'dark'])).toBe('')
  expect(didYouMean('RAW', ['raw'])).toBe(" Did you mean 'raw'?")
})

test('two swapped letters are one mistake, also in a short name', () => {
  expect(closest('rwa', ['bias', 'raw'])).toBe('raw')
})
