import { AsyncLocalStorage } from 'node:async_hooks'
import { inspect } from 'node:util'
import type { Capture } from './capture.ts'
import { allowDirtyStack } from './async-stack.ts'
import type { RunId } from '../protocol/threads.ts'
import { StoppingWork } from './stopping-work.ts'

/** What belongs to one run of a cell and follows it into every callback it starts. */
export interface RunContext {
  readonly run: RunId
  readonly label: string
  readonly allowStdin: boolean
  readonly abort: AbortController
  /** Displays whose data is still being made; the cell ends after them. */
  readonly pending: Set<Promise<void>>
  /** Work that an abort brings to a tidy end of its own; an interrupted cell ends after it. */
  readonly stopping: StoppingWork
  /** What magics ask of the front end, sent with the reply. */
  readonly payload: Readonly<Record<string, unknown>>[]
  /** Takes what is shown, instead of the cell: an output widget. */
  readonly capture?: Capture
}

const answers = new WeakSet<object>()

/** Mark the promise of an answer: a cell that ends with it and forgot the `await` shows what comes, or fails with its error. */
export function asAnswer<T>(promise: Promise<T>): Promise<T> {
  answers.add(promise)
  return promise
}

export const isAnswer = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && answers.has(value)

const runs = new AsyncLocalStorage<RunContext>()
let latest: RunContext = {
  run: 0,
  label: '',
  allowStdin: false,
  abort: new AbortController(),
  pending: new Set(),
  stopping: new StoppingWork(),
  payload: [],
}
runs.run(latest, allowDirtyStack)

/** The run whose code is executing, also late, from a timer it left behind; else the newest one. */
export const currentRun = (): RunContext => runs.getStore() ?? latest

/** So many cells stay known by their labels; a long session does not grow without end. */
const KEPT_CELLS = 5000

/** Take away the oldest entry of what is kept for each cell, when there are too many. */
export function dropOldest(kept: Map<string, unknown>): void {
  if (kept.size <= KEPT_CELLS) return
  const { value } = kept.keys().next()
  if (value !== undefined) kept.delete(value)
}

/** Labels of the cells that ran, newest run of each, for errors that lost their context. */
const byLabel = new Map<string, RunId>()

export const runOf = (label: string | undefined): RunId | undefined =>
  label === undefined ? undefined : byLabel.get(label)

export function runIn<T>(context: RunContext, work: () => T): T {
  latest = context
  byLabel.set(context.label, context.run)
  dropOldest(byLabel)
  return runs.run(context, work)
}

/**
 * Async contexts mark promises with symbol properties that would be printed with them; hidden when a promise is
 * printed, which then goes on as usual (an inspector that returns `this`).
 */
export function hideAsyncMarks(): void {
  const prototype: object = Promise.prototype
  Object.defineProperty(prototype, inspect.custom, { configurable: true, value: withoutMarks })
}

function withoutMarks(this: object): object {
  for (const mark of Object.getOwnPropertySymbols(this))
    if (/^Symbol\((?:async_id|trigger_async_id|kResourceStore)/.test(mark.toString()))
      Object.defineProperty(this, mark, { enumerable: false })
  return this
}
