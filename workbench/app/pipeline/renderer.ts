import type { IRenderMime } from '@jupyterlab/rendermime-interfaces'
import { Widget } from '@lumino/widgets'
import { messageOf } from '#core'
import { MIME, type PipelineDisplay } from '#protocol'
import { ConfigForm } from '../config/form.ts'
import type { MakeRenderer, RenderContext } from '../data/renderers.ts'
import { button, h } from '../dom.ts'
import { formatDuration } from './duration.ts'
import { drawGraph } from './graph.ts'

/** Output cell of a pipeline run: `PipelineDisplay` of the protocol, updated as the run goes on. */
export const makePipelineRenderer: MakeRenderer = (context) => new PipelineRenderer(context)

const STATE_TEXT: Readonly<Record<PipelineDisplay['state'], string>> = {
  building: 'building the quantum graph',
  running: 'running',
  done: 'done',
  failed: 'failed',
  cancelled: 'cancelled',
}
const TICK_MS = 1000

class PipelineRenderer extends Widget implements IRenderMime.IRenderer {
  readonly #context: RenderContext
  readonly #state = h('span', { class: 'fl-run-state', role: 'status' })
  readonly #time = h('span', { class: 'fl-run-time' })
  readonly #run = h('code', { class: 'fl-run-name', title: 'Output collection' })
  readonly #cancel: HTMLButtonElement
  readonly #graph = h('div', { class: 'fl-graph-scroll' })
  readonly #config = h('div', { class: 'fl-pipeline-config' })
  readonly #log = h('pre', { class: 'fl-log', tabindex: 0, 'aria-label': 'Log' })
  readonly #logTitle = h('div', { class: 'fl-log-title' })
  readonly #quanta = h('details', { class: 'fl-quanta' })
  #display: PipelineDisplay | undefined
  /** The quantum whose log is shown instead of the run's. */
  #selected: string | undefined
  /** The task whose config is shown. */
  #task: string | undefined
  #receivedAt = 0
  #ticker: ReturnType<typeof setInterval> | undefined

  constructor(context: RenderContext) {
    super()
    this.#context = context
    this.addClass('fl-pipeline')
    this.#cancel = button('Cancel', 'Stop the run; finished quanta are kept', () => void this.#stop())
    this.node.append(
      h(
        'div',
        { class: 'fl-title' },
        this.#state,
        this.#time,
        this.#run,
        h('span', { class: 'fl-spacer' }),
        this.#cancel,
      ),
      this.#graph,
      this.#config,
      this.#logTitle,
      this.#log,
      this.#quanta,
    )
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const display = model.data[MIME.pipeline] as unknown as PipelineDisplay
    this.#display = display
    this.#receivedAt = performance.now()
    this.node.dataset['state'] = display.state
    this.#state.textContent = STATE_TEXT[display.state]
    this.#run.textContent = display.outputRun
    this.#cancel.hidden = !isGoing(display) || this.#context.client === undefined
    this.#showGraph(display)
    this.#showLog(display)
    this.#showQuanta(display)
    this.#showTime()
    this.#tick(isGoing(display))
  }

  override dispose(): void {
    this.#tick(false)
    super.dispose()
  }

  #tick(going: boolean): void {
    clearInterval(this.#ticker)
    this.#ticker = going ? setInterval(() => this.#showTime(), TICK_MS) : undefined
  }

