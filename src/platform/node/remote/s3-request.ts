import { AwsClient } from 'aws4fetch'
import { statusError } from './errors.ts'
import { type Answer, exchange } from './exchange.ts'
import { parseS3, s3Place } from './s3-place.ts'

const clients = new Map<string, AwsClient>()

/** A signed request for an object, or for its bucket with a query. */
export function askS3(
  address: string,
  what: string,
  init: RequestInit = {},
  query?: URLSearchParams,
): Promise<Answer> {
  const parts = parseS3(address)
  const place = s3Place(parts)
  const id = `${place.accessKeyId} ${place.secretAccessKey} ${place.sessionToken ?? ''} ${place.region}`
  let client = clients.get(id)
  if (client === undefined) clients.set(id, (client = new AwsClient({ ...place, service: 's3' })))
  const asked = [...(query ?? [])].map(([name, value]) => `${quoted(name)}=${quoted(value)}`).join('&')
  const url = `${place.base}/${quotedKey(parts.key)}${query === undefined ? '' : `?${asked}`}`
  return exchange(address, what, async (signal) => new Request(await client.sign(url, init), { signal }))
}

/** As signatures want it: all but letters, digits and `-._~`. */
const quoted = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)

export const quotedKey = (key: string): string => key.split('/').map(quoted).join('/')

/** The answer when it is a success. */
export function checkedS3(address: string, what: string, answer: Answer): Answer {
  if (answer.ok) return answer
  const isBucketGone = answer.status === 404 && what === 'write'
  throw statusError(
    address,
    what,
    answer.status,
    isBucketGone ? 'Make the bucket first.' : HINTS[answer.status],
  )
}

const HINTS: Readonly<Record<number, string>> = {
  301: 'The bucket is in another region: set AWS_DEFAULT_REGION.',
  400: 'The keys or the region may be wrong: look at AWS_ACCESS_KEY_ID and AWS_DEFAULT_REGION.',
  403: 'The keys do not allow it, or are wrong: look at AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
}
