import {
  bytesSource,
  type ByteSource,
  concatBytes,
  type Files,
  type FileWrite,
  FirstlightError,
  messageOf,
  toHex,
} from '#core'
import { blake2b, type UndoLog } from '#sql'
import type { DatasetRef } from '../datasets/dataset-ref.ts'
import type { Origin, Provenance } from '../datasets/provenance.ts'
import { FileNotFoundError, StorageClassError } from '../errors.ts'
import { checkParameters, requireConvertible, storageClass, targetClass } from '../storage/storage-class.ts'
import { found } from '../found.ts'
import { fileBytes, fileSize } from './file-content.ts'
import { delegateOf, type DisassemblyRules } from './disassembly.ts'
import type { FormatterSource } from './formatter-source.ts'
import type { StoredPart } from './lookup.ts'
import { NewFiles } from './new-files.ts'
import type { FileRecord, FileRecordTable } from './record-table.ts'
import type { FileTemplates } from './template.ts'
import {
  isAddress,
  isQuoted,
  placeBelow,
  placeOfUri,
  quotePath,
  relativeTo,
  unquotePath,
  uriOf,
  withoutFragment,
  zipMember,
} from './uri.ts'
import { openZipMember } from './zip-reader.ts'

export interface FileDatastoreParts {
  /** Absolute path of the folder that relative records start from. */
  readonly root: string
  readonly files: Files
  readonly records: FileRecordTable
  readonly templates: FileTemplates
  readonly formatters: FormatterSource
  /** Which datasets are written part by part; by default none. */
  readonly disassembly?: DisassemblyRules
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

/** Records of one dataset with the datastore that they belong to. */
export interface StoredFiles {
  readonly store: FileDatastore
  readonly records: readonly FileRecord[]
}

/** Files up to this size are read whole at once, not piece by piece. */
const SMALL_FILE = 65_536

/** Datasets as files below a root folder. */
export class FileDatastore {
  readonly root: string
  readonly files: Files
  readonly records: FileRecordTable
  readonly formatters: FormatterSource
  readonly checksums: boolean
  readonly templates: FileTemplates
  readonly newFiles = new NewFiles(this)
  private readonly disassembly: DisassemblyRules | undefined
  private readonly hash: Hash

  constructor(parts: FileDatastoreParts) {
    this.root = parts.root
    this.files = parts.files
    this.records = parts.records
    this.templates = parts.templates
    this.formatters = parts.formatters
    this.disassembly = parts.disassembly
    this.checksums = parts.checksums === true
    this.hash = parts.hash ?? slowHash
  }

  /** Whether the files are on a server. */
  get isRemote(): boolean {
    return isAddress(this.root)
  }

  /** Where a path below the root is, for `files`. */
  placeBelow(relative: string): string {
    return placeBelow(this.root, relative)
  }

  /** The path below the root of a place; undefined for one outside. */
  pathBelow(place: string): string | undefined {
    const inside = relativeTo(this.root, place)
    return inside === undefined || !isQuoted(this.root) ? inside : unquotePath(inside)
  }

  /** Write a value where its template says; the files go again when the transaction fails. Needs an expanded ref. */
  async put(value: unknown, ref: DatasetRef, undo: UndoLog): Promise<void> {
    const places = await this.plan(ref)
    for (const place of places) undo.onRollback(() => this.files.remove(this.placeOf(place)))
    await this.newFiles.record(await this.write(value, ref, places), undo)
  }

  /**
   * The records that a dataset will have, sizes unknown (-1): one, or one a part; parts that no formatter writes have none. Needs an
   * expanded ref. Throws FileExistsError when another dataset is where one would go.
   */
  async plan(ref: DatasetRef): Promise<readonly FileRecord[]> {
    const known = storageClass(ref.datasetType.storageClass)
    const parts: readonly StoredPart[] =
      this.disassembly?.applyTo({ ref }, known) === true
        ? Object.entries(known.components).map(([component, part]) => ({
            ref,
            component,
            storageClass: part,
          }))
        : [{ ref, storageClass: known.name }]
    const places: FileRecord[] = []
    for (const part of parts) {
      const formatter =
        part.component === undefined ? await this.formatters.writing(part) : await this.formatters.find(part)
      if (formatter === undefined) continue
      const path = await this.newFiles.pathFor(this.relativePath(part, formatter.extension), ref)
      places.push({
        id: ref.id,
        path,
        formatter: formatter.name,
        storageClass: part.storageClass ?? known.name,
        component: part.component,
        checksum: undefined,
        size: -1,
      })
    }
    return places
  }

