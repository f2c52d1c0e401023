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
 * (`https://key:secret@host`), or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the files of AWS (~/.aws/credentials and ~/.aws/config,
 * or what AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE name); the endpoint from S3_ENDPOINT_URL, AWS_ENDPOINT_URL or
 * ~/.aws/config, else Amazon's.
 */
export function s3Place({ profile, bucket }: S3Address): S3Place {
  const env = process.env
  const own = profile ?? env['AWS_PROFILE'] ?? 'default'
  const config = awsConfig(own)
  const region = env['AWS_DEFAULT_REGION'] ?? env['AWS_REGION'] ?? config.get('region') ?? 'us-east-1'
  const named = profile === undefined ? undefined : env[`LSST_RESOURCES_S3_PROFILE_${profile}`]
  const endpoint =
    firstText(named, env['S3_ENDPOINT_URL'], env['AWS_ENDPOINT_URL_S3'], env['AWS_ENDPOINT_URL']) ??
    config.get('endpoint_url')
  const url = endpoint === undefined ? undefined : endpointUrl(endpoint)
  const base =
    url === undefined
      ? `https://${bucket}.s3.${region}.amazonaws.com`
      : `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, '')}/${bucket}`
  const keys =
    url !== undefined && url.username !== ''
      ? { accessKeyId: decodeURIComponent(url.username), secretAccessKey: decodeURIComponent(url.password) }
      : (environmentKeys(profile) ?? fileKeys(own) ?? keysOf(config))
  if (keys === undefined)
    throw new FirstlightError('files/denied', `There are no S3 credentials for the bucket '${bucket}'.`, {
      hint: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or write them to ~/.aws/credentials.',
    })
  return { ...keys, region, base }
}

const firstText = (...texts: readonly (string | undefined)[]): string | undefined =>
  texts.find((text) => text !== undefined && text !== '')

function endpointUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url
  throw new FirstlightError(
    'files/bad-address',
    `'${text.replace(/\/\/.*@/, '//…@')}' is no endpoint of S3.`,
    {
      hint: 'Give S3_ENDPOINT_URL as https://host or http://host:port.',
    },
  )
}

type Keys = Pick<S3Place, 'accessKeyId' | 'secretAccessKey' | 'sessionToken'>

function environmentKeys(profile: string | undefined): Keys | undefined {
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: token } = process.env
  if (profile !== undefined || id === undefined || secret === undefined) return undefined
  return { accessKeyId: id, secretAccessKey: secret, ...(token !== undefined && { sessionToken: token }) }
}

const fileKeys = (profile: string): Keys | undefined =>
  keysOf(section(process.env['AWS_SHARED_CREDENTIALS_FILE'] ?? `${homedir()}/.aws/credentials`, profile))

/** Its sections are `[default]` and `[profile NAME]`. */
const awsConfig = (profile: string): ReadonlyMap<string, string> =>
  section(
    process.env['AWS_CONFIG_FILE'] ?? `${homedir()}/.aws/config`,
    profile === 'default' ? profile : `profile ${profile}`,
  )

function keysOf(values: ReadonlyMap<string, string>): Keys | undefined {
  const [id, secret, token] = ['aws_access_key_id', 'aws_secret_access_key', 'aws_session_token'].map((k) =>
    values.get(k),
  )
  if (id === undefined || secret === undefined) return undefined
  return { accessKeyId: id, secretAccessKey: secret, ...(token !== undefined && { sessionToken: token }) }
}

/** Entries of one section of an INI file; none where there is no such file. */
function section(path: string, name: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return values
  }
  let current = ''
  for (const line of text.split('\n')) {
    const head = /^\s*\[([^\]]+)\]/.exec(line)
    if (head !== null) current = head[1]!.trim().replace(/\s+/g, ' ')
    const entry = /^\s*(\w+)\s*=\s*(\S+)/.exec(line)
    if (entry !== null && current === name) values.set(entry[1]!, entry[2]!)
  }
  return values
}
