import { setTimeout as sleep } from 'node:timers/promises'
import { concatBytes, FirstlightError } from '#core'
import { unreachable } from './errors.ts'

/** What a server answered, its body read whole. */
export interface Answer {
  readonly status: number
  readonly ok: boolean
  readonly headers: Headers
  readonly bytes: Uint8Array
}

/** Makes a request anew for each try: a signature holds for minutes. */
type MakeRequest = (signal: AbortSignal) => Promise<Request> | Request

const TRIES = 3

/** Longest silence of a server, as the Rubin stack is told of it, in seconds. */
const DEFAULT_SILENCE_S = 60

/**
 * Ask a server and read all it answers. A connection that is lost, also in the middle of an answer, and a server that stumbles (5xx, 429)
 * are tried again; one that says nothing for LSST_HTTP_TIMEOUT_READ seconds is given up.
 */
export async function exchange(address: string, what: string, make: MakeRequest): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await once(address, what, make)
      if (!isPassing(answer.status) || attempt === TRIES) return answer
    } catch (error) {
      if (error instanceof FirstlightError) throw error
      if (attempt === TRIES) throw unreachable(address, what, error)
    }
    await sleep(100 * 2 ** attempt)
  }
}

const isPassing = (status: number): boolean =>
  status === 429 || (status >= 500 && status !== 501 && status !== 507)

async function once(address: string, what: string, make: MakeRequest): Promise<Answer> {
  const seconds = longestSilence()
  const abort = new AbortController()
  const wait = () => setTimeout(() => abort.abort(), seconds * 1000)
  let timer = wait()
  try {
    const request = await make(abort.signal)
    // A packed body would have another length than the file, and other ranges.
    request.headers.set('accept-encoding', 'identity')
    const response = await fetch(request)
    const parts: Uint8Array[] = []
    for await (const part of response.body ?? []) {
      clearTimeout(timer)
      timer = wait()
      parts.push(part as Uint8Array)
    }
    const { status, ok, headers } = response
    return { status, ok, headers, bytes: parts.length === 1 ? parts[0]! : concatBytes(parts) }
  } catch (error) {
    if (!abort.signal.aborted) throw error
    throw new FirstlightError(
      'files/timeout',
      `Cannot ${what} ${address}: the server said nothing for ${seconds} s.`,
      { hint: 'Try again later, or set LSST_HTTP_TIMEOUT_READ to more seconds.', data: { address } },
    )
  } finally {
    clearTimeout(timer)
  }
}

function longestSilence(): number {
  const told = Number(process.env['LSST_HTTP_TIMEOUT_READ'])
  return told > 0 ? told : DEFAULT_SILENCE_S
}

/** First, last and size of `bytes 0-99/1234`; the size may be `*`. */
export function contentRange(
  headers: Headers,
): { readonly first: number; readonly last: number; readonly size: number | undefined } | undefined {
  const m = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(headers.get('content-range') ?? '')
  if (m === null) return undefined
  return { first: Number(m[1]), last: Number(m[2]), size: m[3] === '*' ? undefined : Number(m[3]) }
}

/** What tells one version of a file from another; undefined where the server does not say. */
export const versionOf = (headers: Headers): string | undefined => {
  const tag = headers.get('etag')
  // A weak tag, or a time of whole seconds, may be the same for other bytes, but never another for the same.
  return tag ?? headers.get('last-modified') ?? undefined
}

/** The bytes of a range from an answer with status 206, when they are those that were asked for. */
export function rangeBytes(
  address: string,
  { headers, bytes }: Answer,
  offset: number,
  length: number,
  version: string | undefined,
): Uint8Array {
  const range = contentRange(headers)
  const now = versionOf(headers)
  if (version !== undefined && now !== undefined && now !== version)
    throw new FirstlightError('files/changed', `${address} was replaced while it was read.`, {
      hint: 'Read it again.',
    })
  const isRight = range === undefined ? headers.get('content-range') === null : range.first === offset
  if (isRight && bytes.length === length) return bytes
  const got = headers.get('content-range') ?? `${bytes.length} bytes`
  throw new FirstlightError(
    'files/failed',
    `Cannot read ${address}: the server was asked for bytes ${offset}-${offset + length - 1} and sent ${got}.`,
    { hint: 'Its ranges are broken: get a copy of the file, or tell who runs the server.' },
  )
}
