import { JupyterError } from './errors.ts'
import type { RawMessage } from './message.ts'
import type { Signer } from './signer.ts'

const encoder = new TextEncoder()
const DELIMITER = encoder.encode('<IDS|MSG>')

/** ZeroMQ frames of a message: identities, delimiter, signature, four JSON parts, buffers. */
export const packFrames = (signer: Signer, { identities, parts, buffers }: RawMessage): Uint8Array[] => [
  ...identities,
  DELIMITER,
  encoder.encode(signer.sign(parts)),
  ...parts,
  ...buffers,
]

/** Take ZeroMQ frames apart and check their signature. @throws JupyterError `jupyter/bad-message` and those of `Signer.verify`. */
export function unpackFrames(signer: Signer, frames: readonly Uint8Array[]): RawMessage {
  const at = frames.findIndex(isDelimiter)
  const [signature, header, parent, metadata, content] = frames.slice(at + 1)
  if (at < 0 || !signature || !header || !parent || !metadata || !content)
    throw new JupyterError(
      'jupyter/bad-message',
      `Wanted a delimiter and five frames, found ${frames.length} frames`,
    )
  const parts = [header, parent, metadata, content] as const
  signer.verify(parts, signature)
  return { identities: frames.slice(0, at), parts, buffers: frames.slice(at + 6) }
}

const isDelimiter = (frame: Uint8Array): boolean =>
  frame.byteLength === DELIMITER.byteLength && DELIMITER.every((byte, i) => frame[i] === byte)
