import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { butlerCommand, type CommandOutcome } from '../commands.ts'
import type { Place } from './replay.ts'

export interface CommandCase {
  readonly cmd: readonly string[]
  readonly stdout?: string
  readonly stderr?: string
  readonly rc?: number
}

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** Run a recorded command line with our program; compares the exit code, and the output of what succeeds. */
export async function runCommand(item: CommandCase, place: Place): Promise<string | undefined> {
  const [program, ...args] = item.cmd
  if (program !== 'butler' && program !== 'pipetask') return `unknown program ${program}`
  const out = join(dirname(place.folder), 'out')
  if (item.cmd.join(' ').includes('import <REPO2> <OUT>/ec')) await makeExport(out, place)
  const marks: readonly (readonly [string, string])[] = [
    ['<REPO2>', join(place.folder, 'repo-b')],
    ['<REPO>', place.repository],
    ['<OUT>', out],
    ['<WORK>', place.folder],
    ['<CWD>', place.folder],
  ]
  const fill = (text: string) => marks.reduce((t, [mark, path]) => t.replaceAll(mark, path), text)
  const run =
    program === 'butler'
      ? await butlerCommand(args.map(fill), place.folder)
      : spawnPipetask(args.map(fill), place.folder)
  const wanted = item.rc ?? 0
  if (run.code !== wanted) return `exit code ${run.code} instead of ${wanted}; ${lastLines(run.err)}`
  if (wanted !== 0) return undefined
  const back = marks.reduce((t, [mark, path]) => t.replaceAll(path, mark), run.out)
  const expected = tidyUris(item.stdout ?? '')
  const ours = tidyUris(place.marks.text(back, item.stdout ?? ''))
  return ours === expected ? undefined : `output differs\n--- expected\n${expected}\n--- ours\n${ours}`
}

/** Columns with addresses are as wide as the recorder's paths were: their padding is not compared. */
const tidyUris = (text: string): string =>
  text.includes(' URI ') ? text.replace(/ {2,}/g, ' ').replace(/-{2,}/g, '-').replace(/ +$/gm, '') : text

/** What an earlier file's command left in <OUT>, when only a later file is replayed. */
async function makeExport(out: string, place: Place): Promise<void> {
  if (!existsSync(join(out, 'ec')))
    await butlerCommand(['export-calibs', place.repository, join(out, 'ec'), 'HSC/calib'], place.folder)
}

function spawnPipetask(args: readonly string[], cwd: string): CommandOutcome {
  const run = spawnSync(process.execPath, [join(root, 'dist/src/cli/pipetask.js'), ...args], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, COLUMNS: '80' },
    input: '',
  })
  return { out: run.stdout, err: run.stderr, code: run.status ?? 1 }
}

const lastLines = (text: string): string => text.trim().split('\n').slice(-3).join(' | ')
