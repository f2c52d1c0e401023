/** `35 ns`, `830 µs`, `12.3 ms`, `1.24 s`, `2 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 1e-3) return `${digits(ms * 1e6)} ns`
  if (ms < 1) return `${digits(ms * 1000)} µs`
  if (ms < 1000) return `${digits(ms)} ms`
  if (ms < 60_000) return `${digits(ms / 1000)} s`
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`
}

const digits = (x: number): string => (x >= 100 ? String(Math.round(x)) : x.toPrecision(3))
