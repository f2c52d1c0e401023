import { crc32 } from '#core'
import fc from 'fast-check'
import { crc32 as zlibCrc32 } from 'node:zlib'
import { expect, test } from 'vitest'

test('the check value of CRC-32 is that of the catalogue of CRC algorithms', () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926)
})

test("sums of any bytes are zlib's, in one piece or continued", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), (bytes, cut) => {
      const wanted = zlibCrc32(bytes)
      expect(crc32(bytes)).toBe(wanted)
      expect(crc32(bytes.subarray(cut), crc32(bytes.subarray(0, cut)))).toBe(wanted)
    }),
  )
})
