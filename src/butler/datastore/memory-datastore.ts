import { bytesSource, type FileWrite, concatBytes } from '#core'
import type { UndoLog } from '#sql'
import type { DatasetRef } from '../datasets/dataset-ref.ts'
import { FileNotFoundError } from '../errors.ts'
import { checkParameters, requireConvertible, storageClass, targetClass } from '../storage/storage-class.ts'
import type { DatastoreGet } from './file-datastore.ts'
import type { FormatterSource } from './formatter-source.ts'
import { quotePath } from './uri.ts'

interface Held {
  readonly value: unknown
  readonly storageClass: string
}

/** Datasets as values in this process; they end with it. `get` hands out the very value that was put. */
export class MemoryDatastore {
  readonly name: string
  readonly formatters: FormatterSource
  private readonly held = new Map<string, Held>()
  private readonly trashed = new Set<string>()

  constructor(name: string, formatters: FormatterSource) {
    this.name = name
    this.formatters = formatters
  }

  put(value: unknown, ref: DatasetRef, undo: UndoLog): void {
    const before = this.held.get(ref.id)
    const wasTrashed = this.trashed.delete(ref.id)
    this.held.set(ref.id, { value, storageClass: ref.datasetType.storageClass })
    undo.onRollback(() => {
      if (before === undefined) this.held.delete(ref.id)
      else this.held.set(ref.id, before)
      if (wasTrashed) this.trashed.add(ref.id)
      return Promise.resolve()
    })
  }

  has(id: string): boolean {
    return this.held.has(id)
  }

  /** Parts and parameters go through the dataset's file format in memory, so that they mean what they mean for files. */
  async get(
    ref: DatasetRef,
    { component, parameters, storageClass: wanted }: DatastoreGet = {},
  ): Promise<unknown> {
    const held = this.held.get(ref.id)
    if (held === undefined) throw new FileNotFoundError(`No ${ref.toString()} is held in memory.`)
    const whole = storageClass(ref.datasetType.storageClass)
    const target = targetClass(whole.name, component, wanted)
    checkParameters(parameters, component === undefined ? whole : storageClass(target))
    requireConvertible(held.storageClass, whole.name)
    if (component === undefined && Object.keys(parameters ?? {}).length === 0) return held.value
    const formatter = await this.formatters.writing({ ref })
    const source = bytesSource(bytesOf(await formatter.write(held.value, held.storageClass)), this.uriOf(ref))
    return formatter.read(source, { component, parameters, storageClass: target })
  }

  /** `mem://type_id?key=value`. */
  uriOf(ref: DatasetRef): string {
    const { dimensions, name } = ref.datasetType
    const query = dimensions.required.map((d) => `${d}=${quotePath(String(ref.dataId[d]))}`).join('&')
    return `mem://${name}${this.has(ref.id) ? `_${ref.id}` : ''}?${query}`
  }

  trash(ids: readonly string[], undo: UndoLog): void {
    const mine = ids.filter((id) => this.held.has(id))
    for (const id of mine) this.trashed.add(id)
    undo.onRollback(() => {
      for (const id of mine) this.trashed.delete(id)
      return Promise.resolve()
    })
  }

  emptyTrash(): void {
    for (const id of this.trashed) this.held.delete(id)
    this.trashed.clear()
  }
}

const encoder = new TextEncoder()

const bytesOf = (content: FileWrite): Uint8Array =>
  typeof content === 'string'
    ? encoder.encode(content)
    : content instanceof Uint8Array
      ? content
      : concatBytes(content)