  /** Write the files of a dataset to its places, whatever is there, and give their records; rows are the caller's. */
  async write(
    value: unknown,
    ref: DatasetRef,
    places: readonly FileRecord[],
    provenance?: Provenance,
  ): Promise<readonly FileRecord[]> {
    const origin = { ref, provenance }
    const known = storageClass(ref.datasetType.storageClass)
    if (!known.accepts(value))
      throw new StorageClassError(
        `A ${ref.datasetType.name} must be a ${known.name}; ${valueFound(value)} cannot be converted to one.`,
      )
    const [first] = places
    if (first?.component === undefined)
      return first === undefined ? [] : [await this.writePart(value, origin, first)]
    const parts = delegateOf(await this.formatters.load(), known).disassemble(value)
    for (const [component, part] of Object.entries(parts))
      if (part !== undefined && places.every((place) => place.component !== component))
        await this.formatters.writing({ ref, component, storageClass: known.components[component] })
    const written: FileRecord[] = []
    for (const place of places)
      if (place.component !== undefined && place.component in parts)
        written.push(await this.writePart(parts[place.component], origin, place))
    return written
  }

  private async writePart(value: unknown, origin: Origin, place: FileRecord): Promise<FileRecord> {
    const { component, storageClass: className } = place
    const formatter = await this.formatters.writing({ ref: origin.ref, component, storageClass: className })
    const content = await formatter.write(value, className, origin)
    await this.files.writeAtomic(this.placeOf(place), content)
    return {
      ...place,
      checksum: this.checksums ? await this.hash(fileBytes(content)) : undefined,
      size: fileSize(content),
    }
  }

  async get(ref: DatasetRef, options: DatastoreGet = {}): Promise<unknown> {
    return this.read(ref, await this.recordsOf(ref), options)
  }

  /** Read a dataset by all its records. */
  async read(ref: DatasetRef, records: readonly FileRecord[], options: DatastoreGet = {}): Promise<unknown> {
    const { component, parameters } = options
    const [record] = records
    if (record === undefined) throw notStored(ref)
    const whole = storageClass(ref.datasetType.storageClass)
    const target = targetClass(whole.name, component, options.storageClass)
    checkParameters(parameters, component === undefined ? whole : storageClass(target))
    if (records.some((r) => r.component !== undefined)) return this.getOfParts(ref, records, options, target)
    requireConvertible(storageClass(record.storageClass).name, whole.name)
    return this.readPart(record, ref, { component, parameters, storageClass: target })
  }

  /** One part, one that is computed from a part, or the whole put together. */
  private async getOfParts(
    ref: DatasetRef,
    records: readonly FileRecord[],
    { component, parameters }: DatastoreGet,
    target: string,
  ): Promise<unknown> {
    const stored = (name: string): FileRecord => {
      const record = records.find((r) => r.component === name)
      if (record !== undefined) return record
      throw new FileNotFoundError(`${ref.toString()} was stored without the part '${name}'.`, {
        hint: `It has ${records.map((r) => r.component).join(', ')}.`,
      })
    }
    const own = storageClass(ref.datasetType.storageClass)
    const delegate = delegateOf(await this.formatters.load(), own)
    if (component !== undefined) {
      if (own.components[component] !== undefined)
        return this.readPart(stored(component), ref, { parameters, storageClass: target })
      const derived = delegate.derived?.(component)
      if (derived === undefined)
        throw new FileNotFoundError(
          `${ref.toString()} is stored in parts, from which '${component}' cannot be computed.`,
        )
      const record = stored(derived.from)
      return derived.compute(
        await this.readPart(record, ref, { parameters, storageClass: record.storageClass }),
      )
    }
    const parts: Record<string, unknown> = {}
    for (const record of records) {
      const taken = storageClass(record.storageClass).parameters
      const some = Object.fromEntries(
        Object.entries(parameters ?? {}).filter(([name]) => taken.includes(name)),
      )
      parts[record.component!] = await this.readPart(record, ref, {
        parameters: some,
        storageClass: record.storageClass,
      })
    }
    return delegate.assemble(parts)
  }

  private async readPart(
    record: FileRecord,
    ref: DatasetRef,
    options: DatastoreGet & { readonly storageClass: string },
  ): Promise<unknown> {
    const formatter = await this.formatters.reading(record.formatter, record.storageClass)
    const source = await this.openFor(record, ref)
    try {
      return await formatter.read(source, options)
    } finally {
      await (source as { close?: () => Promise<void> }).close?.()
    }
  }

  /** Records of a dataset (of the part, when it is stored apart); none is a FileNotFoundError. */
  async recordsOf(ref: DatasetRef, component?: string): Promise<readonly FileRecord[]> {
    const all = await this.records.of(ref.id)
    const parts = component === undefined ? [] : all.filter((r) => r.component === component)
    const found = parts.length > 0 ? parts : all
    if (found.length === 0) throw notStored(ref)
    return found
  }

  /** Absolute path of a record's file on this machine; throws for one that is elsewhere or inside an archive. */
  pathOfRecord(record: FileRecord): string {
    if (this.isOwnFile(record)) return this.placeOf(record)
    throw new FileNotFoundError(`'${this.uriOfRecord(record)}' is not a file of this machine.`, {
      hint: 'Get the dataset, or retrieve its artifacts.',
    })
  }

