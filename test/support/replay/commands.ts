import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
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
  const out = join(dirname(place.folder), 'out')
  if (item.cmd.join(' ').includes('import <REPO2> <OUT>/ec')) makeExport(out, place)
  const marks: readonly (readonly [string, string])[] = [
    ['<REPO2>', join(place.folder, 'repo-b')],
    ['<REPO>', place.repository],
    ['<OUT>', out],
    ['<WORK>', place.folder],
    ['<CWD>', place.folder],
  ]
  const fill = (text: string) => marks.reduce((t, [mark, path]) => t.replaceAll(mark, path), text)
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

/** Columns with addresses are as wide as the recorder's paths were: their padding is not compared. */
const tidyUris = (text: string): string =>
  text.includes(' URI ') ? text.replace(/ {2,}/g, ' ').replace(/-{2,}/g, '-').replace(/ +$/gm, '') : text

/** What an earlier file's command left in <OUT>, when only a later file is replayed. */
function makeExport(out: string, place: Place): void {
  if (existsSync(join(out, 'ec'))) return
  const butler = join(root, 'dist/src/cli/butler.js')
  spawnSync(process.execPath, [butler, 'export-calibs', place.repository, join(out, 'ec'), 'HSC/calib'])
}

const lastLines = (text: string): string => text.trim().split('\n').slice(-3).join(' | ')
