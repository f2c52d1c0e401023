import type { DapVariable } from './dap.ts'
import type { WorkerInspector } from './worker-inspector.ts'

/** A value in the execution thread, as V8's inspector describes it. */
export interface RemoteObject {
  readonly type: string
  readonly subtype?: string
  readonly className?: string
  readonly value?: unknown
  readonly unserializableValue?: string
  readonly description?: string
  readonly objectId?: string
  readonly preview?: ObjectPreview
}

interface PropertyPreview {
  readonly name: string
  readonly type: string
  readonly subtype?: string
  readonly value?: string
}

interface ObjectPreview {
  readonly overflow: boolean
  readonly properties: readonly PropertyPreview[]
  readonly entries?: readonly { readonly key?: ValuePreview; readonly value: ValuePreview }[]
}

interface ValuePreview {
  readonly type: string
  readonly description?: string
}

interface PropertyDescriptor {
  readonly name: string
  readonly value?: RemoteObject
  readonly get?: RemoteObject
  readonly enumerable?: boolean
}

interface Properties {
  readonly result: readonly PropertyDescriptor[]
  readonly internalProperties?: readonly PropertyDescriptor[]
  readonly privateProperties?: readonly PropertyDescriptor[]
}

export interface Evaluated {
  readonly result: RemoteObject
  readonly exceptionDetails?: { readonly text: string; readonly exception?: RemoteObject }
}

/** Elements of a long list shown at once. */
const MOST_ELEMENTS = 200
const INTERNAL = new Set(['[[Entries]]', '[[PromiseState]]', '[[PromiseResult]]'])

/** The fields of a value, none of the prototype's; long lists are cut. */
export async function fieldsOf(inspector: WorkerInspector, objectId: string): Promise<NamedValue[]> {
  const short = await inspector.call<Evaluated>('Runtime.callFunctionOn', {
    objectId,
    functionDeclaration: SHORTEN,
    arguments: [{ value: MOST_ELEMENTS }],
  })
  const shown = short.result.objectId ?? objectId
  const found = await inspector.call<Properties>('Runtime.getProperties', {
    objectId: shown,
    ownProperties: true,
    generatePreview: true,
  })
  const own = found.result.filter(({ name }) => name !== '__proto__' && name !== 'length')
  const inner = (found.internalProperties ?? []).filter(({ name }) => INTERNAL.has(name))
  return [...own, ...(found.privateProperties ?? []), ...inner].map(({ name, value, get }) => ({
    name,
    value: value ?? { type: 'accessor', description: get === undefined ? '(write only)' : '(getter)' },
  }))
}

export interface NamedValue {
  readonly name: string
  readonly value: RemoteObject
}

/** Runs in the execution thread: a list longer than `most` as an object of its first elements. */
const SHORTEN = `function (most) {
  const isList = Array.isArray(this) || (ArrayBuffer.isView(this) && !(this instanceof DataView))
  if (!isList || this.length <= most) return this
  const shown = Object.create(null)
  for (let i = 0; i < most; i++) shown[i] = this[i]
  shown['…'] = (this.length - most) + ' more'
  return shown
}`

/** A value in one line: `7`, `'text'`, `Angle {radians: 1.57}`, `(3) [1, 2, 3]`. */
export function shortText(value: RemoteObject): string {
  if (value.type === 'string') return JSON.stringify(value.value)
  if (value.type === 'undefined' || value.type === 'accessor') return value.description ?? 'undefined'
  if (value.type === 'function') return (value.description ?? 'function').split('\n')[0] ?? ''
  if (value.subtype === 'null') return 'null'
  if (value.preview === undefined || value.subtype === 'error')
    return value.unserializableValue ?? value.description?.split('\n')[0] ?? String(value.value)
  return previewText(value.description ?? '', value.preview, value.subtype)
}

function previewText(description: string, preview: ObjectPreview, subtype: string | undefined): string {
  const isList = subtype === 'array' || subtype === 'typedarray'
  const entries = preview.entries?.map(({ key, value }) =>
    key === undefined ? (value.description ?? '') : `${key.description ?? ''} => ${value.description ?? ''}`,
  )
  const fields =
    entries ??
    preview.properties.map(({ name, type, value = '' }) => {
      const text = type === 'string' ? JSON.stringify(value) : type === 'function' ? 'ƒ' : value
      return isList ? text : `${name}: ${text}`
    })
  if (fields.length === 0 && subtype !== undefined && !isList) return description
  const inside = [...fields, ...(preview.overflow ? ['…'] : [])].join(', ')
  const name = description === 'Object' ? '' : `${description} `
  return isList ? `${name}[${inside}]` : `${name}{${inside}}`
}

/** Numbers that stand for values whose fields may be asked for, until execution goes on. */
export class Handles {
  readonly #inspector: WorkerInspector
  readonly #sources: (() => Promise<readonly NamedValue[]>)[] = []

  constructor(inspector: WorkerInspector) {
    this.#inspector = inspector
  }

  add(read: () => Promise<readonly NamedValue[]>): number {
    return this.#sources.push(read)
  }

  /** What stands behind a number; an unknown one (of an earlier stop) is empty. */
  async read(reference: number): Promise<DapVariable[]> {
    const values = await this.#sources[reference - 1]?.()
    return (values ?? []).map(({ name, value }) => this.variable(name, value))
  }

  variable(name: string, value: RemoteObject): DapVariable {
    const { objectId, subtype } = value
    const hasFields = objectId !== undefined && subtype !== 'null'
    return {
      name,
      value: shortText(value),
      ...(hasFields && { type: value.className ?? subtype ?? value.type }),
      evaluateName: name,
      variablesReference: hasFields ? this.add(() => fieldsOf(this.#inspector, objectId)) : 0,
    }
  }

  clear(): void {
    this.#sources.length = 0
  }
}
