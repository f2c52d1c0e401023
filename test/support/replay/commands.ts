import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { butlerCommand } from '../commands.ts'
import { pipetask } from '../pipetask.ts'
import { comparePipetask } from './pipetask-answers.ts'
import type { Place } from './replay.ts'

export interface CommandCase {
  readonly cmd: readonly string[]
  readonly stdout?: string
  readonly stderr?: string
  readonly rc?: number
}

const TASK_TWINS = fileURLToPath(new URL('../fl-tasks.ts', import.meta.url))

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
  if (program === 'pipetask') return runPipetask(item, place)
  const run = await butlerCommand(args.map(fill), place.folder, undefined, {
    FIRSTLIGHT_TASK_MODULES: TASK_TWINS,
  })
  const wanted = item.rc ?? 0
  if (run.code !== wanted) return `exit code ${run.code} instead of ${wanted}; ${lastLines(run.err)}`
  if (wanted !== 0) return undefined
  const back = [...marks, ...[...place.stamps].map(([ours, mark]) => [mark, ours] as const)].reduce(
    (text, [mark, own]) => text.replaceAll(own, mark),
    run.out,
  )
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

/** On the twins of the recorded tasks, in this process: workers load built files, and have tests of their own. */
async function runPipetask(item: CommandCase, place: Place): Promise<string | undefined> {
  const cmd = item.cmd.filter((word, i) => word !== '-j' && item.cmd[i - 1] !== '-j')
  const ours = await pipetask(cmd, { '<REPO>': place.repository, '<WORK>': place.folder })
  const step = { stdout: '', stderr: '', rc: 0, id: '', ...item }
  return comparePipetask(step, ours, place)
}

const lastLines = (text: string): string => text.trim().split('\n').slice(-3).join(' | ')
