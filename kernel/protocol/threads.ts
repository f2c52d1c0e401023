import type { RepositoryData } from './repository-data.ts'

/** Messages between the socket thread, the execution thread and the language thread. Plain data only. */

/** Number of one run; the socket thread keeps which request it answers. */
export type RunId = number

/** What front ends show of a failure. */
export interface CellError {
  readonly ename: string
  readonly evalue: string
  readonly traceback: readonly string[]
}

/** MIME type to content: text, or JSON for `+json` types; binary types as base64 text. */
export type MimeBundle = Readonly<Record<string, unknown>>

export interface DisplayData {
  readonly data: MimeBundle
  readonly metadata: MimeBundle
  readonly displayId?: string
}

/** How a name lives between cells: `live` ones (let, var) are read where they stand, `fixed` ones may be copied. */
export type NameKind = 'live' | 'fixed' | 'type'

export interface DeclaredName {
  readonly name: string
  readonly kind: NameKind
  /** Said to exist by `declare`: it has a type, and its value is none of the scope's. */
  readonly isAmbient?: boolean
}

/** A cell ready to run: the body of an async function of (`__firstlight`, `__scope`). */
export interface CompiledCell {
  /** Number of the compilation, never used twice. */
  readonly serial: number
  /** What errors call it: `In[3]`. */
  readonly label: string
  readonly source: string
  readonly js: string
  /** Source map (JSON, version 3) from `js` to `source`. */
  readonly map: string
  readonly declares: readonly DeclaredName[]
  /** It leaves names or augmentations to later cells, to be committed when it has run. */
  readonly isKept: boolean
  /** Session globals it mentions; opened before it runs. */
  readonly uses: readonly string[]
  /** Files that it asks for by `require`: modules of TypeScript among them are compiled before it runs. */
  readonly requires: readonly string[]
  /** `%%time`: say how long it took. */
  readonly timed: boolean
}

// ——— language thread

export interface CompletionMatch {
  readonly text: string
  readonly type: string
  readonly signature: string
  /** The name's doc comment. */
  readonly documentation?: string
  /** Code-point offsets in the request's code. */
  readonly start: number
  readonly end: number
}

export type CompleteState =
  | { readonly status: 'complete' | 'invalid' | 'unknown' }
  | { readonly status: 'incomplete'; readonly indent: string }

export interface InspectResult {
  readonly found: boolean
  readonly data: MimeBundle
}

export interface CompletionResult {
  readonly start: number
  readonly end: number
  readonly matches: readonly CompletionMatch[]
}

/** An expression as JavaScript with the identifiers it mentions, or why it cannot be read. */
export type CompiledExpression =
  | { readonly js: string; readonly mentions: readonly string[] }
  | { readonly error: CellError }

/** A local module graph compiled for import: where its entry lies. */
export interface CompiledModule {
  /** file: URL of the emitted entry; changes when the module or one it imports changes. */
  readonly url: string
  /** Emitted path → source path and map, of the modules that are new. */
  readonly files: readonly { readonly emitted: string; readonly source: string; readonly map: string }[]
}

/** Questions to the language thread and their answers. */
export interface LanguageCalls {
  compile: {
    ask: { source: string; serial: number; label: string }
    answer: { cell: CompiledCell } | { error: CellError }
  }
  /** An expression on the scope, unchecked: user_expressions. */
  compileExpression: { ask: { source: string }; answer: CompiledExpression }
  commit: { ask: { serial: number; published: readonly string[] }; answer: null }
  forget: { ask: null; answer: null }
  complete: { ask: { code: string; cursor: number }; answer: CompletionResult }
  inspect: { ask: { code: string; cursor: number; detail: number }; answer: InspectResult }
  isComplete: { ask: { code: string }; answer: CompleteState }
  compileModule: { ask: { path: string }; answer: CompiledModule | { error: CellError } }
  names: { ask: null; answer: readonly { name: string; type: string }[] }
  /** What is known of the open repository from now on; null: none could be opened. */
  setData: { ask: RepositoryData | null; answer: null }
}

export type LanguageMethod = keyof LanguageCalls

export type LanguageRequest = {
  [M in LanguageMethod]: { readonly id: number; readonly method: M; readonly ask: LanguageCalls[M]['ask'] }
}[LanguageMethod]

export type LanguageReply =
  | { readonly id: number; readonly answer: LanguageCalls[LanguageMethod]['answer'] }
  | { readonly id: number; readonly failure: string }

// ——— execution thread

export interface CommMessage {
  readonly op: 'open' | 'msg' | 'close'
  readonly commId: string
  readonly target?: string
  readonly data: Readonly<Record<string, unknown>>
  readonly metadata: Readonly<Record<string, unknown>>
  readonly buffers: readonly Uint8Array[]
}

/** Socket thread → execution thread. */
export type ToExecution =
  | {
      readonly kind: 'run'
      readonly run: RunId
      readonly cell: CompiledCell
      readonly allowStdin: boolean
      /** Name → compiled expression or why it could not be compiled. */
      readonly expressions: Readonly<Record<string, CompiledExpression>>
    }
  /** A cell that runs quanta is being checked. */
  | { readonly kind: 'begin'; readonly run: RunId }
  /** It will not run; answered by `done`. */
  | { readonly kind: 'withdraw'; readonly run: RunId; readonly state: 'failed' | 'cancelled' }
  | { readonly kind: 'interrupt'; readonly ticket: number; readonly press: number }
  | { readonly kind: 'input'; readonly run: RunId; readonly value: string }
  | { readonly kind: 'comm'; readonly message: CommMessage; readonly run: RunId }
  | { readonly kind: 'language'; readonly id: number; readonly reply: LanguageReply }

/** The answer to one user expression. */
export type ExpressionReply =
  | ({ readonly status: 'ok' } & DisplayData)
  | ({ readonly status: 'error' } & CellError)

/** Execution thread → socket thread. */
export type FromExecution =
  | { readonly kind: 'ready' }
  /** Something was printed: it is in shared memory. */
  | { readonly kind: 'prints' }
  | { readonly kind: 'display'; readonly run: RunId; readonly display: DisplayData; readonly update: boolean }
  | { readonly kind: 'clear'; readonly run: RunId; readonly wait: boolean }
  | { readonly kind: 'result'; readonly run: RunId; readonly display: DisplayData }
  /** An error nobody awaited, shown under the cell it came from. */
  | { readonly kind: 'stray'; readonly run: RunId; readonly error: CellError }
  | {
      readonly kind: 'input'
      readonly run: RunId
      readonly prompt: string
      readonly password: boolean
      /** The thread stands until the answer is in shared memory. */
      readonly blocking: boolean
    }
  | { readonly kind: 'comm'; readonly run: RunId; readonly message: CommMessage }
  /** A message for the broadcast channel as a cell made it. */
  | {
      readonly kind: 'broadcast'
      readonly run: RunId
      readonly type: string
      readonly content: Readonly<Record<string, unknown>>
      readonly metadata: MimeBundle
      readonly buffers: readonly Uint8Array[]
    }
  | { readonly kind: 'language'; readonly id: number; readonly request: Omit<LanguageRequest, 'id'> }
  | { readonly kind: 'interrupted'; readonly ticket: number }
  | {
      readonly kind: 'done'
      readonly run: RunId
      readonly error: CellError | undefined
      readonly published: readonly string[]
      readonly expressions: Readonly<Record<string, ExpressionReply>>
      readonly payload: readonly Readonly<Record<string, unknown>>[]
    }
  /** The handler of a comm message has ended. */
  | { readonly kind: 'handled'; readonly run: RunId }
