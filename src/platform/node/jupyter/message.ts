import { JupyterError } from './errors.ts'

/** Protocol version written into our headers: subshell ids, iopub_welcome, supported_features. */
export const PROTOCOL_VERSION = '5.5'

/** The sockets that carry messages; heartbeat carries plain bytes. */
export type Channel = 'shell' | 'control' | 'stdin' | 'iopub'

/** Message header, fields named as on the wire. */
export interface MessageHeader {
  readonly msg_id: string
  readonly session: string
  readonly username: string
  /** ISO 8601 time of sending. */
  readonly date: string
  readonly msg_type: string
  readonly version: string
  readonly subshell_id?: string | null
}

export type JsonObject = Readonly<Record<string, unknown>>

/** One message with its JSON parts parsed. */
export interface JupyterMessage {
  readonly header: MessageHeader
  /** Empty when the message answers nothing. */
  readonly parent_header: MessageHeader | Readonly<Record<string, never>>
  readonly metadata: JsonObject
  readonly content: JsonObject
  readonly buffers: readonly Uint8Array[]
}

/** The four JSON parts as they travel, header first, still encoded: what a relay passes on without parsing. */
export type MessageParts = readonly [Uint8Array, Uint8Array, Uint8Array, Uint8Array]

/** One message as it travels: routing identities (or the iopub topic), JSON parts, binary buffers. */
export interface RawMessage {
  readonly identities: readonly Uint8Array[]
  readonly parts: MessageParts
  readonly buffers: readonly Uint8Array[]
}

export interface MessageOrigin {
  readonly session: string
  readonly username: string
}

export interface MessageBody {
  readonly content?: JsonObject
  readonly metadata?: JsonObject
  readonly buffers?: readonly Uint8Array[]
  readonly parent?: MessageHeader | undefined
}

/** A new message of `type` from `origin`, with a fresh id and the time of now. */
export const makeMessage = (type: string, origin: MessageOrigin, body: MessageBody = {}): JupyterMessage => ({
  header: {
    msg_id: crypto.randomUUID(),
    session: origin.session,
    username: origin.username,
    date: new Date().toISOString(),
    msg_type: type,
    version: PROTOCOL_VERSION,
  },
  parent_header: body.parent ?? {},
  metadata: body.metadata ?? {},
  content: body.content ?? {},
  buffers: body.buffers ?? [],
})

/** Encode the JSON parts; `bigint` values travel as decimal strings, NaN and infinities as null. */
export const encodeMessage = (
  message: JupyterMessage,
  identities: readonly Uint8Array[] = [],
): RawMessage => ({
  identities,
  parts: [
    encodeJson(message.header),
    encodeJson(message.parent_header),
    encodeJson(message.metadata),
    encodeJson(message.content),
  ],
  buffers: message.buffers,
})

/** Parse and check the JSON parts. @throws JupyterError `jupyter/bad-message` on what is no Jupyter message. */
export function decodeMessage(raw: RawMessage): JupyterMessage {
  const header = decodeJson(raw.parts[0], 'header')
  const parent = decodeJson(raw.parts[1], 'parent_header')
  assertHeader(header)
  return {
    header,
    parent_header: Object.keys(parent).length === 0 ? {} : checkedHeader(parent),
    metadata: decodeJson(raw.parts[2], 'metadata'),
    content: decodeJson(raw.parts[3], 'content'),
    buffers: raw.buffers,
  }
}

function checkedHeader(value: JsonObject): MessageHeader {
  assertHeader(value)
  return value
}

function assertHeader(value: unknown): asserts value is MessageHeader {
  const fields = value as Record<string, unknown>
  for (const name of ['msg_id', 'msg_type', 'session'])
    if (typeof fields[name] !== 'string')
      throw new JupyterError(
        'jupyter/bad-message',
        `Message header: wanted text in '${name}', found ${typeof fields[name]}`,
      )
}

const encoder = new TextEncoder()
const encodeJson = (value: unknown): Uint8Array =>
  encoder.encode(JSON.stringify(value, (_, v: unknown) => (typeof v === 'bigint' ? v.toString() : v)))

function decodeJson(bytes: Uint8Array, part: string): JsonObject {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new JupyterError('jupyter/bad-message', `Message ${part}: wanted JSON in UTF-8`, { cause })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new JupyterError('jupyter/bad-message', `Message ${part}: wanted a JSON object`)
  return value as JsonObject
}
