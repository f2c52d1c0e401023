import { DATA_COMM_TARGET } from '#protocol'
import type { Comms } from '../comm/comms.ts'
import { type Displays, type DisplayOptions } from '../display/display.ts'
import { plot } from '../display/plot.ts'
import { makeProgressDisplay } from '../display/progress.ts'
import type { Engine } from '../engine/engine.ts'
import type { Display } from '../globals/base.ts'
import { makeDenoJupyter, type BroadcastExtra } from '../display/deno.ts'
import { makeInteract } from '../widgets/interact.ts'
import { WidgetModels } from '../widgets/model.ts'
import { Widgets } from '../widgets/widgets.ts'
import { makeMagic } from '../magic/magic.ts'
import type { Input } from './input.ts'
import type { LanguageClient } from './language-client.ts'
import { currentRun } from './run-context.ts'
import { defineLazy, type Scope } from './scope.ts'

export interface SessionParts {
  readonly folder: string
  readonly input: Input
  readonly comms: Comms
  readonly displays: Displays
  readonly language: LanguageClient
  /** Publish a message as it is. */
  readonly broadcast: (
    type: string,
    content: Readonly<Record<string, unknown>>,
    extra: BroadcastExtra,
  ) => void
  readonly addPayload: (payload: Readonly<Record<string, unknown>>) => void
}

/** The scope object with the session's globals (types: kernel/globals), and how those a cell mentions are opened. */
export function makeScope(parts: SessionParts): {
  scope: Scope
  prepare(uses: readonly string[]): Promise<void>
} {
  const scope: Scope = {}
  const { displays, input, comms } = parts
  const magic = makeMagic(parts)
  comms.registerTarget(DATA_COMM_TARGET, async (comm) =>
    (await import('../comm/data-target.ts')).serveData(comm),
  )
  const widgets = new Widgets(new WidgetModels(comms))
  const globals: Record<string, unknown> = {
    display: makeDisplay(displays),
    updateDisplay: displays.update.bind(displays),
    clearOutput: displays.clear.bind(displays),
    plot,
    widgets,
    interact: makeInteract(widgets, (widget) => void displays.show(widget)),
    Deno: { jupyter: makeDenoJupyter(displays, parts.folder, parts.broadcast) },
    progress: makeProgressDisplay(displays),
    input: input.ask.bind(input),
    password: (prompt?: string) => input.ask(prompt, { password: true }),
    prompt: input.askBlocking.bind(input),
    comms: { registerTarget: comms.registerTarget.bind(comms), open: comms.open.bind(comms) },
    __magic: magic,
  }
  for (const [name, value] of Object.entries(globals)) defineLazy(scope, name, () => value)
  defineLazy(scope, 'interruptSignal', () => currentRun().abort.signal)
  return { scope, prepare: makePrepare(scope, parts) }
}

/** Session globals of the engine; mentioning one loads it. */
const ENGINE_NAMES = ['butler', 'openRepo', 'openButler', 'useCollections', 'sql', 'openFits', '__engine']

function makePrepare(scope: Scope, parts: SessionParts): (uses: readonly string[]) => Promise<void> {
  let loading: Promise<Engine> | undefined
  return async (uses) => {
    if (!uses.some((name) => ENGINE_NAMES.includes(name))) return
    loading ??= loadEngine(scope, parts)
    await (await loading).session.openDefault()
  }
}

async function loadEngine(scope: Scope, parts: SessionParts): Promise<Engine> {
  const { Engine } = await import('../engine/engine.ts')
  const engine = new Engine({ ...parts, scope })
  const globals: Record<string, () => unknown> = {
    butler: () => engine.session.butler,
    openRepo: () => engine.openRepo.bind(engine),
    openButler: () => engine.openButler.bind(engine),
    useCollections: () => engine.session.search.bind(engine.session),
    sql: () => engine.sql.tag,
    openFits: () => engine.openFits.bind(engine),
    __engine: () => engine.magic,
  }
  for (const [name, make] of Object.entries(globals))
    if (!Object.hasOwn(scope, name)) defineLazy(scope, name, make)
  return engine
}

function makeDisplay(displays: Displays): Display {
  const raw = (data: Record<string, unknown>, options: DisplayOptions = {}) =>
    displays.show(data, { ...options, raw: true })
  const show = (value: unknown, options?: DisplayOptions) => displays.show(value, options)
  return Object.assign(show, {
    html: (source: string) => raw({ 'text/html': source, 'text/plain': source }),
    markdown: (source: string) => raw({ 'text/markdown': source, 'text/plain': source }),
    svg: (source: string) => raw({ 'image/svg+xml': source, 'text/plain': '<SVG>' }),
    image: (bytes: Uint8Array) =>
      raw({ [imageType(bytes)]: Buffer.from(bytes).toString('base64'), 'text/plain': '<image>' }),
    bundle: (data: Readonly<Record<string, unknown>>, metadata: Readonly<Record<string, unknown>> = {}) =>
      raw({ ...data }, { metadata }),
  })
}

const imageType = (bytes: Uint8Array): string =>
  bytes[0] === 0xff && bytes[1] === 0xd8 ? 'image/jpeg' : 'image/png'
