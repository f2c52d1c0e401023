import { Buffer } from 'node:buffer'
import { cp, mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'
import { badRequest, HttpError } from '../errors.ts'
import { isObject, type JsonObject } from '../http/body.ts'
import { writeAtomic } from './atomic.ts'
import { Confinement, type ContentsPath, parseContentsPath } from './confine.ts'
import { CHECKPOINTS, Checkpoints } from './checkpoints.ts'
import { mimeOf } from './mime.ts'
import { type ContentsModel, type ModelOptions, readModel } from './model.ts'
import { copyName, freeName } from './names.ts'
import { checkFormat, formatNotebook, parseNotebook } from './notebook.ts'
import { Notary } from './trust.ts'
import { Uploads } from './upload.ts'
import { notebookProblem } from './validate.ts'

const NO_CONTENT: ModelOptions = { content: false, hash: false }
const EMPTY_NOTEBOOK = { cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 }

/** A folder with all it holds but checkpoints; links stay links. */
const COPYING = {
  recursive: true,
  verbatimSymlinks: true,
  errorOnExist: true,
  force: false,
  filter: (source: string) => basename(source) !== CHECKPOINTS,
}

/** A model as it is after a save; `message` says what is not as the format wants it. */
export type SavedModel = ContentsModel & { readonly message?: string }

/** The user's folder as Jupyter contents. Every method takes a checked path and answers with a model. */
export class Contents {
  readonly place: Confinement
  readonly checkpoints: Checkpoints
  readonly #notary: Notary
  readonly #uploads: Uploads

  private constructor(place: Confinement, notary: Notary, uploads: Uploads) {
    this.place = place
    this.checkpoints = new Checkpoints(place)
    this.#notary = notary
    this.#uploads = uploads
  }

  static async open(root: string, stateDir: string, uploadBytes?: number): Promise<Contents> {
    const notary = await Notary.open(join(stateDir, 'trust'))
    return new Contents(await Confinement.of(root), notary, new Uploads(uploadBytes))
  }

  async get(path: ContentsPath, options: ModelOptions): Promise<ContentsModel> {
    return await readModel(this.place, this.#notary, path, options)
  }

  /** Save a model under `path`; `created` tells 201 from 200. What a new file is may be left to its name. */
  async save(path: ContentsPath, given: JsonObject): Promise<{ model: SavedModel; created: boolean }> {
    const file = await this.place.target(path)
    const kind = await kindOf(file)
    const created = kind === undefined && (given['chunk'] ?? 1) === 1
    const model = kind === undefined ? { ...freshModel(path, given), ...given } : given
    if (model['type'] === 'directory') return { model: await this.#saveFolder(path, file), created }
    if (kind === 'directory') throw badRequest(`${path} is a folder`)
    if (model['type'] === 'notebook') return { model: await this.#saveNotebook(path, file, model), created }
    if (model['type'] !== 'file') throw badRequest('type must be directory, file or notebook')
    return { model: await this.#saveFile(path, file, model), created }
  }

  /** New untitled notebook, file or folder inside `folder`. */
  async createUntitled(folder: ContentsPath, model: JsonObject): Promise<ContentsModel> {
    const ext = model['ext'] ?? ''
    if (typeof ext !== 'string' || /[\0/\\]/.test(ext)) throw badRequest('ext must be the end of a file name')
    const type = model['type'] ?? (ext === '.ipynb' ? 'notebook' : 'file')
    const taken = await this.#namesIn(folder)
    if (type === 'directory')
      return await this.#create(folder, freeName('Untitled Folder', taken, ' '), { type })
    if (type === 'notebook') {
      return await this.#create(folder, freeName('Untitled.ipynb', taken), { type, content: EMPTY_NOTEBOOK })
    }
    if (type !== 'file') throw badRequest('type must be directory, file or notebook')
    const name = freeName(`untitled${ext}`, taken)
    return await this.#create(folder, name, { type: 'file', format: 'text', content: '' })
  }

  async copy(from: ContentsPath, folder: ContentsPath): Promise<ContentsModel> {
    const source = await this.place.existing(from)
    const path = join(folder, copyName(basename(from), await this.#namesIn(folder)))
    const target = await this.place.target(path)
    if (target.startsWith(source + sep)) throw badRequest(`${from} cannot be copied into itself`)
    await cp(source, target, COPYING)
    return await this.get(path, NO_CONTENT)
  }

  async rename(from: ContentsPath, to: ContentsPath): Promise<ContentsModel> {
    if (from === '' || to === '') throw badRequest('The served folder itself cannot be renamed')
    const target = await this.place.target(to)
    const source = join(await this.place.existing(dirname(from) === '.' ? '' : dirname(from)), basename(from))
    await this.place.existing(from)
    if (from !== to) {
      if (target.startsWith(source + sep)) throw badRequest(`${from} cannot be moved into itself`)
      if ((await kindOf(target)) !== undefined) throw new HttpError(409, `${to} already exists`)
      await rename(source, target)
      await this.checkpoints.rename(source, target)
    }
    return await this.get(to, NO_CONTENT)
  }

  async delete(path: ContentsPath): Promise<void> {
    if (path === '') throw badRequest('The served folder itself cannot be deleted')
    await this.place.existing(path)
    const file = join(await this.place.existing(dirname(path) === '.' ? '' : dirname(path)), basename(path))
    const kind = await kindOf(file)
    if (kind === 'directory') {
      const inside = (await readdir(file)).filter((name) => name !== CHECKPOINTS)
      if (inside.length > 0) throw badRequest(`The folder ${path} is not empty`)
    } else await this.checkpoints.forget(file)
    await rm(file, { recursive: kind === 'directory' })
  }

  /** Sign a notebook's outputs as trusted. */
  async trust(path: ContentsPath): Promise<void> {
    const model = await this.get(path, { type: 'notebook', content: true, hash: false })
    if (isObject(model.content)) await this.#notary.sign(model.content)
  }

  async close(): Promise<void> {
    await this.#uploads.close()
  }

  async #create(folder: ContentsPath, name: string, model: JsonObject): Promise<ContentsModel> {
    const path = join(folder, name)
    await this.save(path, model)
    return await this.get(path, NO_CONTENT)
  }

  async #saveFolder(path: ContentsPath, folder: string): Promise<ContentsModel> {
    const kind = await kindOf(folder)
    if (kind === 'file') throw badRequest(`${path} is a file`)
    if (kind === undefined) await mkdir(folder)
    return await this.get(path, NO_CONTENT)
  }

  async #saveNotebook(path: ContentsPath, file: string, model: JsonObject): Promise<SavedModel> {
    const { content, chunk } = model
    if (chunk !== undefined && chunk !== null) throw badRequest('A notebook is saved in one piece')
    if (!isObject(content)) throw badRequest('A notebook is saved with content')
    checkFormat(content, path)
    if (!Array.isArray(content['cells']) || !content['cells'].every(isObject))
      throw badRequest('A notebook has a list of cells')
    const problem = notebookProblem(content)
    const text = formatNotebook(content)
    await writeAtomic(file, text)
    if (problem !== undefined) {
      return { ...(await this.#saved(path)), message: `Notebook validation failed: ${problem}` }
    }
    await this.#notary.signIfTrusted(parseNotebookWithTrust(text, content, path))
    await this.checkpoints.createIfAbsent(file)
    return await this.#saved(path)
  }

  async #saveFile(path: ContentsPath, file: string, model: JsonObject): Promise<SavedModel> {
    const bytes = bytesOf(model)
    const { chunk } = model
    if (chunk === undefined || chunk === null) await writeAtomic(file, bytes)
    else if (!Number.isSafeInteger(chunk)) throw badRequest('chunk must be 1, 2, … or -1')
    else if (!(await this.#uploads.add(file, chunk as number, bytes))) {
      const { size, mtime } = (await this.#uploads.sizeOf(file)) ?? { size: 0, mtime: new Date(0) }
      const [created, last_modified] = [mtime.toISOString(), mtime.toISOString()]
      const mimetype = mimeOf(path) ?? null
      return { name: basename(path), path, ...PARTIAL, mimetype, size, created, last_modified }
    }
    return await this.#saved(path)
  }

  async #saved(path: ContentsPath): Promise<ContentsModel> {
    return await this.get(path, { content: false, hash: true })
  }

  async #namesIn(folder: ContentsPath): Promise<ReadonlySet<string>> {
    const real = await this.place.existing(folder)
    if ((await kindOf(real)) !== 'directory') throw badRequest(`${folder} is not a folder`)
    return new Set(await readdir(real))
  }
}

/** A checked path for a request's parameter. */
export const contentsPath = (raw: string): ContentsPath => parseContentsPath(raw)

const PARTIAL: Pick<ContentsModel, 'type' | 'writable' | 'format' | 'content' | 'hash' | 'hash_algorithm'> = {
  type: 'file',
  writable: true,
  format: null,
  content: null,
  hash: null,
  hash_algorithm: null,
}

/** What will be read back from the file, with the front end's trust marks of each cell. */
function parseNotebookWithTrust(text: string, content: JsonObject, path: string): JsonObject {
  const stored = parseNotebook(Buffer.from(text), path)
  const marks = (content['cells'] as readonly unknown[]).map(
    (cell) => isObject(cell) && isObject(cell['metadata']) && cell['metadata']['trusted'] === true,
  )
  const cells = (stored['cells'] as readonly JsonObject[]).map((cell, i) => ({
    ...cell,
    metadata: {
      ...(isObject(cell['metadata']) && cell['metadata']),
      ...(marks[i] === true && { trusted: true }),
    },
  }))
  return { ...stored, cells }
}

/** Type and content of a new file that is given neither. */
function freshModel(path: ContentsPath, { type }: JsonObject): JsonObject {
  const isNotebook = type === 'notebook' || (type === undefined && path.endsWith('.ipynb'))
  if (isNotebook) return { type: 'notebook', format: 'json', content: EMPTY_NOTEBOOK }
  return { type: 'file', format: 'text', content: '' }
}

function bytesOf({ format, content }: JsonObject): Uint8Array {
  if (typeof content !== 'string') throw badRequest('A file is saved with its content as a string')
  if (format === 'text') return Buffer.from(content, 'utf8')
  if (format !== 'base64') throw badRequest('format must be text or base64')
  const packed = content.replace(/\s+/g, '')
  if (packed.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(packed))
    throw badRequest('The content is not base64')
  return Buffer.from(packed, 'base64')
}

async function kindOf(file: string): Promise<'file' | 'directory' | undefined> {
  try {
    return (await stat(file)).isDirectory() ? 'directory' : 'file'
  } catch {
    return undefined
  }
}
