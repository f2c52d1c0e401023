import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Place } from './replay.ts'

export interface CommandCase {
  readonly cmd: readonly string[]
  readonly stdout?: string
  readonly stderr?: string
  readonly rc?: number
}

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** Run a recorded command line with our program; compares the exit code, and the output of what succeeds. */
export function runCommand(item: CommandCase, place: Place): string | undefined {
  const [program, ...args] = item.cmd
  if (program !== 'butler' && program !== 'pipetask') return `unknown program ${program}`
  const marks: readonly (readonly [string, string])[] = [
    ['<REPO2>', join(place.folder, 'repo-b')],
    ['<REPO>', place.repository],
    ['<OUT>', join(place.folder, 'out')],
    ['<WORK>', place.folder],
    ['<CWD>', place.folder],
  ]
  const fill = (text: string) => marks.reduce((t, [mark, path]) => t.replaceAll(mark, path), text)
  mkdirSync(join(place.folder, 'out'), { recursive: true })
  const run = spawnSync(process.execPath, [join(root, `dist/src/cli/${program}.js`), ...args.map(fill)], {
    cwd: place.folder,
    encoding: 'utf8',
    env: { ...process.env, COLUMNS: '80' },
    input: '',
  })
  const wanted = item.rc ?? 0
  if (run.status !== wanted)
    return `exit code ${String(run.status)} instead of ${wanted}; ${lastLines(run.stderr)}`
  if (wanted !== 0) return undefined
  const back = marks.reduce((t, [mark, path]) => t.replaceAll(path, mark), run.stdout)
  const ours = place.marks.text(back, item.stdout ?? '')
  return ours === (item.stdout ?? '')
    ? undefined
    : `output differs\n--- expected\n${item.stdout ?? ''}\n--- ours\n${ours}`
}

const lastLines = (text: string): string => text.trim().split('\n').slice(-3).join(' | ')
