import { Buffer } from 'node:buffer'
import { badRequest } from '../errors.ts'
import { isObject, type JsonObject, parseJson } from '../http/body.ts'
import { type Channel, encodeMessage, type JupyterMessage, type RawMessage } from './wire.ts'

/** How messages travel on a websocket: one binary frame each, or JSON text for clients of before 2021. */
export const V1_PROTOCOL = 'v1.kernel.websocket.jupyter.org'

export interface ChannelMessage {
  readonly channel: Channel
  readonly message: RawMessage
}

const CHANNELS: ReadonlySet<string> = new Set(['shell', 'control', 'stdin', 'iopub'])
const MAX_PARTS = 4096

/** u64 count, as many u64 offsets (the last is the end), then channel name, four JSON parts and the buffers. */
export function encodeV1({ channel, message }: ChannelMessage): Uint8Array {
  const parts = [Buffer.from(channel), ...message.parts, ...message.buffers]
  const head = 8 * (parts.length + 2)
  const frame = Buffer.allocUnsafe(parts.reduce((sum, part) => sum + part.byteLength, head))
  frame.writeBigUInt64LE(BigInt(parts.length + 1), 0)
  let offset = head
  for (const [i, part] of parts.entries()) {
    frame.writeBigUInt64LE(BigInt(offset), 8 * (i + 1))
    frame.set(part, offset)
    offset += part.byteLength
  }
  frame.writeBigUInt64LE(BigInt(offset), 8 * (parts.length + 1))
  return frame
}

/** @throws HttpError 400 on offsets that do not rise inside the frame, too few parts or an unknown channel. */
export function decodeV1(bytes: Uint8Array): ChannelMessage {
  const frame = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (frame.byteLength < 8) throw badRequest('The frame is shorter than its count')
  const count = Number(frame.readBigUInt64LE(0))
  if (count < 6 || count > MAX_PARTS) throw badRequest(`The frame counts ${count} offsets`)
  const head = 8 * (count + 1)
  if (frame.byteLength < head) throw badRequest('The frame is shorter than its offsets')
  const offsets = Array.from({ length: count }, (_, i) => Number(frame.readBigUInt64LE(8 * (i + 1))))
  const parts: Uint8Array[] = []
  for (let i = 0; i + 1 < count; i++) {
    const [from, to] = [offsets[i]!, offsets[i + 1]!]
    if (!(from >= head && from <= to && to <= frame.byteLength))
      throw badRequest('The frame has offsets out of range')
    parts.push(frame.subarray(from, to))
  }
  return messageOfParts(Buffer.from(parts[0]!).toString('utf8'), parts.slice(1))
}

function messageOfParts(channel: string, parts: readonly Uint8Array[]): ChannelMessage {
  const [header, parent, metadata, content, ...buffers] = parts
  if (!header || !parent || !metadata || !content) throw badRequest('The frame has fewer than five parts')
  const [head] = [header, parent, metadata, content].map((part) => {
    const value = parseJson(Buffer.from(part).toString('utf8'), 'A message part')
    if (!isObject(value)) throw badRequest('A message part is not a JSON object')
    return value
  })
  checkHeader(head!)
  return {
    channel: knownChannel(channel),
    message: { identities: [], parts: [header, parent, metadata, content], buffers },
  }
}

/** A JSON text, or with buffers: u32-BE count, as many offsets, the JSON and the buffers. */
export function encodeLegacy(channel: Channel, message: JupyterMessage): string | Uint8Array {
  const { buffers, ...rest } = message
  const json = JSON.stringify({
    ...rest,
    channel,
    msg_id: message.header.msg_id,
    msg_type: message.header.msg_type,
    ...(buffers.length === 0 && { buffers: [] }),
  })
  if (buffers.length === 0) return json
  const parts = [Buffer.from(json), ...buffers]
  const head = 4 * (parts.length + 1)
  const frame = Buffer.allocUnsafe(parts.reduce((sum, part) => sum + part.byteLength, head))
  frame.writeUInt32BE(parts.length, 0)
  let offset = head
  for (const [i, part] of parts.entries()) {
    frame.writeUInt32BE(offset, 4 * (i + 1))
    frame.set(part, offset)
    offset += part.byteLength
  }
  return frame
}

export function decodeLegacy(data: string | Uint8Array): ChannelMessage {
  if (typeof data === 'string') return legacyMessage(data, [])
  const frame = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  if (frame.byteLength < 4) throw badRequest('The frame is shorter than its count')
  const count = frame.readUInt32BE(0)
  const head = 4 * (count + 1)
  if (count < 1 || count > MAX_PARTS || frame.byteLength < head)
    throw badRequest(`The frame counts ${count} parts`)
  const offsets = Array.from({ length: count }, (_, i) => frame.readUInt32BE(4 * (i + 1)))
  const parts = offsets.map((from, i) => {
    const to = offsets[i + 1] ?? frame.byteLength
    if (!(from >= head && from <= to && to <= frame.byteLength))
      throw badRequest('The frame has offsets out of range')
    return frame.subarray(from, to)
  })
  return legacyMessage(parts[0]!.toString('utf8'), parts.slice(1))
}

function legacyMessage(text: string, buffers: readonly Uint8Array[]): ChannelMessage {
  const json = parseJson(text, 'The message')
  if (!isObject(json) || !isObject(json['header'])) throw badRequest('The message has no header')
  checkHeader(json['header'])
  const part = (name: string) => (isObject(json[name]) ? json[name] : {})
  const message = {
    header: json['header'] as unknown as JupyterMessage['header'],
    parent_header: part('parent_header') as JupyterMessage['parent_header'],
    metadata: part('metadata'),
    content: part('content'),
    buffers,
  }
  return { channel: knownChannel(json['channel']), message: encodeMessage(message) }
}

/** Kernels repeat the header of a request in all they answer: one without these would come back to trouble us. */
function checkHeader(header: JsonObject): void {
  for (const name of ['msg_id', 'msg_type', 'session'])
    if (typeof header[name] !== 'string') throw badRequest(`The message's header has no ${name}`)
}

function knownChannel(name: unknown): Channel {
  if (typeof name !== 'string' || !CHANNELS.has(name))
    throw badRequest(`No channel named ${JSON.stringify(name)}`)
  return name as Channel
}
