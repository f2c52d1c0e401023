import { fileURLToPath } from 'node:url'
import { insist } from './builtins.ts'
import { takePort } from './own-port.ts'
import { Comms } from '../comm/comms.ts'
import { Displays } from '../display/display.ts'
import { beginPicture, endPicture } from '../display/begun-picture.ts'
import { useDisplays } from '../display/session-displays.ts'
import { type Posted, PrintWriter } from '../protocol/print-ring.ts'
import { checkJson } from '../protocol/sendable.ts'
import type { FromExecution, ToExecution } from '../protocol/threads.ts'
import { repairAsyncStack } from './async-stack.ts'
import { exposeToDebugger } from './debug-access.ts'
import { Input } from './input.ts'
import { LanguageClient } from './language-client.ts'
import { CellModules } from './modules.ts'
import { captureOutput } from './output.ts'
import { currentRun, hideAsyncMarks, runIn } from './run-context.ts'
import { CellRunner } from './run-cell.ts'
import { makeScope } from './session.ts'
import { cellOf, installStackTraces, toCellError } from './stack.ts'
import { reportStrays } from './strays.ts'

/** The execution thread: it alone runs the user's code. What it shows goes to the socket thread as messages. */

export interface ExecutionData {
  readonly folder: string
  /** What is printed and not yet published (protocol/print-ring). */
  readonly prints: SharedArrayBuffer
  /** Answer of the blocking prompt. */
  readonly prompt: SharedArrayBuffer
  /** How many works tidy up by themselves when interrupted (one i32). */
  readonly stopping: SharedArrayBuffer
}

const {
  port,
  data: { folder, prints, prompt, stopping },
} = takePort<ExecutionData>()
const post = (message: FromExecution, transfer: readonly ArrayBuffer[] = []): void =>
  port.postMessage({ message, progress: writer.progress() } satisfies Posted, [...transfer])
const writer = new PrintWriter(prints, () => post({ kind: 'prints' }))

captureOutput((print) => writer.write(print))
installStackTraces()
hideAsyncMarks()
reportStrays(post, { cellOf, toCellError })

const input = new Input(post, prompt)
const comms = new Comms(post)
const displays = new Displays(post)
useDisplays(displays)
const language = new LanguageClient(post)
const modules = new CellModules(folder, language)
const { scope, prepare } = makeScope({
  folder,
  input,
  comms,
  displays,
  language,
  broadcast: (type, content, { metadata = {}, buffers = [] }) => {
    checkJson({ type, content, metadata }, 'The message')
    const copies = buffers.map((bytes) => Uint8Array.from(bytes))
    post({ kind: 'broadcast', run: currentRun().run, type, content, metadata, buffers: copies })
  },
  addPayload: (payload) => void currentRun().payload.push(payload),
})
exposeToDebugger(scope)
const runner = new CellRunner({ post, scope, modules, prepare, nStopping: new Int32Array(stopping) })
Object.assign(globalThis, {
  require: modules.require,
  __dirname: folder,
  __filename: fileURLToPath(modules.meta.url),
})

port.on('message', (message: ToExecution) => insist(() => receive(message)))

function receive(message: ToExecution): void {
  switch (message.kind) {
    case 'run':
      return runner.run(message)
    case 'begin':
      begin(message.run)
      return
    case 'withdraw':
      endPicture(message.run, message.state)
      return post({
        kind: 'done',
        run: message.run,
        error: undefined,
        published: [],
        expressions: {},
        payload: [],
      })
    case 'interrupt':
      repairAsyncStack()
      runner.interrupt(message.press)
      return post({ kind: 'interrupted', ticket: message.ticket })
    case 'input':
      return input.settle(message.run, message.value)
    case 'language':
      return language.settle(message.id, message.reply)
    case 'comm': {
      const context = { ...currentRun(), run: message.run, pending: new Set<Promise<void>>(), payload: [] }
      void runIn(context, () => comms.receive(message.message))
        .catch((error: unknown) => post({ kind: 'stray', run: message.run, error: toCellError(error) }))
        .finally(() => post({ kind: 'handled', run: message.run }))
    }
  }
}

/** A cell that will run quanta is being checked: show that it has begun, and load what it will want. */
function begin(run: number): void {
  const context = { ...currentRun(), run, label: '', pending: new Set<Promise<void>>(), payload: [] }
  runIn(context, () => beginPicture(displays, run))
  void prepare(['__engine']).catch(() => {})
}

post({ kind: 'ready' })
// A session that was given a repository will soon say `butler`; completion wants its names before.
if ((process.env['FIRSTLIGHT_REPO'] ?? '') !== '') void prepare(['butler']).catch(() => {})
