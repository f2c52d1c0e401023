import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { FirstlightError } from '#core'

/** Where a bucket is and with which keys it is asked. */
export interface S3Place {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  readonly region: string
  /** Address of the bucket, without a slash at its end. */
  readonly base: string
}

/** `s3://[profile@]bucket/key`; the key is not quoted. */
export interface S3Address {
  readonly profile: string | undefined
  readonly bucket: string
  readonly key: string
}

export function parseS3(address: string): S3Address {
  const m = /^s3:\/\/(?:([^@/]+)@)?([^/]+)\/?(.*)$/s.exec(address)
  if (m === null)
    throw new FirstlightError('files/bad-address', `'${address}' is not an address like s3://bucket/key.`)
  return { profile: m[1], bucket: m[2]!, key: m[3]! }
}

/**
 * Credentials and endpoint as the Rubin stack takes them: a profile from LSST_RESOURCES_S3_PROFILE_<name>
 * (`https://key:secret@host`), or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the AWS credentials file; the endpoint from
 * S3_ENDPOINT_URL, else Amazon's.
 */
export function s3Place({ profile, bucket }: S3Address): S3Place {
  const env = process.env
  const region = env['AWS_DEFAULT_REGION'] ?? env['AWS_REGION'] ?? 'us-east-1'
  const named = profile === undefined ? undefined : env[`LSST_RESOURCES_S3_PROFILE_${profile}`]
  const endpoint = named ?? env['S3_ENDPOINT_URL'] ?? env['AWS_ENDPOINT_URL']
  const url = endpoint === undefined ? undefined : new URL(endpoint)
  const base =
    url === undefined
      ? `https://${bucket}.s3.${region}.amazonaws.com`
      : `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, '')}/${bucket}`
  const keys =
    url !== undefined && url.username !== ''
      ? { accessKeyId: decodeURIComponent(url.username), secretAccessKey: decodeURIComponent(url.password) }
      : (environmentKeys(profile) ?? fileKeys(profile ?? env['AWS_PROFILE'] ?? 'default'))
  if (keys === undefined)
    throw new FirstlightError('files/denied', `There are no S3 credentials for the bucket '${bucket}'.`, {
      hint: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or write them to ~/.aws/credentials.',
    })
  return { ...keys, region, base }
}

type Keys = Pick<S3Place, 'accessKeyId' | 'secretAccessKey' | 'sessionToken'>

function environmentKeys(profile: string | undefined): Keys | undefined {
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: token } = process.env
  if (profile !== undefined || id === undefined || secret === undefined) return undefined
  return { accessKeyId: id, secretAccessKey: secret, ...(token !== undefined && { sessionToken: token }) }
}

function fileKeys(profile: string): Keys | undefined {
  let text: string
  try {
    text = readFileSync(process.env['AWS_SHARED_CREDENTIALS_FILE'] ?? `${homedir()}/.aws/credentials`, 'utf8')
  } catch {
    return undefined
  }
  const values = new Map<string, string>()
  let section = ''
  for (const line of text.split('\n')) {
    const head = /^\s*\[([^\]]+)\]/.exec(line)
    if (head !== null) section = head[1]!.trim()
    const entry = /^\s*(\w+)\s*=\s*(\S+)/.exec(line)
    if (entry !== null && section === profile) values.set(entry[1]!, entry[2]!)
  }
  const [id, secret, token] = ['aws_access_key_id', 'aws_secret_access_key', 'aws_session_token'].map((k) =>
    values.get(k),
  )
  if (id === undefined || secret === undefined) return undefined
  return { accessKeyId: id, secretAccessKey: secret, ...(token !== undefined && { sessionToken: token }) }
}
