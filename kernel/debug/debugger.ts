import type { JsonObject } from '../../src/platform/node/jupyter/index.ts'
import { didYouMean, messageOf } from '#core'
import { KernelError } from '../errors.ts'
import { DEBUG_ACCESS } from '../protocol/debug-access.ts'
import type { CompiledCell, CompiledModule, DisplayData } from '../protocol/threads.ts'
import type { LanguageThread } from '../session/language-thread.ts'
import { Breakpoints } from './breakpoints.ts'
import {
  dapRequest,
  type DapEvent,
  type DapResponse,
  numberOf,
  objectOf,
  sourceBreakpoints,
  textOf,
} from './dap.ts'
import { Evaluator } from './evaluate.ts'
import { type CallFrame, type Frame, frameName, frameNames, framesOf } from './frames.ts'
import { type Evaluated, fieldsOf, Handles, type NamedValue, shortText } from './remote.ts'
import { DebugSources, foreignPattern, HASH_SEED } from './sources.ts'
import type { InspectorParams, WorkerInspector } from './worker-inspector.ts'

export interface DebuggerParts {
  readonly inspector: WorkerInspector
  readonly language: LanguageThread
  /** Tell every front end. */
  emit(event: DapEvent): void
  /** True while a cell runs. */
  isBusy(): boolean
}

type Handler = (args: JsonObject) => Promise<JsonObject> | JsonObject

/** Cells run in one thread; the protocol wants a number for it. */
const THREAD = 1
/** Steps over code that the compiler made up before giving up on finding a line of the user's. */
const MOST_SILENT_STEPS = 50
/** V8's reason after a step; since Node 24 it has a name of its own. */
const AT_A_STEP: ReadonlySet<unknown> = new Set(['other', 'step'])

interface Stop {
  readonly frames: readonly Frame[]
}

/**
 * Debugs cells and local modules for a Jupyter front end: the Debug Adapter Protocol on one side, V8's inspector on the
 * other, TypeScript lines told by the cells' source maps. Code of packages and of the kernel is stepped over.
 */
export class Debugger {
  readonly #parts: DebuggerParts
  readonly #sources = new DebugSources()
  readonly #breakpoints: Breakpoints
  readonly #evaluator: Evaluator
  readonly #handles: Handles
  readonly #handlers: ReadonlyMap<string, Handler>
  #isStarted = false
  #isAttached = false
  #exceptions: 'none' | 'all' | 'uncaught' = 'none'
  #stop: Stop | undefined
  #silentSteps = 0
  /** Where a step over a line began. */
  #left: string | undefined
  #seq = 0

