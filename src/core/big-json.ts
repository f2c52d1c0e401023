/** JSON with whole numbers beyond 2^53, which nanoseconds and pixel numbers are: such numbers are bigints here. */
export function parseBigJson(text: string): unknown {
  const marked = text.replace(/"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g, (found) =>
    found.startsWith('"') || Number.isSafeInteger(Number(found)) ? found : `{"$big":"${found}"}`,
  )
  return JSON.parse(marked, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && '$big' in value ? BigInt(String(value.$big)) : value,
  )
}

/** The inverse: bigints are written as plain digits. */
export const bigJson = (value: unknown): string =>
  JSON.stringify(value, (_key, v: unknown) => (typeof v === 'bigint' ? `$big${v}` : v)).replace(
    /"\$big(-?\d+)"/g,
    '$1',
  )
