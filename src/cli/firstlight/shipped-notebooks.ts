import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

export interface ShippedNotebooks {
  /** Written now: new ones, and newer versions of files that the user has not changed. */
  readonly written: readonly string[]
  /** Left alone because the user has changed them since. */
  readonly kept: readonly string[]
}

/** Copy the shipped notebooks into the user's folder; what the user has edited is never overwritten. */
export async function copyNotebooks(from: string, root: string): Promise<ShippedNotebooks> {
  const names = (await readdir(from).catch(() => [])).filter((name) => name.endsWith('.ipynb')).sort()
  const record = join(root, '.firstlight', 'notebooks.json')
  const shipped = await readRecord(record)
  const written: string[] = []
  const kept: string[] = []
  for (const name of names) {
    const bytes = await readFile(join(from, name))
    const present = await readFile(join(root, name)).catch(() => undefined)
    const state = present && hashOf(present)
    if (state === hashOf(bytes)) shipped[name] = state
    else if (state === undefined || state === shipped[name]) {
      await replace(join(root, name), bytes)
      shipped[name] = hashOf(bytes)
      written.push(name)
    } else kept.push(name)
  }
  await mkdir(dirname(record), { recursive: true })
  await replace(record, JSON.stringify(shipped, null, 1))
  return { written, kept }
}

/** Hash of each notebook as it was last copied. */
async function readRecord(file: string): Promise<Record<string, string>> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Record<string, string>
  } catch {
    return {}
  }
}

async function replace(file: string, bytes: string | Uint8Array): Promise<void> {
  const temporary = `${file}.part`
  await writeFile(temporary, bytes)
  await rename(temporary, file)
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
