import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Card, floatCard, formatHeader, Header, parseHeader } from '#fits'

const encoder = new TextEncoder()
const parse = (...records: readonly string[]): Header =>
  parseHeader(encoder.encode([...records, 'END'].map((r) => r.padEnd(80)).join('')))
const rewritten = (header: Header): Header => parseHeader(formatHeader(header))

describe('reading cards', () => {
  test('values of every type', () => {
    const header = parse(
      "OBJECT  = 'M 31    '           / it's near",
      'NAXIS   =                    2',
      'EXPTIME =             1.50D+02 / [s]',
      'EQUINOX =               2000.0',
      'BIG     =  9223372036854775807',
      'SIMPLE  =                    T',
      'CPLX    = (1.5, -2D1)',
      'NOVALUE =                      / undefined',
      "QUOTE   = 'O''Neil '",
      "EMPTY   = ''",
    )
    expect(header.get('OBJECT')).toBe('M 31')
    expect(header.card('OBJECT')?.comment).toBe("it's near")
    expect(header.getNumber('NAXIS')).toBe(2)
    expect(header.getNumber('EXPTIME')).toBe(150)
    expect(header.get('BIG')).toBe(9223372036854775807n)
    expect(header.getBool('SIMPLE')).toBe(true)
    expect(header.get('CPLX')).toEqual({ re: 1.5, im: -20 })
    expect(header.has('NOVALUE')).toBe(true)
    expect(header.get('NOVALUE')).toBeUndefined()
    expect(header.get('QUOTE')).toBe("O'Neil")
    expect(header.get('EMPTY')).toBe('')
  })

  test('long strings go on in CONTINUE cards, their comments too', () => {
    const header = parse(
      "LONG    = 'first &'            / one",
      "CONTINUE  'second&'            / two",
      "CONTINUE  ' third'",
      "LAST    = 'plain&'",
    )
    expect(header.get('LONG')).toBe('first second third')
    expect(header.card('LONG')?.comment).toBe('onetwo')
    expect(header.get('LAST')).toBe('plain&')
  })

  test('HIERARCH keywords are found with and without that word, in any case', () => {
    const header = parse('HIERARCH ESO DET OUT1 GAIN = 0.53 / e-/ADU', "HIERARCH lsst.key = 'x'")
    expect(header.get('ESO DET OUT1 GAIN')).toBe(0.53)
    expect(header.get('hierarch eso det out1 gain')).toBe(0.53)
    expect(header.get('LSST.KEY')).toBe('x')
  })

  test('repeated and commentary cards keep their order', () => {
    const header = parse('HISTORY first', 'COMMENT a', 'HISTORY second', 'FOO     = 1', 'FOO     = 2')
    expect(header.all('HISTORY')).toEqual(['first', 'second'])
    expect(header.get('FOO')).toBe(1)
    expect(header.all('FOO')).toEqual([1, 2])
  })

  test('what is no card of the standard is kept and written back untouched', () => {
    const header = parse('ESO-LOG 00:00:00> DATE = 1992', 'free text without an equals sign')
    expect(rewritten(header).cards).toEqual(header.cards)
  })

  test('asking for another type or a missing card names the card', () => {
    const header = parse("EXPTIME = 'long'")
    expect(() => header.getNumber('EXPTIME')).toThrow(
      expect.objectContaining({
        code: 'fits/bad-card',
        message: expect.stringContaining('EXPTIME') as string,
      }),
    )
    expect(() => header.requireNumber('GAIN')).toThrow(
      expect.objectContaining({ code: 'fits/missing-card', data: { where: '', card: 'GAIN' } }),
    )
    expect(() => parse("BAD     = 'no end")).toThrow(expect.objectContaining({ code: 'fits/bad-card' }))
  })
})

describe('writing cards', () => {
  test('a header is whole blocks of 2880 bytes of printable text that ends in END', () => {
    const bytes = formatHeader(new Header([['A', 1]]))
    expect(bytes.length).toBe(2880)
    expect(bytes.every((b) => b >= 0x20 && b <= 0x7e)).toBe(true)
    expect(new TextDecoder().decode(bytes.subarray(80, 83))).toBe('END')
  })

  test('floats stay floats: as spelt in the file, or when asked for', () => {
    const header = parse('EQUINOX =               2000.0', 'X       =             1.50D+02')
    header.setCard(floatCard('Y', 5))
    expect(rewritten(header).card('EQUINOX')?.literal).toBe('2000.0')
    expect(rewritten(header).card('X')?.literal).toBe('1.50D+02')
    expect(rewritten(header).card('Y')?.literal).toBe('5.0')
  })

  test('setting a value keeps place and comment', () => {
    const header = new Header([
      ['A', 1, 'first'],
      ['B', 2],
    ])
    header.set('a', 3)
    expect(header.cards[0]).toEqual({ key: 'A', value: 3, comment: 'first' })
  })

  test.each([
    [['OBJECT', 'η Car']],
    [['X', Number.NaN]],
    [['X', Number.POSITIVE_INFINITY]],
    [['A=B', 1]],
  ] as const)('%j cannot be written and says so', ([key, value]) => {
    expect(() => formatHeader(new Header([[key, value]]))).toThrow(
      expect.objectContaining({ code: 'fits/cannot-write' }),
    )
  })

  test('every header reads back as it was written', () => {
    const text = fc.stringMatching(/^[ -~]{0,200}$/).map((s) => s.trimEnd())
    const value = fc.oneof(
      text,
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.bigInt({ min: 2n ** 54n, max: 2n ** 63n }),
      fc.constant(undefined),
    )
    const key = fc.oneof(
      fc.stringMatching(/^[A-Z][A-Z0-9_-]{0,7}$/),
      fc.stringMatching(/^[A-Z]{2,8}( [A-Z0-9]{1,8}){1,2}$/),
    )
    const isPlain = (k: string) =>
      !['END', 'COMMENT', 'HISTORY', 'CONTINUE', 'HIERARCH'].includes(k.split(' ')[0]!)
    const card = fc.record({ key: key.filter(isPlain), value })
    fc.assert(
      fc.property(fc.array(card), (cards) => {
        const back = rewritten(new Header(cards)).cards
        expect(back.map(({ key: k, value: v }) => [k, v])).toEqual(
          (cards as readonly Card[]).map(({ key: k, value: v }) => [k, v]),
        )
      }),
    )
  })
})
