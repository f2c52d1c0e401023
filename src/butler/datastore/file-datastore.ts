import { closest, concatBytes, type ByteSource, type Files, messageOf, toHex } from '#core'
import { blake2b, type UndoLog } from '#sql'
import type { DatasetRef } from '../datasets/dataset-ref.ts'
import {
  FileExistsError,
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
import { isAddress, joinPath, placeOfUri, quotePath, uriOf, withoutFragment, zipMember } from './uri.ts'
import { openZipMember } from './zip-member.ts'

export interface FileDatastoreParts {
  /** Absolute path of the folder that relative records start from. */
  readonly root: string
  readonly files: Files
  readonly records: FileRecordTable
  readonly templates: FileTemplates
  readonly formatters: () => Promise<FormatterRegistry>
  /** Write checksums into the records of new files. */
  readonly checksums?: boolean
  /** BLAKE2b with 64 bytes, in hexadecimal; by default a slow one in TypeScript. */
  readonly hash?: Hash
}

export type Hash = (parts: readonly Uint8Array[]) => Promise<string>

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
  readonly checksums: boolean
  private readonly hash: Hash
  private readonly formatters: () => Promise<FormatterRegistry>

  constructor(parts: FileDatastoreParts) {
    this.root = parts.root
    this.files = parts.files
    this.records = parts.records
    this.templates = parts.templates
    this.formatters = parts.formatters
    this.checksums = parts.checksums === true
    this.hash = parts.hash ?? slowHash
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
    if ((await this.files.stat(path)) !== undefined && (await this.records.hasPath(relative)))
      throw new FileExistsError(`Another dataset is stored at '${path}', where ${ref.toString()} would go.`, {
        hint: 'The file template does not tell them apart: give it more of the data ID (datastore.templates in butler.yaml).',
      })
    undo.onRollback(() => this.files.remove(path))
    await this.files.writeAtomic(path, content)
    await this.records.insert([
      {
        id: ref.id,
        path: relative,
        formatter: formatter.name,
        storageClass: className,
        component: undefined,
        checksum: this.checksums ? await this.hash(bytesOf(content)) : undefined,
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

  /** Absolute path of a record's file on this machine; throws for one that is elsewhere or inside an archive. */
  pathOfRecord(record: FileRecord): string {
    const place = this.placeOf(record)
    if (!isAddress(place) && zipMember(record.path) === undefined) return place
    throw new FileNotFoundError(`'${this.uriOfRecord(record)}' is not a file of this machine.`, {
      hint: 'Get the dataset, or retrieve its artifacts.',
    })
  }

  /** Where a record's bytes are, for `files`: an absolute path or an address; the archive, for a member of one. */
  placeOf(record: FileRecord): string {
    return isAddress(record.path)
      ? placeOfUri(record.path)
      : joinPath(this.root, withoutFragment(record.path))
  }

  uriOfRecord(record: FileRecord): string {
    if (isAddress(record.path)) return record.path
    const member = zipMember(record.path)
    return `${uriOf(joinPath(this.root, withoutFragment(record.path)))}${member === undefined ? '' : `#zip-path=${quotePath(member)}`}`
  }

  /** BLAKE2b of a record's file, as hexadecimal text. */
  async checksumOf(record: FileRecord): Promise<string> {
    return this.checksumAt(this.placeOf(record))
  }

  /** Copy a record's bytes to a place; a member of an archive comes out of it. */
  async copyTo(record: FileRecord, target: string): Promise<void> {
    const member = zipMember(record.path)
    const source = this.placeOf(record)
    if (member === undefined) return this.files.copy(source, target)
    const bytes = await openZipMember(await this.files.open(source), member)
    await this.files.writeAtomic(target, await bytes.read(0, bytes.size))
  }

  async checksumAt(place: string): Promise<string> {
    return this.hash([await this.files.readBytes(place)])
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
    const stat = await this.files.stat(this.placeOf(record))
    const isWhole = record.size < 0 || stat?.size === record.size || zipMember(record.path) !== undefined
    return stat?.kind === 'file' && isWhole
  }

  /** Delete the files and records of trashed datasets; call it after the commit that trashed them. */
  async emptyTrash(): Promise<number> {
    const trashed = await this.records.trashed()
    for (const record of trashed) {
      if (record.stillUsed || isAddress(record.path)) continue
      const archive = zipMember(record.path) === undefined ? undefined : withoutFragment(record.path)
      if (archive !== undefined && (await this.records.isArchiveInUse(archive))) continue
      await this.files.remove(this.placeOf(record))
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
    const path = this.placeOf(record)
    const stat = await this.files.stat(path)
    if (stat === undefined)
      throw new FileNotFoundError(`The file of ${ref.toString()} is gone: '${path}'.`, {
        hint: 'Restore it, or prune the dataset.',
      })
    try {
      const source = await this.files.open(path)
      const member = zipMember(record.path)
      return member === undefined ? source : await openZipMember(source, member)
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

const slowHash: Hash = (parts) => Promise.resolve(toHex(blake2b(concatBytes(parts), 64)))

const bytesOf = (content: Uint8Array | string | readonly Uint8Array[]): readonly Uint8Array[] =>
  typeof content === 'string'
    ? [encoder.encode(content)]
    : content instanceof Uint8Array
      ? [content]
      : content

export function sizeOf(content: Uint8Array | string | readonly Uint8Array[]): number {
  if (typeof content === 'string') return encoder.encode(content).byteLength
  if (content instanceof Uint8Array) return content.byteLength
  return content.reduce((n, part) => n + part.byteLength, 0)
}