  /** On a disk of this machine, and no member of an archive. */
  isOwnFile(record: FileRecord): boolean {
    return !isAddress(this.placeOf(record)) && zipMember(record.path) === undefined
  }

  /** Where a record's bytes are, for `files`: an absolute path or an address; the archive, for a member of one. */
  placeOf(record: FileRecord): string {
    return isAddress(record.path) ? placeOfUri(record.path) : this.placeBelow(withoutFragment(record.path))
  }

  uriOfRecord(record: FileRecord): string {
    if (isAddress(record.path)) return record.path
    const member = zipMember(record.path)
    return `${uriOf(this.placeBelow(withoutFragment(record.path)))}${member === undefined ? '' : `#zip-path=${quotePath(member)}`}`
  }

  /** A record's bytes: of its file, or of the member of an archive. Who opens it closes it. */
  async openRecord(record: FileRecord): Promise<ByteSource> {
    const source = await this.files.open(this.placeOf(record))
    const member = zipMember(record.path)
    return member === undefined ? source : openZipMember(source, member)
  }

  /** BLAKE2b of a record's file, as hexadecimal text. */
  async checksumOf(record: FileRecord): Promise<string> {
    return this.checksumAt(this.placeOf(record))
  }

  /** Copy a record's bytes to a place; a member of an archive comes out of it. */
  async copyTo(record: FileRecord, target: string): Promise<void> {
    if (zipMember(record.path) === undefined) return this.files.copy(this.placeOf(record), target)
    const bytes = await this.openRecord(record)
    await this.files.writeAtomic(target, await bytes.read(0, bytes.size))
  }

  async checksumAt(place: string): Promise<string> {
    return this.hash([await this.files.readBytes(place)])
  }

  /** Where a dataset would be written. */
  async predict(ref: DatasetRef): Promise<string> {
    const formatter = await this.formatters.writing({ ref })
    return this.placeBelow(this.relativePath({ ref }, formatter.extension))
  }

  /** Path below the root, by the template. */
  relativePath(part: StoredPart, extension: string): string {
    return this.templates.for(part).format(part.ref, part.component) + extension
  }

  async artifactExists(record: FileRecord): Promise<boolean> {
    const stat = await this.files.stat(this.placeOf(record))
    const isWhole = record.size < 0 || stat?.size === record.size || zipMember(record.path) !== undefined
    return stat?.kind === 'file' && isWhole
  }

  /**
   * Delete the files and records of trashed datasets; call it after the commit that trashed them. What cannot be deleted stays in the trash
   * for the next time: the datasets of others must not wait for it. Gives the reasons.
   */
  async emptyTrash(): Promise<readonly FirstlightError[]> {
    await this.records.adoptTrash()
    const trashed = await this.records.trashed()
    const stuck = new Set<string>()
    const reasons: FirstlightError[] = []
    for (const record of trashed) {
      if (record.stillUsed || isAddress(record.path)) continue
      const archive = zipMember(record.path) === undefined ? undefined : withoutFragment(record.path)
      if (archive !== undefined && (await this.records.isArchiveInUse(archive))) continue
      try {
        await this.files.remove(this.placeOf(record))
      } catch (error) {
        if (!(error instanceof FirstlightError)) throw error
        stuck.add(record.id)
        reasons.push(error)
      }
    }
    await this.records.forget([...new Set(trashed.map((r) => r.id))].filter((id) => !stuck.has(id)))
    return reasons
  }

  /** A small file is read at once; anything else piece by piece. */
  private async openFor(record: FileRecord, ref: DatasetRef): Promise<ByteSource> {
    const path = this.placeOf(record)
    try {
      const isSmall = record.size >= 0 && record.size <= SMALL_FILE && zipMember(record.path) === undefined
      return isSmall ? bytesSource(await this.files.readBytes(path), path) : await this.openRecord(record)
    } catch (error) {
      if ((await this.files.stat(path)) === undefined)
        throw new FileNotFoundError(`The file of ${ref.toString()} is gone: '${path}'.`, {
          hint: 'Restore it, or prune the dataset.',
        })
      throw new FileNotFoundError(`Cannot open '${path}': ${messageOf(error)}`, { cause: error })
    }
  }
}

export const notStored = (ref: DatasetRef): FileNotFoundError =>
  new FileNotFoundError(`The datastore holds no file for ${ref.toString()}.`, {
    hint: 'It was never stored, or it was pruned with --unstore.',
  })

const valueFound = (value: unknown): string =>
  found(value) + (Number.isInteger(value) ? ', which may not be exact (use a bigint),' : '')

const slowHash: Hash = (parts) => Promise.resolve(toHex(blake2b(concatBytes(parts), 64)))
