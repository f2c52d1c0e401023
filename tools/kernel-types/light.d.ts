// The globals most cells use, read until the full Node types are (they take as long to parse as all of ES2023).
interface Console {
  log(...data: unknown[]): void
  info(...data: unknown[]): void
  debug(...data: unknown[]): void
  warn(...data: unknown[]): void
  error(...data: unknown[]): void
  trace(...data: unknown[]): void
  table(data: unknown, columns?: readonly string[]): void
  dir(data: unknown, options?: object): void
  time(label?: string): void
  timeEnd(label?: string): void
  count(label?: string): void
  group(...label: unknown[]): void
  groupEnd(): void
  assert(condition?: boolean, ...data: unknown[]): void
}
declare var console: Console
