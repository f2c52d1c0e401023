import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { parseContentsPath } from '../../workbench/server/contents/confine.ts'
import { HttpError } from '../../workbench/server/errors.ts'
import { decodeLegacy, decodeV1, encodeLegacy, encodeV1 } from '../../workbench/server/kernels/frames.ts'
import { RateLimiter } from '../../workbench/server/kernels/rate-limit.ts'
import { ReplayBuffer } from '../../workbench/server/kernels/replay.ts'
import { decodeMessage, encodeMessage, makeMessage } from '../../workbench/server/kernels/wire.ts'
import { safeNext } from '../../workbench/server/auth/next.ts'

const origin = { session: 's', username: 'u' }
const messageOf = (content: Record<string, unknown>, buffers: Uint8Array[] = []) =>
  makeMessage('stream', origin, { content, buffers })

describe('frames', () => {
  property.prop([fc.string({ unit: 'binary' }), fc.array(fc.uint8Array())])(
    'come back as they went',
    (text, buffers) => {
      const message = messageOf({ text }, buffers)
      const v1 = decodeV1(encodeV1({ channel: 'iopub', message: encodeMessage(message) }))
      expect(decodeMessage(v1.message).content).toEqual(JSON.parse(JSON.stringify({ text })))
      expect(v1.message.buffers.map((b) => [...b])).toEqual(buffers.map((b) => [...b]))
      const legacy = decodeLegacy(encodeLegacy('stdin', message))
      expect(legacy.channel).toBe('stdin')
      expect(legacy.message.buffers.map((b) => [...b])).toEqual(buffers.map((b) => [...b]))
    },
  )

  property.prop([fc.uint8Array({ maxLength: 400 })], { numRuns: 2000 })(
    'random bytes are refused, not believed',
    (bytes) => {
      for (const decode of [decodeV1, decodeLegacy]) expect(() => decode(bytes)).toThrow(HttpError)
    },
  )

  const frame = encodeV1({
    channel: 'shell',
    message: encodeMessage(messageOf({ a: 1 }, [Uint8Array.of(1, 2)])),
  })
  property.prop([fc.nat(frame.length - 1), fc.nat(255)], { numRuns: 2000 })(
    'a frame with one byte changed is read or refused',
    (at, byte) => {
      const changed = frame.slice()
      changed[at] = byte
      try {
        decodeV1(changed)
      } catch (error) {
        expect(error).toBeInstanceOf(HttpError)
      }
    },
  )

  test('an unknown channel and a message without a header are refused', () => {
    const good = encodeV1({ channel: 'shell', message: encodeMessage(messageOf({})) })
    const renamed = Buffer.from(good)
    renamed.write('shelf', renamed.indexOf('shell'))
    expect(() => decodeV1(renamed)).toThrow('No channel named "shelf"')
    expect(() => decodeLegacy('{"channel":"shell"}')).toThrow('no header')
  })
})

property.prop([fc.string({ unit: 'binary' })], { numRuns: 3000 })(
  'no string makes a path that leaves the folder',
  (raw) => {
    try {
      const names = parseContentsPath(raw).split('/')
      expect(names.every((name) => !name.startsWith('.') && !/[\0\\]/.test(name))).toBe(true)
    } catch (error) {
      expect(error).toBeInstanceOf(HttpError)
    }
  },
)

property.prop([fc.string({ unit: 'binary' })], { numRuns: 3000 })(
  'no string makes a redirect that leaves the server',
  (next) => {
    const location = safeNext(next)
    expect(new URL(location, 'http://127.0.0.1:8888').origin).toBe('http://127.0.0.1:8888')
  },
)

test('what waits for a client that is away is bounded, and the loss is told', () => {
  const buffer = new ReplayBuffer(10_000)
  for (let i = 0; i < 100; i++)
    buffer.push({ channel: 'iopub', message: encodeMessage(messageOf({ text: 'x'.repeat(500), i })) })
  const [note, ...kept] = buffer.take().map(({ message }) => decodeMessage(message).content)
  expect(note?.['text']).toMatch(/^Firstlight server: \d+ messages .* were dropped/)
  expect(kept.length).toBeGreaterThan(5)
  expect(kept.at(-1)?.['i']).toBe(99)
  expect(buffer.take()).toEqual([])
})

test('the rate limit warns once, spares status, and starts again at idle', () => {
  const limiter = new RateLimiter({ messagesPerSec: 10, streamBytesPerSec: 1000, windowSec: 1 })
  const judge = (type: string, bytes = 1) => limiter.judge({ msg_type: type }, bytes, 5000)
  const verdicts = Array.from({ length: 20 }, () => judge('display_data'))
  expect(verdicts.filter((v) => v === 'pass')).toHaveLength(10)
  expect(verdicts.filter((v) => v === 'warn')).toHaveLength(1)
  expect(judge('status')).toBe('pass')
  limiter.idle()
  expect(judge('stream', 999)).toBe('pass')
  expect(judge('stream', 999)).toBe('warn')
})
