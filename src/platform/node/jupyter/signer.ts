import { createHmac, timingSafeEqual } from 'node:crypto'
import { JupyterError } from './errors.ts'
import type { MessageParts } from './message.ts'

/** How many digests are remembered against replay; beyond it the oldest half is dropped (jupyter_client keeps as many). */
const HISTORY = 65_536

/** Signs and checks messages with the connection's shared key (HMAC over the four JSON parts, hex text). */
export class Signer {
  readonly #key: string
  readonly #hash: string
  #seen = new Set<string>()

  /** @param key empty switches signing off, as the protocol says. @param scheme `hmac-sha256` or another `hmac-HASH`. */
  constructor(key: string, scheme = 'hmac-sha256') {
    if (!scheme.startsWith('hmac-'))
      throw new JupyterError('jupyter/bad-scheme', `Signature scheme: wanted hmac-HASH, found '${scheme}'`)
    this.#key = key
    this.#hash = scheme.slice('hmac-'.length)
    if (key !== '') this.sign([EMPTY, EMPTY, EMPTY, EMPTY])
  }

  sign(parts: MessageParts): string {
    if (this.#key === '') return ''
    const hmac = createHmac(this.#hash, this.#key)
    for (const part of parts) hmac.update(part)
    return hmac.digest('hex')
  }

  /** @throws JupyterError `jupyter/bad-signature` on a wrong signature, `jupyter/replayed` on one seen before. */
  verify(parts: MessageParts, signature: Uint8Array): void {
    if (this.#key === '') return
    const wanted = this.sign(parts)
    const bytes = new TextEncoder().encode(wanted)
    if (signature.byteLength !== bytes.byteLength || !timingSafeEqual(signature, bytes))
      throw new JupyterError('jupyter/bad-signature', 'Message refused: its signature does not fit the key')
    if (this.#seen.has(wanted))
      throw new JupyterError('jupyter/replayed', 'Message refused: it was sent before')
    this.#remember(wanted)
  }

  #remember(digest: string): void {
    this.#seen.add(digest)
    if (this.#seen.size > HISTORY) this.#seen = new Set([...this.#seen].slice(HISTORY / 2))
  }
}

const EMPTY = new Uint8Array()
