import { Buffer } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { badRequest, HttpError } from '../errors.ts'

/** Enough for every call but saving. */
const SMALL_BODY = 1 << 20
/** A notebook with many images; larger files come in pieces of 1 MiB. */
export const LARGE_BODY = 128 << 20
/** Deeper JSON is an attack on recursive readers; notebooks stay below 20. */
const MAX_DEPTH = 256

/** Read a whole body of at most `limit` bytes; a slow sender is ended by the server's request time-out. */
export async function readBody(req: IncomingMessage, limit = SMALL_BODY): Promise<Buffer> {
  const tooLarge = () => new HttpError(413, `The body is larger than ${limit} bytes`)
  if (Number(req.headers['content-length'] ?? 0) > limit) throw tooLarge()
  const parts: Buffer[] = []
  let length = 0
  for await (const part of req as AsyncIterable<Buffer>) {
    length += part.length
    if (length > limit) throw tooLarge()
    parts.push(part)
  }
  return Buffer.concat(parts)
}

export type JsonObject = Readonly<Record<string, unknown>>

/** The body as a JSON object; an absent body is an empty object. */
export async function readJsonObject(req: IncomingMessage, limit?: number): Promise<JsonObject> {
  const text = (await readBody(req, limit)).toString('utf8')
  if (text.trim() === '') return {}
  const value = parseJson(text)
  if (!isObject(value)) throw badRequest('The body is not a JSON object')
  return value
}

/** JSON.parse with a limit on nesting and a 400 for what is not JSON. */
export function parseJson(text: string, what = 'The body'): unknown {
  if (depthOf(text) > MAX_DEPTH) throw badRequest(`${what} is nested deeper than ${MAX_DEPTH} levels`)
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw badRequest(`${what} is not JSON: ${(error as Error).message}`)
  }
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Deepest nesting of brackets outside strings. */
function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  let inString = false
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (inString) {
      if (c === BACKSLASH) i++
      else if (c === QUOTE) inString = false
    } else if (c === QUOTE) inString = true
    else if (c === 0x5b || c === 0x7b) deepest = Math.max(deepest, ++depth)
    else if (c === 0x5d || c === 0x7d) depth--
  }
  return deepest
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
