import { formatShort, LOG_LEVELS, type LogRecord } from '#core'
import { type RunEvent, type TaskSummary, TimeLeft } from '#pipeline'
import { MIME, noQuanta, type PipelineDisplay, type QuantumState } from '#protocol'
import { keepConfig } from '../display/config-display.ts'
import { drawTasks } from './pipeline-picture.ts'
import type { BegunPicture } from '../display/begun-picture.ts'
import type { DisplayHandle } from '../display/display.ts'
import { escapeHtml } from '../display/text.ts'
import type { MimeBundle } from '../protocol/threads.ts'

const EVERY_MS = 100
const MOST_LOG = 40
/** Lines under a picture that changes. */
const NEWEST = 8
const MOST_FAILED = 10
const MOST_QUANTA = 1000
/** Lines kept of each quantum, and how many quanta of a finished run keep theirs (failures all). */
const MOST_QUANTUM_LOG = 20
const MOST_LOGGED = 200
/** As the command does without --log-level. */
const isShown = ({ level }: LogRecord): boolean => LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf('INFO')
const STATES: readonly QuantumState[] = [
  'pending',
  'running',
  'done',
  'failed',
  'blocked',
  'skipped',
  'cancelled',
]

interface QuantumView {
  readonly label: string
  readonly dataId: string
  readonly log: string[]
  state: QuantumState
  message?: string
}

/** The live picture of a run: takes the engine's events, redraws at most ten times a second. */
export class PipelineView {
  readonly runId: string
  readonly #show: (bundle: MimeBundle) => DisplayHandle
  readonly #begin: number
  readonly #left = new TimeLeft()
  readonly #log: string[] = []
  readonly #quanta = new Map<string, QuantumView>()
  #tasks: readonly (TaskSummary & { readonly configId: string })[] = []
  #state: PipelineDisplay['state'] = 'building'
  #message = 'building'
  #outputRun = ''
  #handle: DisplayHandle | undefined
  #timer: NodeJS.Timeout | undefined
  #drawnAt = Number.NEGATIVE_INFINITY

  /** @param begun what stands in the notebook for this run already */
  constructor(show: (bundle: MimeBundle) => DisplayHandle, begun?: BegunPicture) {
    this.#show = show
    this.runId = begun?.runId ?? crypto.randomUUID()
    this.#begin = begun?.begin ?? performance.now()
    this.#handle = begun?.handle
    this.#draw()
  }

  take(event: RunEvent): void {
    this.#left.take(event)
    switch (event.kind) {
      case 'building':
        this.#message = event.message
        break
      case 'graph':
        this.#tasks = event.tasks.map((task) => ({ ...task, configId: keepConfig(task.config, task.label) }))
        this.#outputRun = event.run
        this.#state = 'running'
        for (const { id, label, dataId } of event.quanta)
          this.#quanta.set(id, { label, dataId: this.#dataId(label, dataId), state: 'pending', log: [] })
        break
      case 'quantum':
        this.#quantum(event)
        break
      case 'executed': {
        const known = this.#quanta.get(event.id)
        if (known !== undefined) known.state = 'done'
        break
      }
      case 'log':
        if (!isShown(event.record)) return
        this.log(formatShort(event.record))
        if (event.id !== undefined) this.#logOf(event.id, formatShort(event.record))
        break
      case 'end':
        this.#state = event.state
        break
    }
    this.#later()
  }

  log(line: string): void {
    this.#log.push(...line.split('\n'))
    this.#log.splice(0, Math.max(0, this.#log.length - MOST_LOG))
    this.#later()
  }

