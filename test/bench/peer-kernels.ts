import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { InstalledKernel } from '../../src/platform/node/jupyter/index.ts'
import { kernelMain } from '../support/kernel-main.ts'

/** A kernel with the cells of each measurement in its language. */
export interface BenchKernel {
  readonly name: string
  readonly spec: InstalledKernel
  readonly declare: (i: number) => string
  readonly members: string
  readonly printLines: (n: number) => string
  readonly loop: string
  readonly interrupt: 'message' | 'signal'
}

/** Peers are installed here, outside the repository, and kept. */
const CACHE = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'firstlight', 'bench')
const DENO = '2.9.6'
const TSLAB = '1.0.22'

const TYPESCRIPT = {
  declare: (i: number) => `const v${i}: number = ${i}`,
  members: 'Math.',
  printLines: (n: number) => `for (let i = 0; i < ${n}; i++) console.log(i)`,
  loop: 'while (true) {}',
}

/** Ours and every peer that is there or can be installed. */
export function benchKernels(): BenchKernel[] {
  return [ours(), ipykernel(), deno(), tslab()].filter((kernel) => kernel !== undefined)
}

const spec = (name: string, language: string, argv: readonly string[]): InstalledKernel => ({
  name,
  dir: '',
  spec: { argv, display_name: name, language },
})

function ours(): BenchKernel {
  const argv = [process.execPath, '--no-force-async-hooks-checks', kernelMain, '{connection_file}']
  return {
    ...TYPESCRIPT,
    name: 'firstlight',
    spec: spec('firstlight', 'typescript', argv),
    interrupt: 'message',
  }
}

function ipykernel(): BenchKernel | undefined {
  const python = process.env['FIRSTLIGHT_PYTHON']
  if (python === undefined) return undefined
  return {
    name: 'ipykernel 7.4.0',
    spec: spec('ipykernel', 'python', [python, '-m', 'ipykernel_launcher', '-f', '{connection_file}']),
    declare: (i) => `v${i}: int = ${i}`,
    members: 'str.',
    printLines: (n) => `for i in range(${n}): print(i)`,
    loop: 'while True: pass',
    interrupt: 'signal',
  }
}

function deno(): BenchKernel | undefined {
  const bin = npmPackage('deno', DENO, [])
  if (bin === undefined) return undefined
  const argv = [bin, 'jupyter', '--kernel', '--conn', '{connection_file}']
  return { ...TYPESCRIPT, name: `deno ${DENO}`, spec: spec('deno', 'typescript', argv), interrupt: 'message' }
}

/** Works only when installed as npm's global packages are. */
function tslab(): BenchKernel | undefined {
  const bin = npmPackage('tslab', TSLAB, ['--global'])
  if (bin === undefined) return undefined
  const argv = [bin, 'kernel', '--config-path={connection_file}']
  return {
    ...TYPESCRIPT,
    name: `tslab ${TSLAB}`,
    spec: spec('tslab', 'typescript', argv),
    interrupt: 'signal',
  }
}

/** The command of an npm package in a folder of its own; undefined when it cannot be installed. */
function npmPackage(name: string, version: string, flags: readonly string[]): string | undefined {
  const folder = join(CACHE, `${name}-${version}`)
  const bin = flags.length > 0 ? join(folder, 'bin', name) : join(folder, 'node_modules', '.bin', name)
  if (existsSync(bin)) return bin
  mkdirSync(folder, { recursive: true })
  const args = ['install', '--prefix', folder, '--no-audit', '--no-fund', '--loglevel=error', ...flags]
  const done = spawnSync('npm', [...args, `${name}@${version}`], { stdio: 'inherit' })
  return done.status === 0 && existsSync(bin) ? bin : undefined
}
