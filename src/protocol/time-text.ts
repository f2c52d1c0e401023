/** A time as tables show it, from nanoseconds since 1970: whole days as a date, fractions of a second as far as they go. */
export function timeText(nanoseconds: bigint): string {
  const fraction = BigInt.asUintN(64, ((nanoseconds % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n)
  const at = new Date(Number((nanoseconds - fraction) / 1_000_000n))
  const [day = '', time = ''] = at.toISOString().slice(0, -5).split('T')
  const rest = fraction === 0n ? '' : `.${String(fraction).padStart(9, '0').replace(/0+$/, '')}`
  return time === '00:00:00' && rest === '' ? day : `${day} ${time}${rest}`
}