  constructor(parts: DebuggerParts) {
    this.#parts = parts
    const { inspector } = parts
    this.#breakpoints = new Breakpoints(inspector, this.#sources)
    this.#evaluator = new Evaluator(inspector, parts.language)
    this.#handles = new Handles(inspector)
    this.#handlers = this.#makeHandlers()
    inspector.listen({
      event: (method, params) => this.#event(method, params),
      attached: () => void (this.#isAttached && this.#enable().catch(() => {})),
      detached: () => this.#resumed(),
    })
  }

  /** Answer a `debug_request`; failures are answers too. */
  async handle(content: JsonObject): Promise<DapResponse> {
    const { seq, command, arguments: args } = dapRequest(content)
    const respond = (success: boolean, body: JsonObject, message?: string): DapResponse => ({
      type: 'response',
      seq: ++this.#seq,
      request_seq: seq,
      success,
      command,
      ...(message !== undefined && { message }),
      body,
    })
    const handler = this.#handlers.get(command)
    if (handler === undefined)
      return respond(
        false,
        {},
        `No debug command '${command}'.${didYouMean(command, [...this.#handlers.keys()])}`,
      )
    try {
      return respond(true, await handler(args))
    } catch (error) {
      return respond(false, {}, messageOf(error))
    }
  }

  /** A cell is about to run: its lines become known, its breakpoints are set. */
  async cellCompiled(cell: CompiledCell): Promise<void> {
    const script = this.#sources.addCell(cell)
    if (this.#isAttached) await this.#breakpoints.place(script)
  }

  async moduleCompiled(module: CompiledModule): Promise<void> {
    for (const script of this.#sources.addModule(module))
      if (this.#isAttached) await this.#breakpoints.place(script)
  }

  /** Let go of a thread that stands at a breakpoint and end what it does: for interrupts and for leaving. */
  async terminate(): Promise<void> {
    if (this.#stop === undefined) return
    await this.#parts.inspector.call('Debugger.resume', { terminateOnResume: true }).catch(() => {})
  }

  #makeHandlers(): ReadonlyMap<string, Handler> {
    return new Map<string, Handler>([
      ['initialize', () => this.#initialize()],
      ['attach', () => this.#attach()],
      ['configurationDone', () => ({})],
      ['disconnect', () => this.#disconnect()],
      ['debugInfo', () => this.#info()],
      ['dumpCell', ({ code }) => ({ sourcePath: this.#sources.dump(textOf(code)) })],
      ['setBreakpoints', (args) => this.#setBreakpoints(args)],
      ['setExceptionBreakpoints', (args) => this.#setExceptionBreakpoints(args)],
      ['source', (args) => this.#source(args)],
      ['threads', () => ({ threads: [{ id: THREAD, name: 'cells' }] })],
      ['modules', () => ({ modules: [], totalModules: 0 })],
      ['stackTrace', (args) => this.#stackTrace(args)],
      ['scopes', (args) => this.#scopes(args)],
      ['variables', (args) => this.#variables(args)],
      ['inspectVariables', () => this.#inspectVariables()],
      ['richInspectVariables', (args) => this.#richInspectVariables(args)],
      ['evaluate', (args) => this.#evaluate(args)],
      ['continue', () => this.#go('Debugger.resume', { allThreadsContinued: true })],
      ['next', () => this.#go('Debugger.stepOver')],
      ['stepIn', () => this.#go('Debugger.stepInto')],
      ['stepOut', () => this.#go('Debugger.stepOut')],
      ['pause', () => this.#pause()],
    ])
  }

  #initialize(): JsonObject {
    this.#isStarted = true
    return {
      supportsConfigurationDoneRequest: true,
      supportsConditionalBreakpoints: true,
      supportsEvaluateForHovers: true,
      supportsTerminateRequest: false,
      exceptionBreakpointFilters: [
        { filter: 'raised', label: 'Raised Exceptions', default: false },
        { filter: 'uncaught', label: 'Uncaught Exceptions', default: false },
      ],
    }
  }

  async #attach(): Promise<JsonObject> {
    this.#isStarted = true
    this.#isAttached = true
    await this.#enable()
    this.#emit('initialized')
    return {}
  }

  async #enable(): Promise<void> {
    const { inspector, language } = this.#parts
    await inspector.ready()
    await inspector.call('Debugger.enable')
    await inspector.call('Debugger.setBlackboxPatterns', { patterns: [foreignPattern(language.emitted)] })
    await inspector.call('Debugger.setPauseOnExceptions', { state: this.#exceptions })
    this.#breakpoints.forget()
    for (const script of this.#sources.all()) await this.#breakpoints.place(script)
  }

  async #disconnect(): Promise<JsonObject> {
    if (this.#isAttached) await this.#parts.inspector.call('Debugger.disable').catch(() => {})
    this.#resumed()
    this.#breakpoints.clear()
    this.#isAttached = false
    this.#isStarted = false
    this.#exceptions = 'none'
    return {}
  }

  #info(): JsonObject {
    return {
      isStarted: this.#isStarted,
      hashMethod: 'Murmur2',
      hashSeed: HASH_SEED,
      tmpFilePrefix: this.#sources.prefix,
      tmpFileSuffix: this.#sources.suffix,
      breakpoints: this.#breakpoints.list(),
      stoppedThreads: this.#stop === undefined ? [] : [THREAD],
      richRendering: true,
      exceptionPaths: [],
      copyToGlobals: false,
    }
  }

  async #setBreakpoints(args: JsonObject): Promise<JsonObject> {
    this.#mustBeAttached()
    const path = textOf(objectOf(args['source'])['path'])
    return { breakpoints: await this.#breakpoints.set(path, sourceBreakpoints(args)) }
  }

  async #setExceptionBreakpoints({ filters }: JsonObject): Promise<JsonObject> {
    const wanted = Array.isArray(filters) ? (filters as unknown[]) : []
    this.#exceptions = wanted.includes('raised') ? 'all' : wanted.includes('uncaught') ? 'uncaught' : 'none'
    if (this.#isAttached)
      await this.#parts.inspector.call('Debugger.setPauseOnExceptions', { state: this.#exceptions })
    return {}
  }

  #source(args: JsonObject): JsonObject {
    const path = textOf(objectOf(args['source'])['path'])
    const content = this.#sources.text(path)
    if (content === undefined)
      throw new KernelError(
        'kernel/debug-source',
        `No cell and no module of this notebook has the path ${path}`,
      )
    return { content, mimeType: 'text/typescript' }
  }

  #stackTrace({ startFrame, levels }: JsonObject): JsonObject {
    const all = this.#mustBeStopped().frames
    const start = numberOf(startFrame) ?? 0
    const most = numberOf(levels) ?? 0
    const shown = all.slice(start, most > 0 ? start + most : undefined)
    const stackFrames = shown.map((frame) => ({
      id: frame.id,
      name: frameName(frame),
      source: { name: frame.script.name, path: frame.script.path },
      line: (frame.place?.line ?? 0) + 1,
      column: (frame.place?.column ?? 0) + 1,
    }))
    return { stackFrames, totalFrames: all.length }
  }

  #scopes({ frameId }: JsonObject): JsonObject {
    const { locals, closure } = frameNames(this.#parts.inspector, this.#frame(frameId))
    const scope = (name: string, read: () => Promise<readonly NamedValue[]>) => ({
      name,
      variablesReference: this.#handles.add(read),
      expensive: false,
    })
    const scopes = [scope('Locals', locals), scope('Closure', closure)]
    return { scopes: [...scopes, scope('Notebook', () => this.#notebookNames())] }
  }

  async #variables({ variablesReference }: JsonObject): Promise<JsonObject> {
    return { variables: await this.#handles.read(numberOf(variablesReference) ?? 0) }
  }

  /** The notebook's variables, also while nothing is being debugged. */
  async #inspectVariables(): Promise<JsonObject> {
    const values = await this.#notebookNames()
    return { variables: values.map(({ name, value }) => this.#handles.variable(name, value)) }
  }

  async #notebookNames(): Promise<readonly NamedValue[]> {
    const { inspector } = this.#parts
    const own = await inspector.call<Evaluated>('Runtime.evaluate', { expression: `${DEBUG_ACCESS}.own()` })
    return own.result.objectId === undefined ? [] : fieldsOf(inspector, own.result.objectId)
  }

  /** How a variable looks: with pictures when the thread is free to make them, as text otherwise. */
  async #richInspectVariables({ variableName, frameId }: JsonObject): Promise<JsonObject> {
    const frame = this.#stop === undefined ? undefined : this.#frame(frameId ?? this.#stop.frames[0]?.id)
    const value = await this.#evaluator.value(textOf(variableName), frame)
    if (value.objectId === undefined) return { data: { 'text/plain': shortText(value) }, metadata: {} }
    const isFree = this.#stop === undefined && !this.#parts.isBusy()
    const done = await this.#parts.inspector.call<Evaluated>('Runtime.callFunctionOn', {
      objectId: value.objectId,
      functionDeclaration: `function () { return ${DEBUG_ACCESS}.${isFree ? 'bundle' : 'text'}(this) }`,
      awaitPromise: isFree,
      returnByValue: true,
    })
    if (isFree) return { ...(done.result.value as DisplayData) }
    return { data: { 'text/plain': String(done.result.value) }, metadata: {} }
  }

  async #evaluate({ expression, frameId }: JsonObject): Promise<JsonObject> {
    const frame = this.#stop === undefined ? undefined : this.#frame(frameId ?? this.#stop.frames[0]?.id)
    const value = await this.#evaluator.value(textOf(expression), frame)
    const { value: result, variablesReference } = this.#handles.variable('', value)
    return { result, type: value.className ?? value.type, variablesReference }
  }

  async #go(method: string, body: JsonObject = {}): Promise<JsonObject> {
    const { frames } = this.#mustBeStopped()
    this.#silentSteps = 0
    this.#left = method === 'Debugger.stepOver' ? lineOf(frames) : undefined
    await this.#parts.inspector.call(method)
    return body
  }

  async #pause(): Promise<JsonObject> {
    this.#mustBeAttached()
    await this.#parts.inspector.call('Debugger.pause')
    return {}
  }

  #event(method: string, params: InspectorParams): void {
    if (method === 'Debugger.resumed') this.#resumed()
    else if (method === 'Debugger.paused')
      void this.#paused(params).catch(() => this.#resume('Debugger.resume'))
  }

  async #paused(params: InspectorParams): Promise<void> {
    const { inspector } = this.#parts
    const calls = params['callFrames'] as readonly CallFrame[]
    const { frames, isOwn } = framesOf(calls, this.#sources, (id) => inspector.urlOf(id))
    const hits = (params['hitBreakpoints'] ?? []) as readonly string[]
    const top = frames[0]
    if (top === undefined) return this.#resume('Debugger.resume')
    const isMade = !isOwn || top.place === undefined
    const isLeft = this.#left !== undefined && this.#left === lineOf(frames)
    if (
      (isMade || isLeft) &&
      hits.length === 0 &&
      AT_A_STEP.has(params['reason']) &&
      this.#silentSteps++ < MOST_SILENT_STEPS
    )
      return this.#resume('Debugger.stepOver')
    if (hits.length > 0 && !(await this.#isWanted(hits, top))) return this.#resume('Debugger.resume')
    this.#stop = { frames }
    this.#emit('stopped', { threadId: THREAD, allThreadsStopped: true, ...reasonOf(params, hits) })
  }

  /** A breakpoint without a condition stops always; one whose condition cannot be evaluated stops too. */
  async #isWanted(hits: readonly string[], frame: Frame): Promise<boolean> {
    for (const condition of this.#breakpoints.conditions(hits)) {
      if (condition === undefined) return true
      const answer = await this.#evaluator.value(`!!(${condition})`, frame).catch(() => undefined)
      if (answer?.value !== false) return true
    }
    return false
  }

  #resume(method: string): void {
    this.#parts.inspector.send(method)
  }

  #resumed(): void {
    if (this.#stop === undefined) return
    this.#stop = undefined
    this.#handles.clear()
    this.#emit('continued', { threadId: THREAD, allThreadsContinued: true })
  }

  #emit(event: string, body: JsonObject = {}): void {
    this.#parts.emit({ type: 'event', seq: ++this.#seq, event, body })
  }

  #frame(id: unknown): Frame {
    const frame = this.#mustBeStopped().frames.find((one) => one.id === id)
    if (frame === undefined)
      throw new KernelError('kernel/debug-frame', `No frame ${String(id)} at this stop`)
    return frame
  }

  #mustBeStopped(): Stop {
    if (this.#stop !== undefined) return this.#stop
    throw new KernelError('kernel/debug-running', 'No cell stands at a breakpoint', {
      hint: 'Set a breakpoint in a cell and run it.',
    })
  }

  #mustBeAttached(): void {
    if (this.#isAttached) return
    throw new KernelError('kernel/debug-detached', 'The debugger is not attached', {
      hint: "Send 'initialize' and 'attach' first.",
    })
  }
}

/** The line of the innermost frame: a step over it ends on another, though the compiler made several statements of it. */
const lineOf = (frames: readonly Frame[]): string =>
  `${frames.length} ${frames[0]?.script.path} ${frames[0]?.place?.line}`

/** V8's reason in the protocol's words. */
function reasonOf(params: InspectorParams, hits: readonly string[]): JsonObject {
  if (hits.length > 0) return { reason: 'breakpoint' }
  if (params['reason'] === 'exception' || params['reason'] === 'promiseRejection')
    return { reason: 'exception', text: textOf(objectOf(params['data'])['description']) }
  return { reason: 'step' }
}
