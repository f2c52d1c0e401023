import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { distinctPairs } from '../../src/pipeline/quanta/csr.ts'

const rows = 6
/** Few firsts and up to 200 pairs: lists on both sides of the length from which they are sorted natively. */
const pairs = fc.array(fc.tuple(fc.nat(rows - 1), fc.nat(80)), { maxLength: 200 })

test.prop([pairs])(
  'Distinct pairs are each once, in order of both, whatever order they come in.',
  (given) => {
    const found = distinctPairs(
      Int32Array.from(given, ([first]) => first),
      Int32Array.from(given, ([, second]) => second),
      rows,
    )
    const expected = Array.from({ length: rows }, (_, row) =>
      [...new Set(given.filter(([first]) => first === row).map(([, second]) => second))].sort(
        (a, b) => a - b,
      ),
    )
    expect(Array.from({ length: rows }, (_, row) => [...found.row(row)])).toEqual(expected)
  },
)
