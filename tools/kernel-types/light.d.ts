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

declare namespace NodeJS {
  interface Timeout extends Disposable {
    ref(): this
    unref(): this
    hasRef(): boolean
    refresh(): this
    close(): this
    [Symbol.toPrimitive](): number
  }
  interface Immediate extends Disposable {
    ref(): this
    unref(): this
    hasRef(): boolean
  }
}
interface SymbolConstructor {
  readonly dispose: unique symbol
}
interface Disposable {
  [Symbol.dispose](): void
}
declare function setTimeout(callback: (_: void) => void, ms?: number): NodeJS.Timeout
declare function setTimeout<A extends unknown[]>(callback: (...args: A) => void, ms?: number, ...args: A): NodeJS.Timeout
declare function setInterval(callback: (_: void) => void, ms?: number): NodeJS.Timeout
declare function setInterval<A extends unknown[]>(callback: (...args: A) => void, ms?: number, ...args: A): NodeJS.Timeout
declare function setImmediate(callback: (_: void) => void): NodeJS.Immediate
declare function setImmediate<A extends unknown[]>(callback: (...args: A) => void, ...args: A): NodeJS.Immediate
declare function clearTimeout(timeout: NodeJS.Timeout | string | number | undefined): void
declare function clearInterval(interval: NodeJS.Timeout | string | number | undefined): void
declare function clearImmediate(immediate: NodeJS.Immediate | undefined): void
declare function queueMicrotask(callback: () => void): void
declare function structuredClone<T>(value: T): T
declare var performance: { now(): number; readonly timeOrigin: number }
