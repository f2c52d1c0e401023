import type { Comm, CommEvent, Comms } from '../comm/comms.ts'

/** Widget messaging protocol that comm_open announces. @see ipywidgets, `packages/schema/messages.md` */
const PROTOCOL = { version: '2.1.0' }
const TARGET = 'jupyter.widget'
export const CONTROL_TARGET = 'jupyter.widget.control'

export type WidgetState = Readonly<Record<string, unknown>>

/** Which classes of the front end's packages hold and show a widget. */
export interface WidgetKind {
  readonly module: string
  readonly version: string
  readonly model: string
  /** Null for what is not shown by itself: layouts, styles. */
  readonly view: string | null
}

export const controlKind = (name: string): WidgetKind => ({
  module: '@jupyter-widgets/controls',
  version: '2.0.0',
  model: `${name}Model`,
  view: `${name}View`,
})

/** The open models of a session: what a front end asks for when its page is loaded again. */
export class WidgetModels {
  readonly #comms: Comms
  readonly #open = new Map<string, WidgetModel>()

  constructor(comms: Comms) {
    this.#comms = comms
    comms.registerTarget(CONTROL_TARGET, (comm) => comm.onMessage((event) => this.#control(comm, event)))
  }

  create(kind: WidgetKind, state: WidgetState): WidgetModel {
    const model = new WidgetModel(this.#comms, kind, state, (id) => this.#open.delete(id))
    this.#open.set(model.id, model)
    return model
  }

  #control(comm: Comm, { data }: CommEvent): void {
    if (data['method'] !== 'request_states') return
    const states = [...this.#open].map(([id, model]) => [id, model.description()] as const)
    comm.send({ method: 'update_states', states: Object.fromEntries(states), buffer_paths: [] })
  }
}

/** One model, the same state here and in every front end. */
export class WidgetModel {
  readonly #comm: Comm
  readonly #kind: WidgetKind
  readonly #onClose: () => void
  readonly #changed = new Set<(names: readonly string[]) => unknown>()
  readonly #custom = new Set<(content: unknown) => unknown>()
  #state: Record<string, unknown>

  constructor(comms: Comms, kind: WidgetKind, state: WidgetState, onClose: (id: string) => void) {
    this.#kind = kind
    this.#state = { ...namesOf(kind), ...state }
    this.#comm = comms.open(TARGET, { state: this.#state, buffer_paths: [] }, { metadata: PROTOCOL })
    this.#comm.onMessage(({ data }) => this.#receive(data))
    this.#onClose = () => onClose(this.id)
    this.#comm.onClose(this.#onClose)
  }

  get id(): string {
    return this.#comm.id
  }

  /** How another model's state names this one. */
  get reference(): string {
    return `IPY_MODEL_${this.id}`
  }

  get(name: string): unknown {
    return this.#state[name]
  }

  /** Change fields here and in the front ends; listeners hear of it as of a change from there. */
  set(change: WidgetState): void {
    this.#state = { ...this.#state, ...change }
    this.#comm.send({ method: 'update', state: change, buffer_paths: [] })
    void this.#tell(Object.keys(change))
  }

  onChange(listener: (names: readonly string[]) => unknown): () => void {
    this.#changed.add(listener)
    return () => this.#changed.delete(listener)
  }

  /** Messages that are no state: a click. */
  onCustom(listener: (content: unknown) => unknown): void {
    this.#custom.add(listener)
  }

  close(): void {
    this.#comm.close()
    this.#onClose()
  }

  /** As `request_states` is answered. */
  description(): WidgetState {
    const { module, version, model } = this.#kind
    return { model_module: module, model_module_version: version, model_name: model, state: this.#state }
  }

  async #receive(data: WidgetState): Promise<void> {
    switch (data['method']) {
      case 'update': {
        const state = data['state'] as WidgetState
        this.#state = { ...this.#state, ...state }
        this.#comm.send({ method: 'echo_update', state, buffer_paths: [] })
        return this.#tell(Object.keys(state))
      }
      case 'request_state':
        return this.#comm.send({ method: 'update', state: this.#state, buffer_paths: [] })
      case 'custom':
        for (const listener of this.#custom) await listener(data['content'])
    }
  }

  async #tell(names: readonly string[]): Promise<void> {
    for (const listener of this.#changed) await listener(names)
  }
}

const namesOf = ({ module, version, model, view }: WidgetKind): WidgetState => ({
  _model_module: module,
  _model_module_version: version,
  _model_name: model,
  _view_module: module,
  _view_module_version: version,
  _view_name: view,
})