  /** Between updates the clock runs on by itself; a notebook opened later shows what was saved. */
  #showTime(): void {
    const display = this.#display
    if (display === undefined) return
    const since =
      isGoing(display) && this.#context.client?.available ? (performance.now() - this.#receivedAt) / 1000 : 0
    const left = display.remainingSec === undefined ? undefined : Math.max(0, display.remainingSec - since)
    const remaining = isGoing(display) && left !== undefined ? `, about ${formatDuration(left)} left` : ''
    this.#time.textContent = `${formatDuration(display.elapsedSec + since)}${remaining}`
  }

  /** Tasks whose configs can be shown are there to be chosen. */
  #showGraph(display: PipelineDisplay): void {
    const { client } = this.#context
    this.#graph.hidden = display.tasks.length === 0
    const isAsked = client?.available === true && display.tasks.some(({ configId }) => configId !== undefined)
    const choice = { chosen: this.#task, choose: (label: string) => void this.#chooseTask(label) }
    this.#keepFocus(this.#graph, 'task', () =>
      this.#graph.replaceChildren(drawGraph(display, isAsked ? choice : undefined)),
    )
  }

  /** Show the config of a task below the graph; chosen again, it goes away. */
  async #chooseTask(label: string): Promise<void> {
    const { client } = this.#context
    const display = this.#display
    const objectId = display?.tasks.find((task) => task.label === label)?.configId
    if (client === undefined || display === undefined || objectId === undefined) return
    this.#task = this.#task === label ? undefined : label
    this.#showGraph(display)
    this.#config.replaceChildren()
    if (this.#task === undefined) return
    try {
      const { reply } = await client.ask({ op: 'config', objectId, edits: [], apply: false })
      if (reply.config !== undefined && this.#task === label)
        this.#config.replaceChildren(new ConfigForm(reply.config.config, client).node)
    } catch (error) {
      this.#config.replaceChildren(`Its config is not there: ${messageOf(error)}`)
    }
  }

  #showLog({ log, quanta }: PipelineDisplay): void {
    const selected = quanta.find((quantum) => keyOf(quantum) === this.#selected)
    const lines = selected === undefined ? log : (selected.log ?? ['(no log is kept of this quantum)'])
    this.#logTitle.hidden = selected === undefined
    this.#logTitle.replaceChildren(
      `Log of ${selected?.label ?? ''} ${selected?.dataId ?? ''} `,
      button('All', 'Show the log of the whole run', () => this.#select(undefined)),
    )
    const atEnd = this.#log.scrollTop + this.#log.clientHeight >= this.#log.scrollHeight - 4
    this.#log.hidden = lines.length === 0
    this.#log.replaceChildren(...lines.map((line) => h('span', { class: levelClass(line) }, `${line}\n`)))
    if (atEnd) this.#log.scrollTop = this.#log.scrollHeight
  }

  #showQuanta({ quanta }: PipelineDisplay): void {
    const failed = quanta.filter(({ state }) => state === 'failed')
    this.#quanta.hidden = quanta.length === 0
    if (failed.length > 0) this.#quanta.open = true
    const shown = [...failed, ...quanta.filter(({ state }) => state !== 'failed')]
    const heads = ['task', 'data ID', 'state', 'message'].map((text) => h('th', { scope: 'col' }, text))
    const rows = shown.map((quantum) => this.#row(quantum))
    const title =
      failed.length > 0
        ? `${failed.length} failed ${failed.length === 1 ? 'quantum' : 'quanta'}`
        : `${quanta.length} quanta`
    const table = h('table', {}, h('thead', {}, h('tr', {}, ...heads)), h('tbody', {}, ...rows))
    this.#keepFocus(this.#quanta, 'quantum', () =>
      this.#quanta.replaceChildren(h('summary', {}, title), table),
    )
  }

  /** A row that shows the log of its quantum when it is chosen, and the run's when it is chosen again. */
  #row(quantum: PipelineDisplay['quanta'][number]): HTMLElement {
    const { label, dataId, state, message } = quantum
    const key = keyOf(quantum)
    const row = h(
      'tr',
      {
        class: `fl-state-${state}`,
        tabindex: 0,
        title: 'Show its log',
        'aria-selected': key === this.#selected ? 'true' : 'false',
      },
      ...[label, dataId, state, message ?? ''].map((text) => h('td', {}, text)),
    )
    const choose = (): void => this.#select(key === this.#selected ? undefined : key)
    // Not a click: the row may be drawn anew before the button is released.
    row.addEventListener('mousedown', choose)
    row.addEventListener('keydown', ({ key: pressed }) => {
      if (pressed === 'Enter') choose()
    })
    row.dataset['quantum'] = key
    return row
  }

  #select(key: string | undefined): void {
    this.#selected = key
    if (this.#display === undefined) return
    this.#showLog(this.#display)
    this.#showQuanta(this.#display)
  }

  /** What has the keyboard keeps it when its table or graph is drawn anew; it is known by `data-NAME`. */
  #keepFocus(within: HTMLElement, name: string, draw: () => void): void {
    const active = this.node.ownerDocument.activeElement
    const isOurs = (active instanceof HTMLElement || active instanceof SVGElement) && within.contains(active)
    const key = isOurs ? active.dataset[name] : undefined
    draw()
    if (key === undefined) return
    for (const element of within.querySelectorAll<HTMLElement | SVGElement>(`[data-${name}]`))
      if (element.dataset[name] === key) element.focus()
  }

  async #stop(): Promise<void> {
    const { client } = this.#context
    if (client === undefined || this.#display === undefined) return
    this.#cancel.disabled = true
    this.#cancel.textContent = 'Stopping…'
    try {
      await client.ask({ op: 'cancel', runId: this.#display.runId })
    } catch (error) {
      this.#state.textContent = `cannot stop: ${messageOf(error)}`
    } finally {
      this.#cancel.disabled = false
      this.#cancel.textContent = 'Cancel'
    }
  }
}

const keyOf = ({ label, dataId }: PipelineDisplay['quanta'][number]): string => `${label} ${dataId}`

const isGoing = ({ state }: PipelineDisplay): boolean => state === 'building' || state === 'running'

const levelClass = (line: string): string =>
  /\b(ERROR|FATAL|CRITICAL)\b/.test(line) ? 'fl-error' : /\bWARN(ING)?\b/.test(line) ? 'fl-warn' : ''
