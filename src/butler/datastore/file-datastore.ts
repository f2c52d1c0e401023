import { closest, type ByteSource, type Files, messageOf } from '#core'
import type { UndoLog } from '#sql'
import type { DatasetRef } from '../datasets/dataset-ref.ts'
import {
  FileNotFoundError,
  FormatterError,
  ParameterError,
  StorageClassError,
  UnknownComponentError,
} from '../errors.ts'
import { componentClass, requireConvertible, storageClass } from '../storage/storage-class.ts'
import type { Formatter, FormatterRegistry } from './formatter.ts'
import type { FileRecord, FileRecordTable } from './record-table.ts'
import type { FileTemplates } from './template.ts'
import { fileUri, folderOf, joinPath, pathOf } from './uri.ts'

export interface FileDatastoreParts {
  /** Absolute path of the folder that relative records start from. */
  readonly root: string
  readonly files: Files
  readonly records: FileRecordTable
  readonly templates: FileTemplates
  readonly formatters: () => Promise<FormatterRegistry>
}

export interface DatastoreGet {
  readonly component?: string | undefined
  readonly parameters?: Readonly<Record<string, unknown>> | undefined
  readonly storageClass?: string | undefined
}

/** Datasets as files below a root folder. */
export class FileDatastore {
  readonly root: string
  readonly files: Files
  readonly records: FileRecordTable
  private readonly templates: FileTemplates
  private readonly formatters: () => Promise<FormatterRegistry>

  constructor(parts: FileDatastoreParts) {
    this.root = parts.root
    this.files = parts.files
    this.records = parts.records
    this.templates = parts.templates
    this.formatters = parts.formatters
  }

  /** Write a value where its template says; the file goes again when the transaction fails. Needs an expanded ref. */
  async put(value: unknown, ref: DatasetRef, undo: UndoLog): Promise<void> {
    const { storageClass: className, name } = ref.datasetType
    if (!storageClass(className).accepts(value))
      throw new StorageClassError(
        `A ${name} must be a ${className}; ${describe(value)} cannot be converted to one.`,
      )
    const formatter = await this.formatterOf(ref)
    const content = await formatter.write(value, className)
    const relative = this.templates.for(ref).format(ref) + formatter.extension
    const path = joinPath(this.root, relative)
    undo.onRollback(() => this.files.remove(path))
    await this.files.makeDirectory(folderOf(path))
    await this.files.writeAtomic(path, content)
    await this.records.insert([
      {
        id: ref.id,
        path: relative,
        formatter: formatter.name,
        storageClass: className,
        component: undefined,
        checksum: undefined,
        size: sizeOf(content),
      },
    ])
  }

  async get(ref: DatasetRef, options: DatastoreGet = {}): Promise<unknown> {
    const { component } = options
    const [record] = await this.recordsOf(ref, component)
    const stored = storageClass(record!.storageClass)
    const whole = storageClass(ref.datasetType.storageClass)
    const target = this.targetClass(whole.name, component, options.storageClass)
    checkParameters(options.parameters, component === undefined ? whole : storageClass(target))
    requireConvertible(stored.name, whole.name)
    const formatter = await this.byName(record!.formatter, stored.name)
    const source = await this.open(record!, ref)
    try {
      return await formatter.read(source, {
        component: record!.component === component ? undefined : component,
        parameters: options.parameters,
        storageClass: target,
      })
    } finally {
      await (source as { close?: () => Promise<void> }).close?.()
    }
  }

  /** Records of a dataset (of the part, when it is stored apart); none is a FileNotFoundError. */
  async recordsOf(ref: DatasetRef, component?: string): Promise<readonly FileRecord[]> {
    const all = await this.records.of(ref.id)
    const parts = all.filter((r) => r.component === component)
    const found = parts.length > 0 ? parts : all
    if (found.length === 0)
      throw new FileNotFoundError(`The datastore holds no file for ${ref.toString()}.`, {
        hint: 'It was never stored, or it was pruned with --unstore.',
      })
    return found
  }

