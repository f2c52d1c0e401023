import { fc, test as property } from '@fast-check/vitest'
import { expect, test } from 'vitest'
import { makePrintRing, type Print, PrintReader, PrintWriter } from '../../kernel/protocol/print-ring.ts'

const joined = (prints: readonly Print[]) => {
  const out: Print[] = []
  for (const print of prints) {
    const last = out.at(-1)
    if (last !== undefined && last.run === print.run && last.name === print.name)
      out[out.length - 1] = { ...last, text: last.text + print.text }
    else out.push(print)
  }
  return out
}

const aPrint = fc.record({
  run: fc.integer({ min: -5, max: 300 }),
  name: fc.constantFrom('stdout' as const, 'stderr' as const),
  text: fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
})

property.prop([fc.array(fc.tuple(aPrint, fc.boolean()), { maxLength: 60 })])(
  'what is written comes out, in order, however it is read',
  (steps) => {
    const ring = makePrintRing()
    const writer = new PrintWriter(ring, () => {})
    const reader = new PrintReader(ring)
    const out: Print[] = []
    for (const [print, read] of steps) {
      writer.write(print)
      if (read) out.push(...reader.all())
    }
    out.push(...reader.rest())
    expect(joined(out)).toEqual(joined(steps.map(([print]) => print)))
    expect(reader.hasMore).toBe(false)
  },
)

test('the ring wraps: a hundred megabytes pass through one', () => {
  const ring = makePrintRing()
  const writer = new PrintWriter(ring, () => {})
  const reader = new PrintReader(ring)
  const text = 'é漢𝒳 and more\n'.repeat(9999)
  for (let i = 0; i < 400; i++) {
    writer.write({ run: i % 3, name: 'stdout', text })
    expect(
      reader
        .all()
        .map((print) => print.text)
        .join('') === text,
    ).toBe(true)
  }
})

test('what was printed after a message was posted waits until the message has come', () => {
  const ring = makePrintRing()
  const writer = new PrintWriter(ring, () => {})
  const reader = new PrintReader(ring)
  writer.write({ run: 1, name: 'stdout', text: 'before' })
  const progress = writer.progress()
  writer.write({ run: 1, name: 'stdout', text: 'after' })
  expect(reader.all()).toEqual([])
  expect(reader.before(progress).map(({ text }) => text)).toEqual(['before'])
  expect(reader.all().map(({ text }) => text)).toEqual(['after'])
})

test('the reader is woken once until it has looked', () => {
  const ring = makePrintRing()
  let woken = 0
  const writer = new PrintWriter(ring, () => woken++)
  const reader = new PrintReader(ring)
  for (const text of ['a', 'b', 'c']) writer.write({ run: 1, name: 'stdout', text })
  expect(woken).toBe(1)
  reader.all()
  writer.write({ run: 1, name: 'stdout', text: 'd' })
  expect(woken).toBe(2)
})
