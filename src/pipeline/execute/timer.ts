import type { TaskMetadata } from '../metadata.ts'

/** What a process has used so far: times in seconds, memory in bytes, the rest are counts, blocks of the disk among them. */
export interface ProcessUsage {
  readonly cpuTime: number
  readonly userTime: number
  readonly systemTime: number
  readonly maxResidentSetSize: number
  readonly minorPageFaults: number
  readonly majorPageFaults: number
  readonly blockInputs: number
  readonly blockOutputs: number
  readonly voluntaryContextSwitches: number
  readonly involuntaryContextSwitches: number
}

/** What a platform tells of the process that runs quanta. */
export interface ProcessFacts {
  readonly nodeName: string
  usage(): ProcessUsage
}

/** Notes times and what the process has used in metadata, by the names and the version of lsst.utils.timer: each is a list. */
export class Timer {
  readonly #process: ProcessFacts | undefined
  readonly #startMs = Date.now()
  readonly #start = performance.now()

  constructor(process: ProcessFacts | undefined) {
    this.#process = process
  }

  note(metadata: TaskMetadata, prefix: string): void {
    metadata.set('__version__', 1)
    metadata.add(`${prefix}Utc`, this.#utc())
    if (this.#process === undefined) return
    metadata.set('nodeName', this.#process.nodeName)
    for (const [name, value] of Object.entries(this.#process.usage()))
      metadata.add(`${prefix}${name.charAt(0).toUpperCase()}${name.slice(1)}`, value as number)
  }

  /** Note start and end of some work, also of work that gives a promise. */
  timed<T>(metadata: TaskMetadata, name: string, work: () => T): T {
    this.note(metadata, `${name}Start`)
    const end = (): void => this.note(metadata, `${name}End`)
    let result: T
    try {
      result = work()
    } catch (error) {
      end()
      throw error
    }
    if (result instanceof Promise) return result.finally(end) as T
    end()
    return result
  }

  /** ISO time with microseconds: the system's time when the quantum began, and from there on a clock that nobody sets. */
  #utc(): string {
    const micros = Math.round((performance.now() - this.#start) * 1000)
    const time = new Date(this.#startMs + Math.floor(micros / 1000)).toISOString()
    return time.replace('Z', `${String(micros % 1000).padStart(3, '0')}+00:00`)
  }
}
