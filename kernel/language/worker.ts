import { setFlagsFromString } from 'node:v8'
import { parentPort, workerData } from 'node:worker_threads'
import { messageOf } from '#core'
import { completions } from '../complete/completions.ts'
import { inspect, magicInspect } from '../complete/inspect.ts'
import { dataCompletions } from '../data/complete.ts'
import { dataInspect } from '../data/inspect.ts'
import { SessionData } from '../data/session-data.ts'
import type { LanguageCalls, LanguageMethod, LanguageReply, LanguageRequest } from '../protocol/threads.ts'
import { compileCell, compileExpression, placeCell } from './compile.ts'
import { saveCompilerCache } from './compiler.ts'
import { completeState } from './is-complete.ts'
import { LocalModules } from './local-modules.ts'
import { ScopeNames } from './names.ts'
import { CellService } from './service.ts'
import { sessionNames } from './session-names.ts'
import { prepareCell } from '../magic/prepare.ts'

export interface LanguageData {
  readonly folder: string
  /** Private folder for compiled local modules, removed by the socket thread. */
  readonly emitted: string
}

/** The language thread: checks, compiles, completes, inspects. It never runs a user's code. */

const { folder, emitted } = workerData as LanguageData
const port = parentPort
if (port === null) throw new Error('Broken invariant: the language service runs as a worker')

const service = new CellService(folder)
const scope = new ScopeNames(sessionNames)
const modules = new LocalModules(emitted)
const data = new SessionData(service, process.env)

type Handlers = { [M in LanguageMethod]: (ask: LanguageCalls[M]['ask']) => LanguageCalls[M]['answer'] }

const handlers: Handlers = {
  compile: (ask) => compileCell(service, scope, ask),
  compileExpression: ({ source }) => compileExpression(source),
  commit: ({ serial, published }) => (scope.commit(serial, published), null),
  forget: () => (scope.clear(), null),
  complete: ({ code, cursor }) =>
    dataCompletions(data.repository, code, cursor) ?? completions(service, scope, code, cursor),
  inspect: (ask) => magicInspect(ask) ?? dataInspect(data.repository, ask) ?? inspect(service, scope, ask),
  isComplete: ({ code }) => completeState(code),
  compileModule: ({ path }) => modules.compile(path),
  names: () => liveNames(),
  setData: (repository) => (data.set(repository), null),
}

let last: Promise<unknown> = Promise.resolve()

/** One after the other; code that speaks of the repository waits, at the session's begin, until it is known. */
port.on('message', (request: LanguageRequest) => {
  if (request.method === 'setData') return port.postMessage(answer(request))
  last = last
    .then(() => data.ready(codeOf(request)))
    .then(() => {
      port.postMessage(answer(request))
      whenIdle(warmUp)
    })
})

function codeOf({ method, ask }: LanguageRequest): string {
  if (method === 'compile') return ask.source
  return method === 'complete' || method === 'inspect' ? ask.code : ''
}

function answer({ id, method, ask }: LanguageRequest): LanguageReply {
  try {
    const handle = handlers[method] as (ask: unknown) => LanguageCalls[LanguageMethod]['answer']
    return { id, answer: handle(ask) }
  } catch (error) {
    return { id, failure: error instanceof Error ? (error.stack ?? messageOf(error)) : messageOf(error) }
  }
}

/** The user's names with their types, for `%who`. */
function liveNames(): { name: string; type: string }[] {
  const names = [...scope.userNames()]
    .filter(([, { kind, from }]) => kind !== 'type' && from.startsWith('$'))
    .map(([name]) => name)
  if (names.length === 0) return []
  const text = names.map((name) => `${name};`).join('\n')
  placeCell(service, scope, prepareCell(text))
  const { program, cell } = service.program()
  const checker = program.getTypeChecker()
  return names.map((name, i) => {
    const statement = cell.statements[i]
    const expression =
      statement !== undefined && 'expression' in statement
        ? (statement.expression as Parameters<typeof checker.getTypeAtLocation>[0])
        : undefined
    return {
      name,
      type: expression === undefined ? '' : checker.typeToString(checker.getTypeAtLocation(expression)),
    }
  })
}

let timer: NodeJS.Timeout | undefined
const IDLE_MS = 400

function whenIdle(work: () => void): void {
  clearTimeout(timer)
  timer = setTimeout(work, IDLE_MS)
  timer.unref()
}

let isWarm = false

/** After the first cells, read Node's types while nobody waits, so that the first import does not. */
function warmUp(): void {
  if (isWarm) return
  isWarm = true
  service.useNodeTypes()
  if (hasRepository(process.env)) service.useEngineTypes()
  compileCell(service, scope, { source: PRACTICE, serial: 0, label: '' })
  saveCompilerCache()
}

/**
 * What cells are made of, in a block, so that it leaves no names: V8 compiles the compiler's functions at their first use, 20 ms
 * of the first cell with a loop, and the next kernel finds them in the cache.
 */
const PRACTICE = `{
  for (let i = 0; i < 2; i++) console.log(i, \`line \${i}\`)
  const doubled = [1, 2].map((x) => x * 2).filter((x) => x > 2)
  interface Named { readonly name: string; size?: number }
  const told = async ({ name, ...rest }: Named): Promise<string> => (rest.size ?? 0) > 1 ? name : 'none'
  class Box<T> { constructor(private held: T) {} get value(): T { return this.held } }
  try { if (doubled.length === 0) throw new Error(await told({ name: 'a' })) } catch (error) { String(error) }
  new Box({ ...doubled }).value
}`

/** A session that was given a repository will soon say `butler`. */
const hasRepository = (env: NodeJS.ProcessEnv): boolean => (env['FIRSTLIGHT_REPO'] ?? '') !== ''

/**
 * The first check reads and binds the standard library; it begins at once, beside the kernel's start. The optimising
 * compiler rests meanwhile: what it makes of code that runs for 200 ms is thrown away again, at twice the processor time.
 */
function checkFirst(): void {
  setFlagsFromString('--no-opt')
  try {
    compileCell(service, scope, { source: '1 + 1', serial: 0, label: '' })
  } finally {
    setFlagsFromString('--opt')
  }
}
checkFirst()
