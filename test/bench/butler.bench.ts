// The butler beside lsst-daf-butler on copies of one repository: clock time, since some of it is waiting for disks. Targets are those
// of the issue. FIRSTLIGHT_BENCH_FILES files are ingested, exported and imported: 1e4, or 100000 for the full form the targets speak of.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeBenchRepository } from './butler/repository.ts'
import { commandPath, compiled, node } from './compiled.ts'
import { report } from './timing.ts'

const here = fileURLToPath(new URL('.', import.meta.url))
const files = process.env['FIRSTLIGHT_BENCH_FILES'] ?? '10000'
const python = process.env['FIRSTLIGHT_PYTHON']
const peerCommand = python === undefined ? undefined : join(dirname(python), 'butler')
const work = mkdtempSync(join(tmpdir(), 'firstlight-bench-'))

/** Job → what it is and the largest ours/theirs the issue allows. */
const JOBS: Readonly<Record<string, readonly [text: string, budget: number]>> = {
  start: ['butler --help, whole process', 1 / 8],
  'query-collections': ['butler query-collections, whole process', 1 / 8],
  put: ['durable put of a small dict', 1 / 10],
  'put-transaction': ['the same in one transaction', 1 / 10],
  find: ['find_dataset in a run of 1e5', 1 / 10],
  'find-chain': ['find_dataset in a chain of 10', 1 / 10],
  get: ['get by type and data ID', 1 / 10],
  refs: ['1e5 refs', 1 / 5],
  'refs-records': ['1e5 refs with dimension records', 1 / 10],
  'find-first': ['find-first of 1e4 in a chain of 10', 1 / 5],
  overlap: ['visit × detector × patch by overlap', 1 / 5],
  ingest: [`direct ingest of ${files} files`, 1 / 10],
  export: [`export of ${files} datasets`, 1 / 10],
  import: [`import of ${files} datasets`, 1 / 10],
}

function run(command: string, args: readonly string[]): string {
  const done = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26 })
  if (done.status !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${done.stderr}`)
  return done.stdout
}

/** Clock time of a command, milliseconds: the least of five. */
function clock(command: string, args: readonly string[]): number {
  const times = Array.from({ length: 5 }, () => {
    const begin = performance.now()
    run(command, args)
    return performance.now() - begin
  })
  return Math.min(...times)
}

try {
  const master = join(work, 'repo')
  await makeBenchRepository(master)
  mkdirSync(join(work, 'files'))
  for (let i = 0; i < Number(files); i++) writeFileSync(join(work, 'files', `${i}.yaml`), 'a: 1\n')
  const copy = (name: string) => {
    cpSync(master, join(work, name), { recursive: true })
    return join(work, name)
  }
  const script = commandPath('butler')
  const ourProcess = compiled('bench/butler/process.ts', 'bench/butler/repository.ts')
  const [program, ...flags] = node
  const ours = {
    start: clock(process.execPath, [script, '--help']),
    'query-collections': clock(process.execPath, [script, 'query-collections', master]),
    ...(JSON.parse(run(program, [...flags, ourProcess, copy('ours'), work, files])) as object),
  } as Record<string, number>
  const theirs =
    python === undefined || peerCommand === undefined
      ? {}
      : ({
          start: clock(peerCommand, ['--help']),
          'query-collections': clock(peerCommand, ['query-collections', master]),
          ...(JSON.parse(run(python, [join(here, 'butler/peer.py'), copy('theirs'), work, files])) as object),
        } as Record<string, number>)
  if (theirs['overlap-rows'] !== undefined && theirs['overlap-rows'] !== ours['overlap-rows'])
    throw new Error(`overlap: ${ours['overlap-rows']} rows, lsst-daf-butler has ${theirs['overlap-rows']}`)
  for (const [job, [text, budget]] of Object.entries(JOBS))
    report({ job: text, ours: ours[job]!, peer: 'lsst-daf-butler', theirs: theirs[job], budget })
} finally {
  rmSync(work, { recursive: true, force: true })
}
