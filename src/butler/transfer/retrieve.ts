import type { Files } from '#core'
import { withRecords } from '../archive/retrieve-zip.ts'
import { INDEX_FILE, type IndexedFile, writeIndex } from '../archive/zip-index.ts'
import { REFS } from '../arguments.ts'
import type { DatasetRef } from '../datasets/dataset-ref.ts'
import type { FileDatastore, StoredFiles } from '../datastore/file-datastore.ts'
import { requireMode, RETRIEVE_MODES } from '../datastore/file-dataset.ts'
import type { FileRecord } from '../datastore/record-table.ts'
import { folderOf, isAddress, joinPath, placeBelow, withoutFragment, zipMember } from '../datastore/uri.ts'
import type { DimensionUniverse } from '../dimensions/universe.ts'
import { FileExistsError, FileNotFoundError } from '../errors.ts'
import { FLAG, PLACE, requireKind, requireOptions } from '../kinds.ts'
import type { Repository } from '../repository/repository.ts'

export interface RetrieveOptions {
  readonly transfer?: (typeof RETRIEVE_MODES)[number]
  /** Keep the folders that the files have in the repository; the default. */
  readonly preservePath?: boolean
  readonly overwrite?: boolean
}

/** Files of datasets to be copied to a folder. */
export interface RetrieveRequest {
  readonly universe: DimensionUniverse
  /** With expanded data IDs, for the index. */
  readonly refs: readonly DatasetRef[]
  readonly stored: ReadonlyMap<string, StoredFiles>
  readonly files: Files
  readonly destination: string
}

/** Copy files of datasets to a folder; gives their paths there. Nothing is when one is missing or in the way, or cannot be copied. */
export async function retrieveArtifacts(
  { datastore, records, universe }: Repository,
  given: readonly DatasetRef[],
  destination: string,
  options: RetrieveOptions = {},
): Promise<readonly string[]> {
  requireKind(given, 'refs', REFS)
  requireKind(destination, 'destination', PLACE)
  requireOptions(options, { preservePath: FLAG, overwrite: FLAG }, ['transfer'])
  const refs = await withRecords(records, given)
  const stored = await datastore.stored(refs.map((r) => r.id))
  return retrieveFiles({ universe, refs, stored, files: datastore.files, destination }, options)
}

/** The same for who knows the files. */
export async function retrieveFiles(
  { universe, refs, stored, files, destination }: RetrieveRequest,
  { transfer = 'auto', preservePath = true, overwrite = false }: RetrieveOptions,
): Promise<readonly string[]> {
  requireMode(transfer, RETRIEVE_MODES)
  const plan = planOf(stored, refs, preservePath)
  /** What was retrieved before, and would be the same again. */
  const present = new Set<string>()
  for (const [name, { store, record }] of plan) {
    const target = placeBelow(destination, name)
    if ((await files.stat(store.placeOf(record))) === undefined)
      throw new FileNotFoundError(`The file '${store.placeOf(record)}' is gone.`)
    if (overwrite || (await files.stat(target)) === undefined) continue
    const isCopied = transfer === 'copy' || isAddress(target) || store.isRemote
    if (isCopied || !(await hasBytesOf(store, record, target)))
      throw new FileExistsError(`'${target}' is there already.`, {
        hint: 'Give --clobber to replace files.',
      })
    present.add(name)
  }
  const fresh: string[] = []
  try {
    for (const [name, { store, record }] of plan) {
      if (present.has(name)) continue
      const target = placeBelow(destination, name)
      if (!overwrite) fresh.push(target)
      await files.makeDirectory(folderOf(target))
      const isCopied = transfer === 'auto' || transfer === 'copy' || zipMember(record.path) !== undefined
      if (isCopied) await store.copyTo(record, target)
      else if (target !== store.placeOf(record)) {
        if (overwrite) await files.remove(target)
        await files.link(store.placeOf(record), target, transfer === 'link' ? 'hardlink' : transfer)
      }
    }
    const index = writeIndex(universe, refs, [...plan.values()])
    await files.writeAtomic(joinPath(destination, INDEX_FILE), `${index}\n`)
  } catch (error) {
    await removeAll(files, fresh)
    throw error
  }
  return [...plan.keys()].map((name) => placeBelow(destination, name))
}

async function hasBytesOf(store: FileDatastore, record: FileRecord, target: string): Promise<boolean> {
  if (zipMember(record.path) !== undefined) {
    const member = await store.openRecord(record)
    const [own, there] = [await member.read(0, member.size), await store.files.readBytes(target)]
    return own.length === there.length && own.every((byte, i) => byte === there[i])
  }
  const [own, there] = [await store.files.stat(store.placeOf(record)), await store.files.stat(target)]
  return own?.size === there?.size && (await store.checksumOf(record)) === (await store.checksumAt(target))
}

/** Take back what was copied; that it cannot be must not hide why it should. */
export async function removeAll(files: Files, places: readonly string[]): Promise<void> {
  for (const place of places) await files.remove(place).catch(() => undefined)
}

interface Retrieved extends IndexedFile {
  readonly store: FileDatastore
  readonly ids: string[]
}

/** Files by their path below the destination. */
function planOf(
  stored: ReadonlyMap<string, StoredFiles>,
  refs: readonly DatasetRef[],
  preservePath: boolean,
): ReadonlyMap<string, Retrieved> {
  const plan = new Map<string, Retrieved>()
  for (const ref of refs) {
    const own = stored.get(ref.id)
    if (own === undefined) throw new FileNotFoundError(`The datastore holds no file for ${ref.toString()}.`)
    for (const record of own.records) {
      const name = nameOf(own.store, record, preservePath)
      const known = plan.get(name)
      if (known === undefined) plan.set(name, { name, record, ids: [ref.id], store: own.store })
      else if (own.store.placeOf(known.record) === own.store.placeOf(record)) known.ids.push(ref.id)
      else
        throw new FileExistsError(`Two files would go to '${name}'.`, {
          hint: 'Keep the folders that they have in the repository (--preserve-path).',
        })
    }
  }
  return plan
}

function nameOf(store: FileDatastore, record: FileRecord, preservePath: boolean): string {
  const member = zipMember(record.path)
  const place = store.placeOf(record)
  const base = member ?? place.slice(place.lastIndexOf('/') + 1)
  if (!preservePath) return base
  if (!record.path.includes('://'))
    return member === undefined ? record.path : `${folderOf(withoutFragment(record.path))}/${base}`
  return /^[a-z]+:/i.test(place) ? base : `${folderOf(place).slice(1)}/${base}`
}
