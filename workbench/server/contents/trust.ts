import { createHmac, randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isObject, type JsonObject, parseJson } from '../http/body.ts'
import { writeAtomic } from './atomic.ts'
import { cellsOf, sortKeys, withoutTrust } from './notebook.ts'

/** Signatures that are kept; the oldest go first. */
const MAX_SIGNATURES = 10_000
const RICH_OUTPUTS = new Set(['execute_result', 'display_data'])
const PLAIN_KEYS = new Set(['output_type', 'execution_count', 'metadata'])

/**
 * Remembers which notebooks this user has run or trusted: an HMAC of the content by a secret of this machine. Outputs of
 * any other notebook are shown without scripts until their cells are run. As nbformat's notary does it.
 */
export class Notary {
  readonly #folder: string
  readonly #secret: Uint8Array
  readonly #signatures: Set<string>

  private constructor(folder: string, secret: Uint8Array, signatures: Set<string>) {
    this.#folder = folder
    this.#secret = secret
    this.#signatures = signatures
  }

  static async open(folder: string): Promise<Notary> {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    return new Notary(folder, await secretIn(folder), await signaturesIn(folder))
  }

  /** The notebook with its code cells marked trusted when it is a signed one, and not trusted when it is not. */
  mark(notebook: JsonObject): JsonObject {
    return setTrusted(notebook, this.#signatures.has(this.#signature(notebook)))
  }

  /** Sign what is saved if every cell with rich output was trusted in the front end. */
  async signIfTrusted(notebook: JsonObject): Promise<void> {
    if (cellsOf(notebook).every(cellIsTrusted)) await this.sign(notebook)
  }

  async sign(notebook: JsonObject): Promise<void> {
    const signature = this.#signature(notebook)
    if (this.#signatures.has(signature)) return
    this.#signatures.add(signature)
    const kept = [...this.#signatures].slice(-MAX_SIGNATURES)
    await writeAtomic(join(this.#folder, 'signatures.json'), JSON.stringify(kept))
  }

  #signature(notebook: JsonObject): string {
    return createHmac('sha256', this.#secret)
      .update(JSON.stringify(sortKeys(withoutTrust(notebook))))
      .digest('hex')
  }
}

const setTrusted = (notebook: JsonObject, trusted: boolean): JsonObject => ({
  ...notebook,
  cells: cellsOf(notebook).map((cell) =>
    cell['cell_type'] === 'code'
      ? { ...cell, metadata: { ...(isObject(cell['metadata']) && cell['metadata']), trusted } }
      : cell,
  ),
})

function cellIsTrusted(cell: JsonObject): boolean {
  if (cell['cell_type'] !== 'code') return true
  if (isObject(cell['metadata']) && cell['metadata']['trusted'] === true) return true
  const outputs = Array.isArray(cell['outputs']) ? cell['outputs'].filter(isObject) : []
  return outputs.every(
    (output) =>
      !RICH_OUTPUTS.has(String(output['output_type'])) ||
      Object.keys(output).every((key) => PLAIN_KEYS.has(key)),
  )
}

async function secretIn(folder: string): Promise<Uint8Array> {
  const file = join(folder, 'notebook-secret')
  try {
    await writeFile(file, randomBytes(32), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return await readFile(file)
}

async function signaturesIn(folder: string): Promise<Set<string>> {
  try {
    const list = parseJson(await readFile(join(folder, 'signatures.json'), 'utf8'))
    return new Set(Array.isArray(list) ? list.map(String) : [])
  } catch {
    return new Set()
  }
}
