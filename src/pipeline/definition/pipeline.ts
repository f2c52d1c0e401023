import type { PyValue } from '#config'

/** A place in a pipeline file; line and column count from 1. */
export interface Place {
  readonly file: string
  readonly line?: number
  readonly column?: number
}

/** One block of a task's config: files first, then Python text, then keys. */
export interface ConfigBlock {
  readonly files: readonly string[]
  readonly python?: string
  readonly values: ReadonlyMap<string, PyValue>
  /** Limits the block to one data ID; such blocks are kept, and refused when a graph is made. */
  readonly dataId?: ReadonlyMap<string, PyValue>
  /** Where values come from, for histories and messages: a file, or `-c`. */
  readonly place: Place
  readonly valuePlaces: ReadonlyMap<string, Place>
}

export interface TaskEntry {
  readonly label: string
  readonly className: string
  readonly configs: readonly ConfigBlock[]
  readonly place: Place
}

export interface Subset {
  readonly name: string
  readonly labels: readonly string[]
  readonly description?: string
  readonly place: Place
}

export interface Contract {
  readonly expression: string
  readonly message?: string
  readonly place: Place
}

/** A subset that is run as one step of a large campaign, and the dimensions by which it may be cut. */
export interface Step {
  readonly label: string
  readonly dimensions: readonly string[]
  readonly place: Place
}

/** A pipeline as declared, its imports merged. Immutable: edits give a new one. */
export interface Pipeline {
  readonly description: string
  readonly instrument?: string
  readonly parameters: ReadonlyMap<string, PyValue>
  readonly tasks: ReadonlyMap<string, TaskEntry>
  readonly subsets: ReadonlyMap<string, Subset>
  readonly contracts: readonly Contract[]
  readonly steps: readonly Step[]
}

/** A pipeline without tasks, for building one up from `-t`. */
export const emptyPipeline: Pipeline = {
  description: 'anonymous',
  parameters: new Map(),
  tasks: new Map(),
  subsets: new Map(),
  contracts: [],
  steps: [],
}
