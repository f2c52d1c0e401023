import { FirstlightError, messageOf } from '#core'

const CODES: Readonly<Record<number, readonly [code: string, reason: string]>> = {
  401: ['files/denied', 'the server wants credentials'],
  403: ['files/denied', 'the server refuses'],
  404: ['files/not-found', 'there is no such object'],
  301: ['files/failed', 'it is elsewhere'],
  405: ['files/unsupported', 'the server does not do that'],
  409: ['files/not-found', 'its folder is not there'],
  410: ['files/not-found', 'there is no such object any more'],
  429: ['files/failed', 'the server is asked too often'],
  501: ['files/unsupported', 'the server does not do that'],
  507: ['files/full', 'no space left on the server'],
}

/** What a server answered, as an error of files. */
export function statusError(address: string, what: string, status: number, hint?: string): FirstlightError {
  const [code, reason] = CODES[status] ?? ['files/failed', 'the request failed']
  return new FirstlightError(code, `Cannot ${what} ${address}: ${reason} (status ${status}).`, {
    data: { address, status },
    ...(hint !== undefined && { hint }),
  })
}

/** A server that did not answer at all. */
export const unreachable = (address: string, what: string, cause: unknown): FirstlightError =>
  new FirstlightError('files/failed', `Cannot ${what} ${address}: ${reasonOf(cause)}.`, {
    cause,
    hint: 'Look whether the server is up and the address right.',
  })

const reasonOf = (error: unknown): string =>
  error instanceof Error && error.cause instanceof Error && error.cause.message !== ''
    ? error.cause.message
    : messageOf(error)

/** An operation that the store does not have. */
export const unsupported = (address: string, what: string, hint: string): FirstlightError =>
  new FirstlightError(
    'files/unsupported',
    `Cannot ${what} ${address}: this kind of store does not do that.`,
    { hint },
  )