  #logOf(id: string, line: string): void {
    const log = this.#quanta.get(id)?.log
    log?.push(...line.split('\n'))
    log?.splice(0, Math.max(0, log.length - MOST_QUANTUM_LOG))
  }

  /** The last picture. */
  end(state?: PipelineDisplay['state']): void {
    if (state !== undefined) this.#state = state
    clearTimeout(this.#timer)
    this.#draw()
  }

  #quantum({ id, label, dataId, state, message }: Extract<RunEvent, { kind: 'quantum' }>): void {
    const known = this.#quanta.get(id) ?? { label, dataId: this.#dataId(label, dataId), state, log: [] }
    known.state = state
    if (message !== undefined) known.message = message
    this.#quanta.set(id, known)
  }

  /** By the dimensions of its task: what these imply says nothing more. */
  #dataId(label: string, dataId: Readonly<Record<string, unknown>>): string {
    const wanted = this.#tasks.find((task) => task.label === label)?.dimensions
    const values = Object.entries(dataId).filter(([name]) => wanted?.includes(name) !== false)
    return dataIdText(Object.fromEntries(values))
  }

  #later(): void {
    const wait = this.#drawnAt + EVERY_MS - performance.now()
    if (wait <= 0) this.#draw()
    else this.#timer ??= setTimeout(() => this.#draw(), wait)
  }

  #draw(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#drawnAt = performance.now()
    const display = this.#display()
    const bundle = {
      'text/plain': textOf(display, this.#message),
      'text/html': htmlOf(display, this.#message),
      ...(isOver(display) && { 'image/svg+xml': drawTasks(display.tasks) }),
      [MIME.pipeline]: display,
    }
    if (this.#handle === undefined) this.#handle = this.#show(bundle)
    else this.#handle.update(bundle, { raw: true })
  }

  #display(): PipelineDisplay {
    const elapsedSec = (performance.now() - this.#begin) / 1000
    const remainingSec = this.#state === 'running' ? this.#left.seconds : undefined
    return {
      runId: this.runId,
      outputRun: this.#outputRun,
      state: this.#state,
      tasks: this.#tasks.map(({ label, dimensions, after, total, configId }) => ({
        label,
        dimensions,
        after,
        total,
        configId,
        counts: this.#counts(label),
      })),
      elapsedSec,
      ...(remainingSec !== undefined && { remainingSec }),
      log: [...this.#log],
      quanta: [...this.#quanta.values()]
        .slice(0, MOST_QUANTA)
        .map((quantum, i) => this.#quantumDisplay(quantum, i)),
    }
  }

  /** With its log where that is wanted: a picture that changes ten times a second stays small. */
  #quantumDisplay({ log, ...quantum }: QuantumView, index: number): PipelineDisplay['quanta'][number] {
    const isGoing = this.#state === 'building' || this.#state === 'running'
    const isTold = quantum.state === 'failed' || (isGoing ? quantum.state === 'running' : index < MOST_LOGGED)
    return isTold && log.length > 0 ? { ...quantum, log: [...log] } : quantum
  }

  #counts(label: string): Record<QuantumState, number> {
    const counts = noQuanta()
    for (const quantum of this.#quanta.values()) if (quantum.label === label) counts[quantum.state]++
    return counts
  }
}

/** `visit=903344, detector=5` */
export const dataIdText = (dataId: Readonly<Record<string, unknown>>): string =>
  Object.entries(dataId)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(', ')

const countText = (counts: Readonly<Record<QuantumState, number>>): string =>
  STATES.filter((state) => counts[state] > 0 && state !== 'pending')
    .map((state) => `${counts[state]} ${state}`)
    .join(', ')

const headOf = (display: PipelineDisplay, message: string): string =>
  `${display.outputRun === '' ? 'Pipeline' : display.outputRun}: ${display.state === 'building' ? message : display.state}, ${display.elapsedSec.toFixed(1)} s`

function textOf(display: PipelineDisplay, message: string): string {
  const width = Math.max(0, ...display.tasks.map(({ label }) => label.length))
  const lines = display.tasks.map(({ label, counts, total }) =>
    `  ${label.padEnd(width)}  ${counts.done + counts.skipped}/${total}  ${countText(counts)}`.trimEnd(),
  )
  const failed = display.quanta
    .filter(({ state }) => state === 'failed')
    .map(({ label, dataId, message: why }) => `  failed: ${label} (${dataId}): ${why ?? ''}`)
  // A graph that could not be built has no tasks to tell of; why stands in the log.
  const log = display.tasks.length === 0 && display.state === 'failed' ? display.log : []
  return [headOf(display, message), ...lines, ...failed, ...log].join('\n')
}

const hasEnded = ({ state }: PipelineDisplay): boolean => state !== 'building' && state !== 'running'
const isOver = (display: PipelineDisplay): boolean => hasEnded(display) && display.tasks.length > 0

function htmlOf(display: PipelineDisplay, message: string): string {
  const failed = display.quanta
    .filter(({ state }) => state === 'failed')
    .slice(0, MOST_FAILED)
    .map(({ label, dataId, message: why }) => `<li>${escapeHtml(`${label} (${dataId}): ${why ?? ''}`)}</li>`)
  const failures = failed.length === 0 ? '' : `<ul>${failed.join('')}</ul>`
  const picture = display.tasks.length === 0 ? '' : drawTasks(display.tasks)
  const total = noQuanta()
  for (const { counts } of display.tasks) for (const state of STATES) total[state] += counts[state]
  const head = `<b>${escapeHtml(headOf(display, message))}</b> ${countText(total)}`
  return `<div>${head}<div style="overflow:auto">${picture}</div>${failures}${logOf(display)}</div>`
}

/** While it goes on the newest lines; in the end all that are kept, folded unless something went wrong: paper does not scroll. */
function logOf(display: PipelineDisplay): string {
  const { log, state } = display
  if (log.length === 0) return ''
  const lines = (kept: readonly string[]): string =>
    `<pre style="font-family:monospace">${escapeHtml(kept.join('\n'))}</pre>`
  if (!hasEnded(display)) return lines(log.slice(-NEWEST))
  return `<details${state === 'done' ? '' : ' open'}><summary>Log</summary>${lines(log)}</details>`
}
