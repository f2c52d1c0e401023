import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dataPath } from './data.ts'
import { unpackArchive } from './replay/archive.ts'

/** The recorded reference repository, unpacked once a process; `copy` gives a fresh one to change. */
export interface RepositoryMaster {
  readonly root: string
  copy(): { readonly root: string; readonly work: string }
  remove(): void
}

export function unpackRepository(): RepositoryMaster {
  const folder = mkdtempSync(join(tmpdir(), 'firstlight-pipelines-'))
  const root = unpackArchive(dataPath('rubin-middleware/repo-a.tar.zst'), folder)
  return {
    root,
    copy() {
      const work = mkdtempSync(join(folder, 'copy-'))
      const copied = join(work, 'repo')
      cpSync(root, copied, { recursive: true })
      return { root: copied, work }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
