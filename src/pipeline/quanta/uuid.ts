const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** 16 bytes as the text of a UUID. */
export function uuidText(bytes: Uint8Array, at = 0): string {
  let hex = ''
  for (let i = 0; i < 16; i++) hex += HEX[bytes[at + i]!]!
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** The text of a UUID as 16 bytes. */
export const uuidBytes = (id: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(id.replaceAll('-', '').match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
