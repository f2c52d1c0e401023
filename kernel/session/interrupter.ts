import { readdirSync, readFileSync } from 'node:fs'
import type { WorkerInspector } from '../debug/worker-inspector.ts'

/** Wait for an answer before V8 is told to stop the thread, and between further tries. */
const PING_MS = 40
/** What V8 cannot leave (sorting millions of numbers as text takes half a minute) is asked again at this pace, until it ends. */
const SLOWEST_PING = 25
/** A run that tidies up by itself would never end if V8 stopped it amid that: its longer stretches (a graph, new processes) may end. */
const PATIENCE_MS = 3000

/**
 * Stops whatever the execution thread does and keeps its variables. It first asks by message, which an awaiting cell
 * answers at once; when there is no answer the thread is inside a synchronous stretch and V8 terminates that, through
 * the worker's inspector. An idle isolate is never terminated: the next callback would be killed. What V8 cannot stop
 * (a child process waited for) gets SIGINT, as from a terminal.
 */
export class Interrupter {
  readonly #post: (ticket: number, press: number) => void
  readonly #inspector: WorkerInspector
  readonly #isStopping: () => boolean
  readonly #answered = new Map<number, () => void>()
  #tickets = 0
  /** Interrupts asked for; one may take several tickets. */
  #presses = 0
  #running: Promise<void> | undefined
  #isClosed = false

  /** @param isStopping whether work is under way in the thread that an interrupt by message brings to a tidy end */
  constructor(
    post: (ticket: number, press: number) => void,
    inspector: WorkerInspector,
    isStopping: () => boolean,
  ) {
    this.#post = post
    this.#inspector = inspector
    this.#isStopping = isStopping
  }

  /** The thread is going to be ended: nobody waits for it any more. */
  close(): void {
    this.#isClosed = true
  }

  /** The thread has handled the interrupt message `ticket`. */
  acknowledge(ticket: number): void {
    this.#answered.get(ticket)?.()
    this.#answered.delete(ticket)
  }

  /** Resolves when the thread is free again; calls during one interrupt join it. */
  interrupt(): Promise<void> {
    this.#running ??= this.#stop().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #stop(): Promise<void> {
    const tickets: number[] = []
    const press = ++this.#presses
    const free = new Promise<true>((resolve) => {
      const ask = () => {
        const ticket = this.#tickets++
        tickets.push(ticket)
        this.#answered.set(ticket, () => resolve(true))
        this.#post(ticket, press)
      }
      ask()
      this.#again = ask
    })
    for (let attempt = 0; !this.#isClosed; attempt++) {
      const wait =
        attempt === 0 && this.#isStopping() ? PATIENCE_MS : PING_MS * (1 + Math.min(attempt, SLOWEST_PING))
      if (await Promise.race([free, after(wait)])) break
      this.#inspector.send('Runtime.terminateExecution')
      if (attempt > 0) signalChildren()
      this.#again()
    }
    for (const ticket of tickets) this.#answered.delete(ticket)
  }

  #again: () => void = () => {}
}

const after = (ms: number): Promise<false> => new Promise((resolve) => setTimeout(() => resolve(false), ms))

/** SIGINT to the processes below this one, as a terminal does (Linux; elsewhere V8's means are all there is). */
function signalChildren(): void {
  for (const pid of descendantsOf(process.pid)) {
    try {
      process.kill(pid, 'SIGINT')
    } catch {
      // It has ended meanwhile.
    }
  }
}

function descendantsOf(ancestor: number): number[] {
  const children = new Map<number, number[]>()
  for (const name of processNames()) {
    const parent = parentOf(name)
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)])
  }
  const below = (pid: number): number[] =>
    (children.get(pid) ?? []).flatMap((child) => [child, ...below(child)])
  return below(ancestor)
}

function processNames(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  } catch {
    return []
  }
}

function parentOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return undefined
  }
}
