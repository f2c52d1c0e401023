import type { JsonObject } from '../../src/platform/node/jupyter/index.ts'

/** The part of the Debug Adapter Protocol that Jupyter front ends speak, fields named as on the wire. */

export interface DapRequest {
  readonly seq: number
  readonly command: string
  readonly arguments: JsonObject
}

export interface DapResponse {
  readonly type: 'response'
  readonly seq: number
  readonly request_seq: number
  readonly success: boolean
  readonly command: string
  readonly message?: string
  readonly body: JsonObject
}

export interface DapEvent {
  readonly type: 'event'
  readonly seq: number
  readonly event: string
  readonly body: JsonObject
}

export interface DapVariable {
  readonly name: string
  readonly value: string
  /** Class of an object. JupyterLab shows it in the value's place, so plain values have none. */
  readonly type?: string
  /** What to evaluate to get this value again; empty when there is no such expression. */
  readonly evaluateName: string
  /** Number to ask the value's own fields by; 0 when it has none. */
  readonly variablesReference: number
}

export interface DapSource {
  readonly name: string
  readonly path: string
}

export interface SourceBreakpoint {
  /** Counted from 1. */
  readonly line: number
  /** TypeScript expression; the breakpoint stops only where it is true. */
  readonly condition?: string
}

/** A `debug_request`'s content, narrowed; a missing field takes the protocol's default. */
export function dapRequest(content: JsonObject): DapRequest {
  return {
    seq: numberOf(content['seq']) ?? 0,
    command: textOf(content['command']),
    arguments: objectOf(content['arguments']),
  }
}

export function sourceBreakpoints(args: JsonObject): SourceBreakpoint[] {
  const list = Array.isArray(args['breakpoints']) ? (args['breakpoints'] as unknown[]) : []
  return list.flatMap((entry) => {
    const { line, condition } = objectOf(entry)
    const at = numberOf(line)
    if (at === undefined || at < 1) return []
    return [{ line: at, ...(typeof condition === 'string' && condition !== '' && { condition }) }]
  })
}

export const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? Math.trunc(value) : undefined

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

export const objectOf = (value: unknown): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}
