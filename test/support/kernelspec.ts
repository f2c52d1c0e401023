import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pythonPath } from './python.ts'

const command = fileURLToPath(new URL('../../dist/src/cli/firstlight.js', import.meta.url))

/** A folder of a test's own with our kernelspec installed by the command, found through JUPYTER_PATH. */
export interface KernelspecFolder {
  readonly folder: string
  /** Run the tests' Python in the folder. */
  python(
    args: readonly string[],
    options?: { readonly env?: NodeJS.ProcessEnv; readonly input?: string; readonly timeoutMs?: number },
  ): { readonly status: number | null; readonly text: string }
  remove(): void
}

export function installKernelspec(): KernelspecFolder {
  const folder = mkdtempSync(join(tmpdir(), 'firstlight-interop-'))
  execFileSync(process.execPath, [command, 'kernel', 'install', '--prefix', folder])
  const env = {
    ...process.env,
    JUPYTER_PATH: join(folder, 'share', 'jupyter'),
    JUPYTER_RUNTIME_DIR: join(folder, 'runtime'),
    JUPYTER_PLATFORM_DIRS: '1',
    FIRSTLIGHT_HISTORY: join(folder, 'history.jsonl'),
  }
  return {
    folder,
    python(args, { env: more = {}, input = '', timeoutMs = 110_000 } = {}) {
      const run = spawnSync(pythonPath(), [...args], {
        env: { ...env, ...more },
        cwd: folder,
        encoding: 'utf8',
        input,
        timeout: timeoutMs,
      })
      return { status: run.status, text: `${run.stdout}${run.stderr}` }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