  pathOfRecord(record: FileRecord): string {
    if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(record.path)) return joinPath(this.root, record.path)
    const path = pathOf(record.path)
    if (path === undefined)
      throw new FileNotFoundError(`Files at '${record.path}' cannot be read yet; local ones can.`)
    return path
  }

  uriOfRecord(record: FileRecord): string {
    return /^[a-z][a-z0-9+.-]*:\/\//i.test(record.path)
      ? record.path
      : fileUri(joinPath(this.root, record.path))
  }

  /** Where a dataset would be written. */
  async predict(ref: DatasetRef): Promise<string> {
    const formatter = await this.formatterOf(ref)
    return joinPath(this.root, this.templates.for(ref).format(ref) + formatter.extension)
  }

  templatePath(ref: DatasetRef, extension: string): string {
    return this.templates.for(ref).format(ref) + extension
  }

  async artifactExists(record: FileRecord): Promise<boolean> {
    const stat = await this.files.stat(this.pathOfRecord(record))
    return stat !== undefined && stat.kind === 'file' && (record.size < 0 || stat.size === record.size)
  }

  /** Delete the files and records of trashed datasets; call it after the commit that trashed them. */
  async emptyTrash(): Promise<number> {
    const trashed = await this.records.trashed()
    for (const record of trashed) {
      if (record.stillUsed || record.path.includes('://')) continue
      await this.files.remove(this.pathOfRecord(record))
    }
    await this.records.forget([...new Set(trashed.map((r) => r.id))])
    return trashed.length
  }

  /** The formatter that writes a dataset: by type name, dimensions, storage class. */
  async formatterOf(ref: DatasetRef): Promise<Formatter> {
    const { name, dimensions, storageClass: className } = ref.datasetType
    const registry = await this.formatters()
    const formatter = registry.forKeys([name, dimensions.required.join('+'), className])
    if (formatter === undefined)
      throw new FormatterError(
        `No formatter writes datasets of storage class ${className} (dataset type '${name}').`,
      )
    return formatter
  }

  async byName(name: string, className: string): Promise<Formatter> {
    const registry = await this.formatters()
    const formatter = registry.byName(name) ?? registry.forKeys([className])
    if (formatter === undefined)
      throw new FormatterError(`The file was written by formatter '${name}', which is not known here.`, {
        data: { formatter: name },
      })
    return formatter
  }

  private targetClass(whole: string, component: string | undefined, wanted: string | undefined): string {
    if (component === undefined) {
      if (wanted !== undefined) requireConvertible(whole, wanted)
      return wanted ?? whole
    }
    const known = storageClass(whole)
    const part = componentClass(known, component)
    if (part === undefined)
      throw new UnknownComponentError(
        component,
        whole,
        Object.keys({ ...known.components, ...known.derived }),
      )
    return wanted ?? part
  }

  private async open(record: FileRecord, ref: DatasetRef): Promise<ByteSource> {
    const path = this.pathOfRecord(record)
    const stat = await this.files.stat(path)
    if (stat === undefined)
      throw new FileNotFoundError(`The file of ${ref.toString()} is gone: '${path}'.`, {
        hint: 'Restore it, or prune the dataset.',
      })
    try {
      return await this.files.open(path)
    } catch (error) {
      throw new FileNotFoundError(`Cannot open '${path}': ${messageOf(error)}`, { cause: error })
    }
  }
}

function checkParameters(
  parameters: Readonly<Record<string, unknown>> | undefined,
  of: { readonly name: string; readonly parameters: readonly string[] },
): void {
  for (const name of Object.keys(parameters ?? {})) {
    if (of.parameters.includes(name)) continue
    const near = closest(name, of.parameters)
    throw new ParameterError(`Parameter '${name}' is not understood by storage class ${of.name}.`, {
      hint:
        near === undefined ? `It takes ${of.parameters.join(', ') || 'none'}.` : `Did you mean '${near}'?`,
    })
  }
}

const describe = (value: unknown): string =>
  value === null || value === undefined
    ? String(value)
    : Array.isArray(value)
      ? 'a list'
      : typeof value === 'object'
        ? `a ${value.constructor.name}`
        : `a ${typeof value}`

const encoder = new TextEncoder()

export function sizeOf(content: Uint8Array | string | readonly Uint8Array[]): number {
  if (typeof content === 'string') return encoder.encode(content).byteLength
  if (content instanceof Uint8Array) return content.byteLength
  return content.reduce((n, part) => n + part.byteLength, 0)
}
