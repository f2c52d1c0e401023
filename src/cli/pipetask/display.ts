import { type Context, type LogSink, makeLogger, type ProgressEvent, makeProgress } from '#core'
import type { RunEvent, RunListener } from '#pipeline'
import type { Globals } from './command.ts'
import type { CommandIo, RunWatch } from './io.ts'
import { bar, RunCounter } from './run-counter.ts'

/** What a command works with: log, bars, a signal, and where events of a run go. */
export interface Display {
  readonly context: Context
  readonly onEvent: RunListener
}

/** Run work with messages and, on a terminal, one line of progress that is rewritten below them. */
export async function withDisplay(
  io: CommandIo,
  globals: Globals,
  work: (display: Display) => Promise<void>,
): Promise<void> {
  if (io.watch !== undefined) return work(watched(io, globals, io.watch))
  const line = globals.progress ? new StatusLine(io) : undefined
  const sink: LogSink = (record) => {
    line?.clear()
    globals.sink(record)
    line?.draw()
  }
  const counter = new RunCounter()
  const context: Context = {
    log: makeLogger('', sink),
    signal: io.signal,
    progress: makeProgress((event) => line?.set(barText(event))),
  }
  const onEvent = (event: RunEvent): void => {
    if (event.kind === 'log') sink(event.record)
    else if (counter.take(event)) line?.set(counter.text())
  }
  try {
    await work({ context, onEvent })
  } finally {
    line?.clear()
  }
}

/** All goes to who watches; messages besides to where the options before the subcommand say. */
function watched(io: CommandIo, globals: Globals, { onEvent: tell }: RunWatch): Display {
  const onEvent = (event: RunEvent): void => {
    if (event.kind === 'log') globals.sink(event.record)
    tell(event)
  }
  return {
    context: {
      log: makeLogger('', (record) => onEvent({ kind: 'log', record })),
      signal: io.signal,
      progress: makeProgress((event) => tell({ kind: 'building', message: barText(event) })),
    },
    onEvent,
  }
}

const barText = ({ label, done, total, unit }: ProgressEvent): string =>
  total === undefined ? `${label} ${done} ${unit}` : `${bar(done, total)} ${done}/${total} ${unit} ${label}`

/** The last line of a terminal. */
class StatusLine {
  readonly io: CommandIo
  text = ''
  shown = false
  drawnAt = 0

  constructor(io: CommandIo) {
    this.io = io
  }

  set(text: string): void {
    this.text = text
    if (Date.now() - this.drawnAt > 50) this.draw()
  }

  draw(): void {
    if (this.text === '') return
    this.io.err(`\r\u001b[K${this.text.slice(0, (this.io.columns ?? 80) - 1)}`)
    this.shown = true
    this.drawnAt = Date.now()
  }

  clear(): void {
    if (this.shown) this.io.err('\r\u001b[K')
    this.shown = false
  }
}
