import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** 32 random bytes as hex: the login token of one run. */
export const makeToken = (): string => randomBytes(32).toString('hex')

/** Equal without telling by time where they differ, or how long the secret is. */
export function secretsEqual(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(expected))
}

/**
 * Signs the cookies of one run. The key is new at each start and bound to the token, so a cookie dies with the process
 * and with a change of the token.
 */
export class Signer {
  readonly #key: Uint8Array

  constructor(token: string) {
    this.#key = createHmac('sha256', randomBytes(32)).update(token).digest()
  }

  sign(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('base64url')
  }
}
