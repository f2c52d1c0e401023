// The part of the web platform that Node, browsers and workers share and that the engine may use.
// `src` is compiled without the DOM and Node libraries; what is not declared here is not portable.
/* eslint-disable no-var */
interface AbortSignal {
  readonly aborted: boolean
  readonly reason: unknown
  throwIfAborted(): void
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void
  removeEventListener(type: 'abort', listener: () => void): void
}
declare var AbortSignal: {
  abort(reason?: unknown): AbortSignal
  any(signals: readonly AbortSignal[]): AbortSignal
}
interface AbortController {
  readonly signal: AbortSignal
  abort(reason?: unknown): void
}
declare var AbortController: { new (): AbortController }

interface TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>
}
declare var TextEncoder: { new (): TextEncoder }
interface TextDecoder {
  decode(bytes?: ArrayBufferView | ArrayBufferLike): string
}
declare var TextDecoder: { new (label?: string, options?: { fatal?: boolean }): TextDecoder }

declare var crypto: {
  getRandomValues<T extends ArrayBufferView>(array: T): T
  randomUUID(): string
  readonly subtle: { digest(algorithm: string, data: ArrayBufferView | ArrayBuffer): Promise<ArrayBuffer> }
}
declare var performance: { now(): number }
declare function structuredClone<T>(value: T, options?: { transfer?: readonly unknown[] }): T
declare function setTimeout(callback: () => void, ms?: number): unknown
declare function clearTimeout(id: unknown): void
declare function queueMicrotask(callback: () => void): void
declare function atob(text: string): string
declare function btoa(text: string): string

declare namespace WebAssembly {
  interface Module {
    readonly __wasmModule?: never
  }
  interface Memory {
    readonly buffer: ArrayBuffer
    grow(pages: number): number
  }
  interface Instance {
    readonly exports: Record<string, unknown>
  }
}
declare var WebAssembly: {
  Module: { new (bytes: ArrayBufferView | ArrayBuffer): WebAssembly.Module }
  Memory: { new (descriptor: { initial: number; maximum?: number; shared?: boolean }): WebAssembly.Memory }
  Instance: { new (module: WebAssembly.Module, imports?: Record<string, unknown>): WebAssembly.Instance }
}
